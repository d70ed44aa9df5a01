/** F-13 and F-19 of folds: a step is a function of its state and what comes, and the state is plain data. */
import type { Fold } from '../../src/stream/fold.js';
import { runFold } from '../../src/online/fold/fold.js';
import type { Json } from '../../src/tree/tree.js';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { broken, every, type Law, law, type Verdict } from '../base/verdict.js';
import { type FoldExample, type FoldSubject, remadeData } from './fold-subject.js';

/** Each state, from the initial one on, as it was when it was handed out, and what was made at each step. */
interface Trail<S, B> {
  readonly states: readonly S[];
  readonly atOnce: readonly S[];
  readonly made: readonly B[];
}

const trail = <S extends Json, A, B>({ initial, step }: Fold<S, A, B>, values: readonly A[]): Trail<S, B> => {
  const states: S[] = [initial];
  const atOnce: S[] = [structuredClone(initial)];
  const made: B[] = [];
  let state = initial;
  for (const value of values) {
    const [next, b] = step(state, value);
    state = next;
    states.push(next);
    atOnce.push(structuredClone(next));
    made.push(b);
  }
  return { states, atOnce, made };
};

/**
 * F-13. A state is plain data, and from one that was written down and read again a fold goes on as from the state:
 * fold(b, remade(last(fold(a)))) ≡ fold(a·b), results and last state, for every cut
 */
export const foldResumes = <S extends Json, A, B>(
  subject: FoldSubject<S, A, B>,
  { values, cut }: FoldExample<A>,
): Verdict => {
  const { fold, name } = subject;
  const [whole, all] = runFold(fold, values);
  const [half, first] = runFold(fold, values.slice(0, cut));
  let remade: S;
  try {
    remade = remadeData(half);
  } catch (error) {
    return broken({ law: 'F-13', subject: name, what: String(error) });
  }
  const [last, rest] = runFold(fold, values.slice(cut), remade);
  const claim = { law: 'F-13', subject: name, hint: 'something is remembered outside of the state' } as const;
  return every([
    () => same(bitwise, remade, half, { ...claim, what: 'a state that was written down is another' }),
    () =>
      same(bitwise, [...first, ...rest], all, { ...claim, what: 'goes on otherwise from a written state' }),
    () => same(bitwise, last, whole, { ...claim, what: 'comes to another state from a written state' }),
  ]);
};

/**
 * F-19. A step changes neither its state nor what it is given, nor any state before, and the same again gives the same
 */
export const stepIsPure = <S extends Json, A, B>(
  { fold, name }: FoldSubject<S, A, B>,
  { values }: FoldExample<A>,
): Verdict => {
  const given = structuredClone(values);
  const { states, atOnce, made } = trail(fold, values);
  const again = values.map((value, i) => fold.step(states[i] ?? fold.initial, value));
  const second = trail(fold, values);
  const claim = { law: 'F-19', subject: name } as const;
  return every([
    () => same(bitwise, values, given, { ...claim, what: 'what a fold was given has been written to' }),
    () => same(bitwise, states, atOnce, { ...claim, what: 'a state that was handed out has changed' }),
    () =>
      same(
        bitwise,
        again,
        made.map((b, i) => [states[i + 1], b]),
        {
          ...claim,
          what: 'the same state and value give something else',
          hint: 'hidden state, a clock, chance',
        },
      ),
    () => same(bitwise, second.made, made, { ...claim, what: 'a second run makes something else' }),
  ]);
};

/** F-13 and F-19 of a fold. */
export const foldLaws = <S extends Json, A, B>(
  subject: FoldSubject<S, A, B>,
): readonly Law<FoldExample<A>>[] => [
  law('F-13', (example) => foldResumes(subject, example)),
  law('F-19', (example) => stepIsPure(subject, example)),
];
