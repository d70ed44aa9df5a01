/** A learner: model, loss and update together are one pure step. */
import { within } from '../error.js';
import { type Buffers, evaluation, lift, type Para, type Parameters } from '../lens/para.js';
import { located } from '../lens/locate.js';
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
export interface LearnerState<P, S = readonly []> {
  /** What the model learns. */
  readonly parameters: P;
  /** What its layers hand from step to step and do not learn, such as running statistics. */
  readonly buffers: S;
  /** What the update remembers, such as moments. */
  readonly optimizer: UpdateState<P>;
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

export interface LearnerOptions<P extends Parameters, A, B extends C, C, L, S extends Buffers> {
  readonly model: Para<P, A, B, S>;
  /** Of predictions like the model's, or more general ones. */
  readonly loss: Loss<C, L>;
  readonly update: Update;
  /** Numbers to read off each batch's predictions, by name. */
  readonly metrics?: { readonly [name: string]: Metric<NoInfer<B>, NoInfer<TargetOf<B, L>>> };
  /** Whether each step tells, as the metric `gradientNorm`, how long its gradient is: that of all parameters together. */
  readonly gradientNorm?: boolean;
}

/** A step of training and what a state predicts, as pure functions. `State` is whatever decides the next step. */
export interface Learner<State, A, B, L> {
  /** The first state: fresh parameters and buffers. Throws if two parts of the model have one name. */
  readonly init: (key: Key) => State;
  /** One step of training. */
  readonly step: (state: State, batch: Batch<A, L>) => readonly [State, Report];
  /** What the model predicts: `evaluation(model, ...buffers)`. */
  readonly predict: (state: State, input: A) => B;
  /** The loss and the metrics of a batch, nothing learned. */
  readonly evaluate: (state: State, batch: Batch<A, L>) => Report;
  /** How much each number of `evaluate` counts beside those of other batches; the number of examples without it. */
  readonly weights?: (state: State, batch: Batch<A, L>) => Report;
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
export const learner = <P extends Parameters, A, B extends C, C, L, S extends Buffers>({
  model,
  loss,
  update,
  metrics = {},
  gradientNorm = false,
}: LearnerOptions<P, A, B, C, L, S>): Learner<LearnerState<P, S>, A, B, TargetOf<B, L>> => {
  requireMade('learner', 'model', model, kinds.layer);
  requireMade('learner', 'loss', loss, kinds.loss);
  requireMade('learner', 'update', update, kinds.update);
  for (const [name, metric] of Object.entries(metrics)) requireFunction('learner', `metrics.${name}`, metric);
  let fresh: Pick<LearnerState<P, S>, 'parameters' | 'buffers'> | undefined;
  /** Throws if parameters and buffers are not those of this model; what these are like is found out once. */
  const requireModel = ({ parameters, buffers }: LearnerState<P, S>): void => {
    fresh ??= { parameters: model.init(keyOf(0)), buffers: model.buffers.init(keyOf(0)) };
    const hint = 'a state belongs to the learner that made it';
    requireAlike('parameters of another model', parameters, fresh.parameters, hint);
    requireAlike('buffers of another model', buffers, fresh.buffers, hint);
  };
  const predict = ({ parameters, buffers }: LearnerState<P, S>, input: A): B =>
    evaluation(model, ...buffers).run(parameters, input)[0];
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
      const [parameters, buffers] = [model.init(key), model.buffers.init(key)];
      parameterPaths(parameters);
      return { parameters, buffers, optimizer: update.init(parameters) };
    },
    step: (state, { input, target }) => {
      requireModel(state);
      requireAlike(
        'the state of another update',
        state.optimizer,
        update.init(state.parameters),
        'a state belongs to the update that made it: begin with init of this learner',
      );
      // forward: where the gradient is to be taken, the prediction there, and its loss
      const weight = (): Tensor<Scalar> => weightOf(ofTargets, prediction, target);
      const [at, move] = update.lens<P>().run([state.optimizer, state.parameters, weight]);
      const [prediction, backModel, ...buffers] = model.run(at, input, ...state.buffers);
      const [value, backLoss] = measured.run([], [prediction, target]);
      // backward: the loss against the prediction, that against the parameters, and the move against that
      const [, [predictionChange]] = backLoss(fullLike(value, 1));
      // The change of a prediction is like the prediction, whose type the loss may know less well.
      const [gradient] = backModel(predictionChange as B);
      const [optimizer, parameters] = move(gradient);
      const report = reportOf(value, prediction, target);
      return [
        { parameters, buffers, optimizer },
        gradientNorm
          ? { ...report, metrics: { ...report.metrics, gradientNorm: globalNorm(gradient) } }
          : report,
      ];
    },
    predict: (state, input) => {
      requireModel(state);
      return predict(state, input);
    },
    evaluate: (state, { input, target }) => {
      requireModel(state);
      const prediction = predict(state, input);
      const [value] = measured.run([], [prediction, target]);
      return reportOf(value, prediction, target);
    },
    weights: (state, { input, target }) => {
      const prediction = predict(state, input);
      return {
        loss: weightOf(ofTargets, prediction, target),
        metrics: Object.fromEntries(
          Object.entries(metrics).map(([name, metric]) => [name, weightOf(metric, prediction, target)]),
        ),
      };
    },
  };
};
