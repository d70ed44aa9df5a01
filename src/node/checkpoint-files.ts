/** The files in a folder of checkpoints, with increasing numbers as names. */
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointError } from '../online/checkpoint/checkpoint.js';

/** The name of the n-th checkpoint; alphabetical order is the order of the numbers. */
export const nameOf = (sequence: number): string =>
  `checkpoint-${`${sequence}`.padStart(9, '0')}.safetensors`;

const NAME = /^checkpoint-(\d{9,16})\.safetensors(\.[0-9a-f-]+\.tmp)?$/;

/** The numbers of the checkpoints, newest first, and the unfinished files. */
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

/** The code of a system error, such as `ENOSPC`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const FULL: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** A system error as a value; other errors are thrown again. */
export const errorOf = (name: string, doing: string, error: unknown): CheckpointError => {
  if (!(error instanceof Error) || codeOf(error) === '') throw error;
  const kind = FULL.includes(codeOf(error)) ? 'full' : 'unreadable';
  return { kind, name, message: `${name}: ${kind}: ${doing}: ${error.message}` };
};

/**
 * Writes a new file and syncs it to the disk. A save makes as few calls as possible, since in a busy process each call
 * waits for the event loop.
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

/** Syncs the names in a folder to the disk. Windows has no such call and does not need it. */
export const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Removes files. Failures are ignored. */
export const removeAll = async (folder: string, names: readonly string[]): Promise<void> => {
  await Promise.allSettled(names.map((name) => rm(join(folder, name), { force: true })));
};
