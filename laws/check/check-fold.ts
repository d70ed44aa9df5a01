/** One call for a user's fold: is its step a pure function of a state that can be written down? */
import { drawing, type Sampler } from '../arbitrary/draw.js';
import { check, type CheckOptions } from '../base/runner.js';
import type { Law } from '../base/verdict.js';
import { foldLaws } from '../online/fold.js';
import { drawFoldExample, type FoldExample } from '../online/fold-subject.js';
import type { Fold } from '../../src/stream/fold.js';
import type { Json } from '../../src/tree/tree.js';

export interface FoldCheckOptions<A> extends CheckOptions {
  /** What it is called in messages. */
  readonly name?: string | undefined;
  /** More laws, of every example. */
  readonly laws?: readonly Law<FoldExample<A>>[] | undefined;
}

/** A `Fold` of any state: whether that is plain data is what F-13 finds out, and no number is inferred as the number 0. */
export interface AnyFold<S, A, B> {
  readonly initial: S;
  readonly step: (state: S, a: A) => readonly [next: S, b: B];
  readonly description?: Json;
}

/**
 * Holds a fold to the laws: its state is plain data, and from one that was written down it goes on as if it had not been
 * stopped (F-13); a step is a function of its state and what comes, and changes neither (F-19). `draw` gives one of the
 * values that come. Throws a `LawError` that names the law and the place, with the smallest example.
 *
 * @example
 * checkFold({ initial: 0, step: (count, _: number) => [count + 1, count] }, ({ integer }) => integer(0, 9));
 */
export const checkFold = <S, A, B>(
  fold: AnyFold<S, A, B>,
  draw: (sampler: Sampler) => A,
  options: FoldCheckOptions<A> = {},
): void => {
  const { name = 'fold', laws = [] } = options;
  const example = drawing((sampler) => drawFoldExample(sampler, draw));
  check(name, example, [...foldLaws({ name, fold: fold as Fold<S & Json, A, B> }), ...laws], options);
};
