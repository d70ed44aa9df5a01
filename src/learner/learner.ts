/** Learners: model, loss and update as one pure training step. */
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

/** The training state: everything that a step changes. */
export interface LearnerState<P, S = readonly []> {
  /** The parameters of the model. */
  readonly parameters: P;
  /** The buffers of the layers: state that is not learned, such as running statistics. */
  readonly buffers: S;
  /** The state of the update, such as moments. */
  readonly optimizer: UpdateState<P>;
}

/** Examples, stacked along the first axis. */
export interface Batch<A, L> {
  readonly input: A;
  readonly target: L;
}

/** The loss and the metrics of a step. */
export interface Report {
  readonly loss: Tensor<Scalar>;
  readonly metrics: { readonly [name: string]: Tensor<Scalar> };
}

export interface LearnerOptions<P extends Parameters, A, B extends C, C, L, S extends Buffers> {
  readonly model: Para<P, A, B, S>;
  /** A loss of the model's predictions, or of a more general type. */
  readonly loss: Loss<C, L>;
  readonly update: Update;
  /** Metrics of each batch, by name. */
  readonly metrics?: { readonly [name: string]: Metric<NoInfer<B>, NoInfer<TargetOf<B, L>>> };
  /** Whether each step reports the global norm of its gradient as the metric `gradientNorm`. */
  readonly gradientNorm?: boolean;
}

/** Training and prediction as pure functions. `State` contains everything that determines the next step. */
export interface Learner<State, A, B, L> {
  /** The initial state. Throws if two parts of the model have the same name. */
  readonly init: (key: Key) => State;
  /** One step of training. */
  readonly step: (state: State, batch: Batch<A, L>) => readonly [State, Report];
  /** The prediction of `evaluation(model, ...buffers)`. */
  readonly predict: (state: State, input: A) => B;
  /** The loss and the metrics of a batch, without training. */
  readonly evaluate: (state: State, batch: Batch<A, L>) => Report;
  /** The weight of each number of `evaluate` in a mean over batches; default: the number of examples. */
  readonly weights?: (state: State, batch: Batch<A, L>) => Report;
}

/**
 * Makes a learner from a model, a loss and an update. Its functions are expressions: `train` compiles the step; in your
 * own loop use `compile`, since without it each state is an expression of all previous steps. Throws if a part is
 * missing or of the wrong kind, such as `sgd` instead of `sgd()`.
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
  /** Throws if parameters or buffers belong to another model. The structure of this model is computed once. */
  const requireModel = ({ parameters, buffers }: LearnerState<P, S>): void => {
    fresh ??= { parameters: model.init(keyOf(0)), buffers: model.buffers.init(keyOf(0)) };
    const hint = 'a state belongs to the learner that made it';
    requireAlike('the parameters belong to another model', parameters, fresh.parameters, hint);
    requireAlike('the buffers belong to another model', buffers, fresh.buffers, hint);
  };
  const predict = ({ parameters, buffers }: LearnerState<P, S>, input: A): B =>
    evaluation(model, ...buffers).run(parameters, input)[0];
  // The mark of `LikePrediction` exists only in types, so the loss takes these targets.
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
        'the state belongs to another update',
        state.optimizer,
        update.init(state.parameters),
        'each update has its own state: start with `init` of this learner',
      );
      // forward: the point at which the gradient is taken, the prediction there, and its loss
      const weight = (): Tensor<Scalar> => weightOf(ofTargets, prediction, target);
      const [at, move] = update.lens<P>().run([state.optimizer, state.parameters, weight]);
      const [prediction, backModel, ...buffers] = model.run(at, input, ...state.buffers);
      const [value, backLoss] = measured.run([], [prediction, target]);
      // backward: through the loss, the model and the update
      const [, [predictionChange]] = backLoss(fullLike(value, 1));
      // The cotangent has the type of the prediction; the loss may have a more general type.
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
