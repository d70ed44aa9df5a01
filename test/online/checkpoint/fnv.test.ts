/** The hash of structures, against the test vectors of its draft. */
import { expect, test } from 'vitest';
import { fnv1a } from '../../../src/online/checkpoint/structure-hash.js';

test.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('FNV-1a of %s', (text, hash) => {
  expect(fnv1a(text)).toBe(hash);
});
