/** One call for a user's learner: is its step a pure function, and is training with it the fold of that step? */
import type fc from 'fast-check';
import { drawing, type Sampler } from '../arbitrary/draw.js';
import type { Specifications } from '../arbitrary/specification.js';
import { begun, check, type CheckOptions } from '../base/runner.js';
import { every, holds, type Law, type Verdict, law } from '../base/verdict.js';
import { nearFloat64, repeatable, type Running } from '../gradient/backend.js';
import type { Backend } from '../../src/backend/backend.js';
import { dataOf } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import type { Batch, Learner, LearnerState } from '../../src/learner/learner.js';
import { traceTensors } from '../../src/graph/trace.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves } from '../../src/tree/tree.js';
import { trainingLaws } from '../learner/battery.js';
import { unrolledIsStreamed } from '../learner/composite.js';
import { countOf } from '../learner/examples.js';
import { gradientOf, inFloat64, meanOfParts, orderOfExamples } from '../learner/micro-batches.js';
import { batchDrawer, drawRun, type Run } from '../learner/run.js';
import { type Trainer, trainingOf } from '../learner/training.js';
import { backends as allBackends, engineOf } from '../map/engine.js';
import { type Computation, placesOf, standIn } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';

/** A learner's run over drawn batches. */
export type LearnerRun<State, A, L> = Run<State, Batch<A, L>>;

export interface LearnerCheckOptions<State, A, L> extends CheckOptions {
  /** What it is called in messages. */
  readonly name?: string | undefined;
  /** The backends to train on; all unless given. */
  readonly backends?: readonly Backend[] | undefined;
  /**
   * Whether a batch is a set of examples, one after the other along the first axes, of which the loss is a
   * mean: laws F-10 and F-12. Not so where examples look at each other, as in batch normalization and
   * contrastive losses, or where the loss is a sum.
   */
  readonly examples?: boolean | undefined;
  /** Batches of one's own, in place of drawn ones. */
  readonly batch?: fc.Arbitrary<Batch<A, L>> | undefined;
  /** What trains the learner, if not `train`. */
  readonly trainer?: Trainer<State, A, L> | undefined;
  /** More laws, of every run. */
  readonly laws?: readonly Law<LearnerRun<State, A, L>>[] | undefined;
}

/** A step as a program: state and batch in, state, loss and metrics out. */
const computationOf = <State, A, B, L>(
  name: string,
  learner: Learner<State, A, B, L>,
  given: readonly [State, Batch<A, L>],
): Computation => {
  const [state, batch] = standIn(given, 'given');
  const [next, { loss, metrics }] = learner.step(state, batch);
  const results = { state: next, loss, metrics };
  return {
    name,
    program: traceTensors(leaves<AnyTensor>([state, batch]), leaves<AnyTensor>(results)),
    results: placesOf(results),
  };
};

type StepLaw = (computation: Computation, running: Running, inputs: Vector) => Verdict;

/** B-1 and B-3 of a step on a backend. */
const stepLaws = <State, A, B, L>(
  name: string,
  learner: Learner<State, A, B, L>,
  backend: Backend,
): readonly Law<LearnerRun<State, A, L>>[] => {
  const engine = engineOf(backend);
  // Of every run anew: the shapes may be its batch's own.
  const at = (id: string, stepLaw: StepLaw): Law<LearnerRun<State, A, L>> =>
    law(id, ({ initial, batches: [batch] }) => {
      if (batch === undefined) return holds;
      const computation = computationOf(`step of ${name}`, learner, [initial, batch]);
      const inputs = dataOf(leaves<AnyTensor>([initial, batch]), reference());
      return stepLaw(computation, { name: engine.name, run: engine.compile(computation.program) }, inputs);
    });
  return [at('B-3', repeatable), at('B-1', (...step) => nearFloat64('B-1', ...step))];
};

/** F-10 and F-12 of a learner, in float64. */
const exampleLaws = <State extends Pick<LearnerState<unknown>, 'parameters'>, A, B, L>(
  name: string,
  learner: Learner<State, A, B, L>,
): readonly Law<LearnerRun<State, A, L>>[] => [
  law('F-10', ({ initial, batches: [first, ...rest] }) =>
    first === undefined
      ? holds
      : meanOfParts(gradientOf(name, learner, initial, inFloat64.backend), [first, ...rest]),
  ),
  law('F-12', ({ initial, batches: [batch] }) => {
    if (batch === undefined) return holds;
    const backwards = Array.from({ length: countOf(batch) }, (_, i) => i).toReversed();
    // In reverse, and by one further: examples change places with neighbors of either parity.
    const around = backwards.map((i) => (i + 1) % backwards.length);
    const gradient = gradientOf(name, learner, initial, inFloat64.backend);
    return every([backwards, around].map((order) => () => orderOfExamples(gradient, batch, order)));
  }),
];

/** All laws of `checkLearner`, for examples drawn otherwise. */
export const learnerLaws = <State extends Pick<LearnerState<unknown>, 'parameters'>, A, B, L>(
  learner: Learner<State, A, B, L>,
  {
    name = 'learner',
    backends = allBackends,
    examples = true,
    trainer,
    laws = [],
  }: LearnerCheckOptions<State, A, L> = {},
): readonly Law<LearnerRun<State, A, L>>[] => [
  ...(examples ? exampleLaws(name, learner) : []),
  ...backends.flatMap((backend) => {
    const training = trainingOf(name, learner, backend, trainer);
    return [
      ...stepLaws(name, learner, backend),
      ...trainingLaws(training),
      law('F-16', ({ initial, batches }: LearnerRun<State, A, L>) =>
        unrolledIsStreamed(training, (state, batch) => learner.step(state, batch)[0], initial, batches),
      ),
    ];
  }),
  ...laws,
];

/**
 * Holds a learner to the laws: its step is a pure function (L-6, B-3), on every backend near float64 (B-1); to
 * train it is the fold of that step, bit for bit (F-1, F-2), whatever is still to come (F-3), however often it
 * is subscribed to (F-4), whichever scheduler batches come by (F-5), whenever it is stopped (F-7), whoever
 * watches (F-8), resumed from plain numbers (F-13) and unrolled (F-16); its loss is a mean over examples in any
 * order (F-10, F-12). The specifications are those of a batch, counts of examples included. Throws a `LawError`
 * that names the law, the step and the leaf, with the smallest run.
 *
 * @example
 * checkLearner(mnist, { input: { shape: [8, 784] }, target: { shape: [8], dtype: 'int32', high: 9 } });
 */
export const checkLearner = <State extends Pick<LearnerState<unknown>, 'parameters'>, A, B, L>(
  learner: Learner<State, A, B, L>,
  specification: Specifications<Batch<NoInfer<A>, NoInfer<L>>>,
  options: LearnerCheckOptions<State, A, L> = {},
): void => {
  const { name = 'learner', batch, runs = 4 } = options;
  const drawBatch = batch === undefined ? batchDrawer(specification) : ({ value }: Sampler) => value(batch);
  const example = drawing((sampler) => drawRun(sampler, learner, drawBatch));
  // One law after the other: a run is long, so a failure is made smaller under the law that it breaks alone.
  const timed = { ...begun(options), runs };
  for (const each of learnerLaws(learner, options)) check(name, example, each, timed);
};
