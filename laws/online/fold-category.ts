/** F-20: folds compose as functions do, up to the bracketing of their states. */
import { type Fold, pure } from '../../src/stream/fold.js';
import { folds, pipeFold, runFold } from '../../src/online/fold/fold.js';
import type { Json } from '../../src/tree/tree.js';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { FoldExample, FoldSubject } from './fold-subject.js';

/** What the laws speak of: the library's, unless others are given. */
export interface FoldOperations {
  readonly pure: typeof pure;
  readonly pipeFold: typeof pipeFold;
  readonly folds: typeof folds;
}

export const foldOperations: FoldOperations = { pure, pipeFold, folds };

/** Each value, with how many came before it: a fold of anything, whose state matters. */
const numbered = <A>(): Fold<number, A, readonly [number, A]> => ({
  initial: 0,
  step: (count, a) => [count + 1, [count, a]],
});

/** Each value, as it came, every second one counted. */
const counting = <A>(): Fold<readonly [boolean, number], A, A> => ({
  initial: [false, 0],
  step: ([isSecond, count], a) => [[!isSecond, count + Number(isSecond)], a],
});

/**
 * F-20. id;f ≡ f ≡ f;id in what is made; (g;f);h ≡ g;(f;h) in what is made and, the brackets moved, in states; folds
 * by name are each by itself
 */
export const foldsCompose = <S extends Json, A, B>(
  { fold, name: subject }: FoldSubject<S, A, B>,
  { values }: FoldExample<A>,
  operations: FoldOperations = foldOperations,
): Verdict => {
  const [state, made] = runFold(fold, values);
  const claim = (what: string): Parameters<typeof same>[3] => ({ law: 'F-20', subject, what });
  const then = operations.pipeFold;
  const identity = <T>(): Fold<null, T, T> => operations.pure((value: T) => value);
  const [before, after] = [counting<A>(), numbered<B>()];
  return every([
    () => {
      const [[, last], results] = runFold(then(identity<A>(), fold), values);
      return same(bitwise, [last, results], [state, made], claim('id;f is not f'));
    },
    () => {
      const [[last], results] = runFold(then(fold, identity<B>()), values);
      return same(bitwise, [last, results], [state, made], claim('f;id is not f'));
    },
    () => {
      const [[[g, f], h], left] = runFold(then(then(before, fold), after), values);
      const [[its, [other, third]], right] = runFold(then(before, then(fold, after)), values);
      return same(bitwise, [g, f, h, left], [its, other, third, right], claim('(g;f);h is not g;(f;h)'));
    },
    () => {
      const [counted] = runFold(before, values);
      const [[, last], results] = runFold(then(fold, after), values);
      const alone = made.map((b, i) => [i, b]);
      return same(
        bitwise,
        [last, results, counted[1]],
        [values.length, alone, values.length >> 1],
        claim('f;g is not f and then g'),
      );
    },
    () => {
      const [states, results] = runFold(operations.folds({ one: fold, other: before }), values);
      const [other, passed] = runFold(before, values);
      return same(
        bitwise,
        [states, results],
        [{ one: state, other }, made.map((one, i) => ({ one, other: passed[i] }))],
        claim('folds by name are not each by itself'),
      );
    },
  ]);
};
