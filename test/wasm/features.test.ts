/** What the engine lacks is done without, and said in one line. */
import { evaluate, tensor, wasm } from 'paralens';
import { add, exp } from 'paralens/operation';
import { expect, test } from 'vitest';
import { hasSimd } from '../../src/backend/wasm/module.js';

test('this engine has SIMD', () => {
  expect(hasSimd()).toBe(true);
});

test('without SIMD the results are right, and the reason for the slower path is reported once', () => {
  const lines: string[] = [];
  const backend = wasm({ simd: false, warn: (line) => lines.push(line) });
  expect(lines).toEqual([
    'paralens: programs run in plain loops, many times slower: there is no WebAssembly with SIMD here',
  ]);
  expect(backend.name).toBe('reference');
  const sum = add(tensor([1, 2, 3]), exp(tensor([0, 0, 0])));
  expect(evaluate(sum, { backend }).data).toEqual(evaluate(sum).data);
  backend.close();
});
