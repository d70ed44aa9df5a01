/** IDX as a codec of io-ts, to combine with other codecs. */
import { either as E, function as F } from 'fp-ts';
import * as t from 'io-ts';
import { decodeIdx, type Idx } from './idx.js';

const isIdx = (value: unknown): value is Idx =>
  typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value;

/**
 * Decodes the bytes of an IDX file. Returns the errors of io-ts, with the message of `decodeIdx`, as `Left`.
 *
 * @example
 * idx.decode(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)); // right({ dtype: 'uint8', shape: [1], data: [7] })
 */
export const idx = new t.Type<Idx, Idx, unknown>(
  'Idx',
  isIdx,
  (value, context) =>
    value instanceof Uint8Array
      ? F.pipe(
          decodeIdx(value),
          E.mapLeft(({ message }) => [{ value, context, message }]),
        )
      : t.failure(value, context, 'idx: the bytes of a file are needed'),
  t.identity,
);
