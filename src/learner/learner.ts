/** A learner: model, loss and update together are one pure step. */
import { within } from '../error.js';
import { learned, withCarried } from '../lens/carried.js';
import { evaluation } from '../lens/evaluation.js';
import { located } from '../lens/locate.js';
import { handedOn } from '../lens/carried-marks.js';
import { requireCarriedOn, requireNoLearning } from '../lens/lost-state.js';
import { lift, type Para, type Parameters } from '../lens/para.js';
import { parameterPaths } from '../lens/parameters.js';
import { type Loss, type TargetOf, weightOf } from '../loss/loss.js';
import type { Metric } from '../metric/metric.js';
import { type Key, key as keyOf } from '../operation/random.js';
import { kinds, requireFunction, requireMade } from '../require.js';
import { requireKey } from '../tensor/primitive/generation.js';
import { fullLike } from '../tensor/primitive/constant.js';
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { globalNorm } from '../update/gradient-lens.js';
import type { Update, UpdateState } from '../update/update.js';
import { requireAlike } from './require-state.js';

/** All that training changes. */
export interface LearnerState<P> {
  readonly parameters: P;
  readonly update: UpdateState<P>;
}

/** Examples to learn from, stacked along the first axis. */
export interface Batch<A, L> {
  readonly input: A;
  readonly target: L;
}

/** What a step tells of itself. */
export interface Report {
  readonly loss: Tensor<Scalar>;
  readonly metrics: { readonly [name: string]: Tensor<Scalar> };
}

export interface LearnerOptions<P extends Parameters, A, B extends C, C, L> {
  readonly model: Para<P, A, B>;
  /** Of predictions like the model's, or more general ones. */
  readonly loss: Loss<C, L>;
  readonly update: Update;
  /** Numbers to read off each batch's predictions, by name. */
  readonly metrics?: { readonly [name: string]: Metric<NoInfer<B>, NoInfer<TargetOf<B, L>>> };
  /** Whether each step tells, as the metric `gradientNorm`, how long its gradient is: that of all parameters together. */
  readonly gradientNorm?: boolean;
}

export interface Learner<P extends Parameters, A, B, L> {
  /** Fresh parameters and the update's first state. Throws if two parts of the model have one name. */
  readonly init: (key: Key) => LearnerState<P>;
  /**
   * One step of training: a pure function of state and batch. Throws if the model loses what a layer carries from
   * step to step, such as the key of dropout.
   */
  readonly step: (state: LearnerState<P>, batch: Batch<A, L>) => readonly [LearnerState<P>, Report];
  /** What the model predicts: `evaluation(model)`. Throws if a layer still runs as it learns. */
  readonly predict: (state: LearnerState<P>, input: A) => B;
  /** The loss and the metrics of a batch, nothing learned. */
  readonly evaluate: (state: LearnerState<P>, batch: Batch<A, L>) => Report;
  /** How much each number of `evaluate` counts beside those of other batches; the number of examples without it. */
  readonly weights?: (state: LearnerState<P>, batch: Batch<A, L>) => Report;
}

/**
 * The learner of a model, a loss and an update. Its step and its prediction are functions over expressions: `train`
 * compiles the step, and whoever steps or predicts in a loop of their own does so with `compile`. The states of a step
 * that is not compiled are expressions of all steps before. Throws if a part is missing or of another
 * kind, such as `sgd` for `sgd()`.
 *
 * @example
 * const mnist = learner({ model, loss: sparseSoftmaxCrossEntropy(), update: rmsprop(), metrics: { accuracy } });
 * const [step, predict] = [compile(mnist.step), compile(mnist.predict)];
 * const [next, { loss }] = step(mnist.init(key(1)), { input, target });
 * const logits = predict(next, input);
 */
export const learner = <P extends Parameters, A, B extends C, C, L>({
  model,
  loss,
  update,
  metrics = {},
  gradientNorm = false,
}: LearnerOptions<P, A, B, C, L>): Learner<P, A, B, TargetOf<B, L>> => {
  requireMade('learner', 'model', model, kinds.layer);
  requireMade('learner', 'loss', loss, kinds.loss);
  requireMade('learner', 'update', update, kinds.update);
  for (const [name, metric] of Object.entries(metrics)) requireFunction('learner', `metrics.${name}`, metric);
  const predicting = evaluation(model);
  let fresh: P | undefined;
  /** Throws if parameters are not those of this model; what these are like is found out once. */
  const requireParameters = (parameters: P): void => {
    fresh ??= model.init(keyOf(0));
    requireAlike(
      'parameters of another model',
      parameters,
      fresh,
      'a state belongs to the learner that made it',
    );
  };
  // A target like the prediction is one that the loss takes: its mark is of types only.
  const ofTargets = loss as Loss<C, TargetOf<B, L>>;
  const measured = located('loss', lift(ofTargets));
  const reportOf = (value: Tensor<Scalar>, prediction: B, target: TargetOf<B, L>): Report => ({
    loss: value,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, metric]) => [name, within(name, () => metric(prediction, target))]),
    ),
  });
  return {
    init: (key) => {
      requireKey('learner', key);
      const parameters = model.init(key);
      parameterPaths(parameters);
      return { parameters, update: update.init(learned(parameters)) };
    },
    step: (state, { input, target }) => {
      requireParameters(state.parameters);
      requireAlike(
        'the state of another update',
        state.update,
        update.init(learned(state.parameters)),
        'a state belongs to the update that made it: begin with init of this learner',
      );
      // forward: where the gradient is to be taken, the prediction there, and its loss
      const weight = (): Tensor<Scalar> => weightOf(ofTargets, prediction, target);
      const [at, move] = update.lens<P>().run([state.update, learned(state.parameters), weight]);
      const [prediction, backModel] = model.run(withCarried(at, state.parameters), input);
      const [value, backLoss] = measured.run([], [prediction, target]);
      // backward: the loss against the prediction, that against the parameters, and the move against that
      const [, [predictionChange]] = backLoss(fullLike(value, 1));
      // The change of a prediction is like the prediction, whose type the loss may know less well.
      const [gradient] = backModel(predictionChange as B);
      const change = learned(gradient);
      const [nextUpdate, moved] = move(change);
      const report = reportOf(value, prediction, target);
      requireCarriedOn('learner', {
        parameters: state.parameters,
        gradient,
        given: [at, input, target],
        results: [prediction, report],
      });
      const parameters = withCarried(moved, gradient);
      return handedOn([
        { parameters, update: nextUpdate },
        gradientNorm
          ? { ...report, metrics: { ...report.metrics, gradientNorm: globalNorm(change) } }
          : report,
      ] as const);
    },
    predict: ({ parameters }, input) => {
      requireParameters(parameters);
      const [prediction] = predicting.run(parameters, input);
      requireNoLearning('learner', [parameters, input], prediction);
      return prediction;
    },
    evaluate: ({ parameters }, { input, target }) => {
      requireParameters(parameters);
      const [prediction] = predicting.run(parameters, input);
      const [value] = measured.run([], [prediction, target]);
      const report = reportOf(value, prediction, target);
      requireNoLearning('learner', [parameters, input, target], report);
      return report;
    },
    weights: ({ parameters }, { input, target }) => {
      const [prediction] = predicting.run(parameters, input);
      return {
        loss: weightOf(ofTargets, prediction, target),
        metrics: Object.fromEntries(
          Object.entries(metrics).map(([name, metric]) => [name, weightOf(metric, prediction, target)]),
        ),
      };
    },
  };
};
