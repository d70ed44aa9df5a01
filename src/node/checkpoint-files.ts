/** What lies in a folder of checkpoints: files whose names are numbers that only grow. */
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointError } from '../online/checkpoint/checkpoint.js';

/** The name of the n-th checkpoint; as text, too, later ones come later. */
export const nameOf = (sequence: number): string =>
  `checkpoint-${`${sequence}`.padStart(9, '0')}.safetensors`;

const NAME = /^checkpoint-(\d{9,16})\.safetensors(\.[0-9a-f-]+\.tmp)?$/;

/** The numbers of the checkpoints, newest first, and the names of files that were not finished. */
export interface Listing {
  readonly sequences: readonly number[];
  readonly unfinished: readonly { readonly name: string; readonly sequence: number }[];
}

export const listing = async (folder: string): Promise<Listing> => {
  const found = (await readdir(folder)).flatMap((name) => {
    const [, digits, temporary] = NAME.exec(name) ?? [];
    return digits === undefined ? [] : [{ name, sequence: Number(digits), temporary }];
  });
  const whole = found.filter(({ name, sequence }) => name === nameOf(sequence));
  return {
    sequences: whole.map(({ sequence }) => sequence).toSorted((a, b) => b - a),
    unfinished: found.filter(({ temporary }) => temporary !== undefined),
  };
};

/** The code of an error of the operating system: `ENOSPC`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const FULL: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** An error of the operating system as a value; what is none is thrown on. */
export const errorOf = (name: string, doing: string, error: unknown): CheckpointError => {
  if (!(error instanceof Error) || codeOf(error) === '') throw error;
  const kind = FULL.includes(codeOf(error)) ? 'full' : 'unreadable';
  return { kind, name, message: `${name}: ${kind}: ${doing}: ${error.message}` };
};

/**
 * Writes a new file, down to the disk. In as few calls as can be, here as in all of a save: in a process that computes,
 * each one waits for its turn.
 */
export const writeThrough = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, 'wx');
  try {
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Makes names in a folder last. Windows has no such thing, and needs none. */
export const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Removes files; whether that succeeds is nothing that a run depends on. */
export const removeAll = async (folder: string, names: readonly string[]): Promise<void> => {
  await Promise.allSettled(names.map((name) => rm(join(folder, name), { force: true })));
};
