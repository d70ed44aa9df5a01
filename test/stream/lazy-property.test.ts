/** A state that is made when it is read looks like any other property, and makes no dictionary of its object. */
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { withLazy } from '../../src/stream/lazy-property.js';

test('the state is an own property, computed only when it is read', () => {
  const make = vi.fn<() => readonly number[]>(() => [1, 2]);
  const told = withLazy({ step: 1 }, 'state', make);
  expect(Object.keys(told)).toEqual(['step', 'state']);
  expect(make).not.toHaveBeenCalled();
  expect(told.state).toEqual([1, 2]);
  expect({ ...told, note: 'copied' }.state).toEqual([1, 2]);
  expect(structuredClone(told)).toEqual({ step: 1, state: [1, 2] });
  expect(withLazy({ step: 2 }, 'checksum', () => 3).checksum).toBe(3);
});

test('the object keeps its fast form, which a getter of its own would lose', () => {
  setFlagsFromString('--allow-natives-syntax');
  const isFast = runInThisContext('(object) => %HasFastProperties(object)') as (object: object) => boolean;
  // A function is compiled when it is first called: as long as that is allowed.
  const fast = [1, 2, 3].map((step) => isFast(withLazy({ step }, 'state', () => step)));
  setFlagsFromString('--no-allow-natives-syntax');
  expect(fast).toEqual([true, true, true]);
});
