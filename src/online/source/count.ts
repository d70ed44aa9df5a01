/** Positions of sources that can only count: how many records there were. */
import * as t from 'io-ts';
import type { Json } from '../json.js';

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** A whole number, 0 or more. */
export const count: t.Type<number, Json> = new t.Type<number, Json>(
  'count',
  isCount,
  (value, context) => (isCount(value) ? t.success(value) : t.failure(value, context)),
  (value) => value,
);
