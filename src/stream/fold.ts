/**
 * Folds with results: from a state and what comes next to the next state and what is made of it. Training is one, and so
 * is everything that stands between a source and a step or reacts to a step: features, scores, detectors of drift, early
 * stopping, reduced rates. The state of a fold that a checkpoint holds is plain data.
 */
import { defer } from 'rxjs/internal/observable/defer';
import { map } from 'rxjs/internal/operators/map';
import type { OperatorFunction } from 'rxjs';
import type { Json } from '../tree/tree.js';

/** A Mealy machine. `step` is pure: it changes neither the state nor what it is given. */
export interface Fold<S, A, B> {
  readonly initial: S;
  readonly step: (state: S, a: A) => readonly [next: S, b: B];
  /** Its name and options: what must be equal for a run to go on with its state. The kind of its state unless given. */
  readonly description?: Json;
}

/**
 * A function at each place: a fold that remembers nothing.
 *
 * @example
 * from([1, 2])
 *   .pipe(foldOver(() => pure((x: number) => 2 * x)))
 *   .subscribe((y) => console.log(y)); // 2, 4
 */
export const pure = <A, B>(f: (a: A) => B): Fold<null, A, B> => ({
  initial: null,
  step: (state, a) => [state, f(a)],
  description: 'pure',
});

/**
 * The fold over a stream, as an rxjs operator: what is made of each value, in order. Each subscription begins with the
 * initial state of a fold of its own.
 */
export const foldOver =
  <S, A, B>(begin: () => Pick<Fold<S, A, B>, 'initial' | 'step'>): OperatorFunction<A, B> =>
  (source) =>
    defer(() => {
      const { initial, step } = begin();
      let state = initial;
      return source.pipe(
        map((a) => {
          const [next, b] = step(state, a);
          state = next;
          return b;
        }),
      );
    });
