/** PyTorch's answers in files, as float32 in base64: the comparison goes on where PyTorch is absent. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Answer } from './result.js';

interface Packed {
  readonly seed: number;
  readonly result: string;
  readonly gradients: Readonly<Record<string, string>>;
}

export interface Fixture {
  readonly torch: string;
  readonly cases: readonly (Answer & { readonly seed: number })[];
}

const pack = (numbers: readonly number[]): string =>
  Buffer.from(Float32Array.from(numbers).buffer).toString('base64');

const unpack = (text: string): readonly number[] => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return [...new Float32Array(bytes.buffer)];
};

const mapValues = <T, U>(
  record: Readonly<Record<string, T>>,
  f: (value: T) => U,
): Readonly<Record<string, U>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

const pathOf = (name: string): URL => new URL(`fixtures/${name}.json`, import.meta.url);

export const readFixture = (name: string): Fixture => {
  // Written by `check.ts` beside this file.
  const { torch, cases } = JSON.parse(readFileSync(pathOf(name), 'utf8')) as {
    readonly torch: string;
    readonly cases: readonly Packed[];
  };
  return {
    torch,
    cases: cases.map(({ seed, result, gradients }) => ({
      seed,
      result: unpack(result),
      gradients: mapValues(gradients, unpack),
    })),
  };
};

export const writeFixture = (name: string, { torch, cases }: Fixture): void => {
  const packed = cases.map(({ seed, result, gradients }) => ({
    seed,
    result: pack(result),
    gradients: mapValues(gradients, pack),
  }));
  writeFileSync(pathOf(name), `${JSON.stringify({ torch, cases: packed }, undefined, 1)}\n`);
};
