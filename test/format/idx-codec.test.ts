/** IDX as a codec of io-ts: what decodes, and what the report says where nothing does. */
import { either as E } from 'fp-ts';
import { PathReporter } from 'io-ts/lib/PathReporter.js';
import { idx } from 'paralens/format';
import { expect, test } from 'vitest';

test('decodes bytes', () => {
  expect(idx.decode(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7))).toEqual(
    E.right({ dtype: 'uint8', shape: [1], data: Uint8Array.of(7) }),
  );
});

test('reports errors', () => {
  expect(PathReporter.report(idx.decode(Uint8Array.of(1, 2, 3, 4)))[0]).toContain('idx: wrong magic');
  expect(PathReporter.report(idx.decode('text'))[0]).toContain('idx: the bytes of a file are needed');
});
