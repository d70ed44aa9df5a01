/** A state that is made when it is read looks like any other property. */
import { expect, test, vi } from 'vitest';
import { withState } from '../../src/stream/lazy-state.js';

test('the state is a property of its own, made only where it is read', () => {
  const make = vi.fn<() => readonly number[]>(() => [1, 2]);
  const told = withState({ step: 1 }, make);
  expect(Object.keys(told)).toEqual(['step', 'state']);
  expect(make).not.toHaveBeenCalled();
  expect(told.state).toEqual([1, 2]);
  expect({ ...told, note: 'copied' }.state).toEqual([1, 2]);
  expect(structuredClone(told)).toEqual({ step: 1, state: [1, 2] });
  expect(withState({ step: 2 }, () => 3).state).toBe(3);
});
