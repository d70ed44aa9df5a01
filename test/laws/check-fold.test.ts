/** `checkFold`: it passes what is right, and names what is wrong with what is not. */
import { type AnyFold, checkFold, LawError, type Sampler } from 'paralens/laws';
import type { Fold } from 'paralens/online';
import { expect, test } from 'vitest';

type Window = Fold<readonly number[], number, number>;

const draw = ({ integer }: Sampler): number => integer(-9, 9);

const largest = (numbers: readonly number[]): number => Math.max(...numbers);

test('correct subjects pass', () => {
  const fold: Window = {
    initial: [],
    step: (last, value) => {
      const next = [...last, value].slice(-3);
      return [next, largest(next)];
    },
  };
  checkFold(fold, draw, { name: 'window' });
});

const lawOf = <S, B>(fold: AnyFold<S, number, B>): string | undefined => {
  try {
    checkFold(fold, draw);
  } catch (error) {
    return error instanceof LawError ? error.finding?.law : String(error);
  }
  return undefined;
};

test('a state that is changed in place is found', () => {
  const numbers: number[] = [];
  const fold: Window = {
    initial: numbers,
    step: (last, value) => {
      (last as number[]).push(value);
      return [last, largest(last)];
    },
  };
  expect(lawOf(fold)).toBe('F-13');
});

test('memory outside of the state is found', () => {
  let count = 0;
  expect(lawOf({ initial: 0, step: (sum, value) => [sum + value, ++count] })).toBe('F-13');
  const seen = new Set<number>();
  expect(
    lawOf({
      initial: 0,
      step: (sum, value) => {
        const known = seen.has(value);
        seen.add(value);
        return [sum + value, known];
      },
    }),
  ).toBe('F-13');
});

test('randomness and clocks are found', () => {
  expect(lawOf({ initial: 0, step: (sum, value) => [sum + value, Math.random()] })).toBe('F-13');
});

test('a state that is not plain data is found', () => {
  const fold = { initial: new Map<number, number>(), step: (m: Map<number, number>) => [m, m.size] as const };
  expect(lawOf(fold)).toBe('F-13');
});

test('further laws can be added', () => {
  expect(() => {
    checkFold({ initial: 0, step: (sum, value: number) => [sum + value, sum + value] }, draw, {
      laws: [
        ({ values }) =>
          values.length < 2
            ? { kind: 'holds' }
            : { kind: 'broken', finding: { law: 'own', subject: 'sum', what: 'it is long' } },
      ],
    });
  }).toThrow(/^own sum: it is long/);
});
