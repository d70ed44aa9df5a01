/** F-9: two learners side by side are each by itself: nothing is shared but the clock. */
import { Subject } from 'rxjs';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { evaluate } from '../../src/backend/evaluate.js';
import type { Batch, LearnerState } from '../../src/learner/learner.js';
import { differentiate } from '../../src/lens/differentiable.js';
import { composeLenses, isomorphism, parallelLenses } from '../../src/lens/lens.js';
import { parallel } from '../../src/lens/parallel.js';
import type { Parameters } from '../../src/lens/para.js';
import type { Loss } from '../../src/loss/loss.js';
import { add } from '../../src/operation/arithmetic.js';
import type { Scalar } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { inVirtualTime, sameTrace, type Trace } from '../stream/trace.js';
import { lastState } from './action.js';
import type { LearnerParts } from './composite.js';
import { plainStep, scanTrace, type Training } from './training.js';

type Pair<T, U> = readonly [T, U];

/** ((b, d), (l, m)) ↔ ((b, l), (d, m)) */
const interchanged = <B, L, D, M>([[b, d], [l, m]]: Pair<Pair<B, D>, Pair<L, M>>): Pair<
  Pair<B, L>,
  Pair<D, M>
> => [
  [b, l],
  [d, m],
];

/** ((b, d), (l, m)) ↦ loss(b, l) + loss′(d, m) */
export const sumOfLosses = <B, L, D, M>(
  first: Loss<B, L>,
  second: Loss<D, M>,
): Loss<Pair<B, D>, Pair<L, M>> =>
  composeLenses(
    isomorphism(interchanged<B, L, D, M>, interchanged<B, D, L, M>),
    composeLenses(
      parallelLenses(first, second),
      differentiate(([one, other]: Pair<Tensor<Scalar>, Tensor<Scalar>>) => add(one, other)),
    ),
  );

/** Model beside model, loss plus loss; both must have one update. */
export const productOf = <P extends Parameters, A, B, L, Q extends Parameters, C, D, M>(
  first: LearnerParts<P, A, B, L>,
  second: LearnerParts<Q, C, D, M>,
): LearnerParts<readonly [...P, ...Q], Pair<A, C>, Pair<B, D>, Pair<L, M>> => ({
  model: parallel(first.model, second.model),
  loss: sumOfLosses(first.loss, second.loss),
  update: first.update,
});

/** The state of the product, from those of its parts. */
export const pairedState = <P extends Parameters, Q extends Parameters>(
  first: LearnerState<P>,
  second: LearnerState<Q>,
): LearnerState<readonly [...P, ...Q]> => ({
  parameters: [...first.parameters, ...second.parameters],
  buffers: [],
  optimizer: {
    count: first.optimizer.count,
    scalars: first.optimizer.scalars,
    slots: Object.fromEntries(
      Object.entries(first.optimizer.slots).flatMap(([name, slot]) => {
        const other = second.optimizer.slots[name];
        return other === undefined ? [] : [[name, [...slot, ...other] as const]];
      }),
    ),
  },
});

/** The batch of the product, from those of its parts. */
export const pairedBatch = <A, L, C, M>(
  first: Batch<A, L>,
  second: Batch<C, M>,
): Batch<Pair<A, C>, Pair<L, M>> => ({
  input: [first.input, second.input],
  target: [first.target, second.target],
});

/** Two trainings, and the batches of each; as many of the one as of the other. */
export interface Side<S, B> {
  readonly training: Training<S, B>;
  readonly initial: S;
  readonly batches: readonly B[];
}

/**
 * F-9. train(l₁⊗l₂, zip(b₁, b₂)) ≡ (train(l₁, b₁), train(l₂, b₂)); ≡ of the states
 */
export const productIsBoth = <P extends Parameters, A, L, Q extends Parameters, C, M>(
  product: Training<LearnerState<readonly [...P, ...Q]>, Batch<Pair<A, C>, Pair<L, M>>>,
  first: Side<LearnerState<P>, Batch<A, L>>,
  second: Side<LearnerState<Q>, Batch<C, M>>,
): Verdict => {
  const { backend } = product;
  const zipped = first.batches.flatMap((batch, i) => {
    const other = second.batches[i];
    return other === undefined ? [] : [pairedBatch(batch, other)];
  });
  const alone = <S, B>({ training, initial, batches }: Side<S, B>): S =>
    lastState(training, initial, batches.slice(0, zipped.length));
  return same(
    bitwise,
    evaluate(lastState(product, pairedState(first.initial, second.initial), zipped), { backend }),
    evaluate(pairedState(alone(first), alone(second)), { backend }),
    {
      law: 'F-9',
      subject: product.name,
      what: 'two learners side by side learn otherwise than each by itself',
      hint: 'something is shared between the two',
    },
  );
};

/** What two trainings tell whose batches come by turns. */
const byTurns = <S, B, T, C>(first: Side<S, B>, second: Side<T, C>): readonly [Trace, Trace] => {
  const sources = [new Subject<B>(), new Subject<C>()] as const;
  const emitted: readonly [unknown[], unknown[]] = [[], []];
  const listen = <U, D>({ training, initial }: Side<U, D>, source: Subject<D>, into: unknown[]): void => {
    const plain = plainStep<U>(training.backend);
    source.pipe(training.from(initial)).subscribe((told) => into.push(plain(told)));
  };
  inVirtualTime(() => {
    listen(first, sources[0], emitted[0]);
    listen(second, sources[1], emitted[1]);
    for (let i = 0; i < Math.max(first.batches.length, second.batches.length); i++) {
      const [batch, other] = [first.batches[i], second.batches[i]];
      if (batch !== undefined) sources[0].next(batch);
      if (other !== undefined) sources[1].next(other);
    }
  });
  return [
    { emitted: emitted[0], end: 'open' },
    { emitted: emitted[1], end: 'open' },
  ];
};

/**
 * F-9. Two trainings by turns in one process ≡ each by itself
 */
export const apart = <S, B, T, C>(first: Side<S, B>, second: Side<T, C>): Verdict => {
  const [one, other] = byTurns(first, second);
  const alone = <U, D>({ training, initial, batches }: Side<U, D>, got: Trace): Verdict =>
    sameTrace(
      got,
      { ...scanTrace(training, initial, batches), end: 'open' },
      {
        law: 'F-9',
        subject: training.name,
        what: 'another training in the same process changes it',
        hint: 'something is kept in a module, or in the learner',
      },
    );
  return every([() => alone(first, one), () => alone(second, other)]);
};
