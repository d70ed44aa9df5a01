/** F-16: a step is a lens gone there and back, and n steps are an n-fold composite of layers. */
import { from } from 'rxjs';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import { compile } from '../../src/backend/compile.js';
import { evaluate } from '../../src/backend/evaluate.js';
import type { Batch, LearnerOptions, LearnerState } from '../../src/learner/learner.js';
import { compose } from '../../src/lens/compose.js';
import { composeLenses, type SimpleLens } from '../../src/lens/lens.js';
import { asLens, identity, type Para, type Parameters } from '../../src/lens/para.js';
import { differentiable } from '../../src/lens/differentiable.js';
import type { Loss } from '../../src/loss/loss.js';
import { fullLike } from '../../src/tensor/primitive/constant.js';
import type { Scalar } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Update, Updated } from '../../src/update/update.js';
import { traceOf } from '../stream/trace.js';
import { plainStep, type Training } from './training.js';

/** The parts of a learner, the loss of its predictions. */
export interface LearnerParts<P extends Parameters, A, B, L> {
  readonly model: Para<P, A, B>;
  readonly loss: Loss<B, L>;
  readonly update: Update;
}

/** p ↦ loss(model(p, input), target): model and loss composed, the batch held still */
export const batchLoss = <P extends Parameters, A, B, L>(
  { model, loss }: Pick<LearnerParts<P, A, B, L>, 'model' | 'loss'>,
  { input, target }: Batch<A, L>,
): SimpleLens<P, Tensor<Scalar>> => {
  const held: SimpleLens<P, readonly [P, A]> = { run: (p) => [[p, input], ([dp]) => dp] };
  const labelled: SimpleLens<B, readonly [B, L]> = { run: (b) => [[b, target], ([db]) => db] };
  return composeLenses(held, composeLenses(asLens(model), composeLenses(labelled, loss)));
};

/** step = put of update;model;loss at the cotangent 1 */
const put = <P extends Parameters, A, B, L>(
  parts: LearnerParts<P, A, B, L>,
  batch: Batch<A, L>,
  { optimizer, parameters }: LearnerState<P>,
): LearnerState<P> => {
  const whole = composeLenses(parts.update.lens<P>(), batchLoss(parts, batch));
  const at: Updated<P> = [optimizer, parameters];
  const [value, back] = whole.run(at);
  const [nextOptimizer, next] = back(fullLike(value, 1));
  return { optimizer: nextOptimizer, parameters: next, buffers: [] };
};

/** A step as a layer: its parameters are the batch, its argument and its result the learner's state. */
type StepLayer<S, B> = Para<readonly [B], S, S>;

const unused = (): never => {
  throw new Error('the batches of a run are not drawn from a key');
};

/** b₁·…·bₙ ⊢ s₀ ↦ sₙ: the composite of n step layers */
export const unrolled = <S, B>(step: (state: S, batch: B) => S, count: number): Para<readonly B[], S, S> => {
  const one: StepLayer<S, B> = differentiable(unused, (batch: B, state: S) => step(state, batch));
  return Array.from({ length: count }, () => one).reduce<Para<readonly B[], S, S>>(
    (all, each) => compose(all, each),
    identity<S>(),
  );
};

/**
 * F-16. The n-fold composite of put over the batches, as one program ≡ the last state of training
 */
export const putIsPara = <P extends Parameters, A, B, L>(
  training: Training<LearnerState<P>, Batch<A, L>>,
  parts: LearnerParts<P, A, B, L>,
  initial: LearnerState<P>,
  batches: readonly Batch<A, L>[],
): Verdict =>
  sameLast(
    training,
    initial,
    batches,
    unrolled((state, batch) => put(parts, batch, state), batches.length),
    'the composite of update, model and loss, unrolled',
  );

/**
 * F-16. The n-fold composite of the learner's own step, as one program ≡ the last state of training
 */
export const unrolledIsStreamed = <S, B>(
  training: Training<S, B>,
  step: (state: S, batch: B) => S,
  initial: S,
  batches: readonly B[],
): Verdict => sameLast(training, initial, batches, unrolled(step, batches.length), 'its step, unrolled');

const sameLast = <S, B>(
  { name, backend, from: start }: Training<S, B>,
  initial: S,
  batches: readonly B[],
  composite: Para<readonly B[], S, S>,
  what: string,
): Verdict => {
  const { emitted } = traceOf(from(batches).pipe(start(initial)), plainStep<S>(backend));
  const unroll = compile((all: readonly B[], state: S) => composite.run(all, state)[0], { backend });
  const states = emitted.map((each) => (each as { readonly state: unknown }).state);
  return same(
    bitwise,
    evaluate(unroll(batches, initial), { backend }),
    states.at(-1) ?? evaluate(initial, { backend }),
    { law: 'F-16', subject: name, what: `${what}, gives another state than the stream` },
  );
};

/** What `learner` is given, as the parts of a lens. */
export const partsOf = <P extends Parameters, A, B, L>({
  model,
  loss,
  update,
}: LearnerOptions<P, A, B, B, L, readonly []>): LearnerParts<P, A, B, L> => ({ model, loss, update });
