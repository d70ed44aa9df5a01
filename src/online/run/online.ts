/**
 * Online training: a fold over the records of a source, whose state is one value. What a record does to the state is
 * in the state together with the source's position behind it, and both are saved together or not at all: so each
 * record counts exactly once, whatever dies when.
 */
import type { Observable } from 'rxjs';
import { requireFunction, requireMade } from '../../require.js';
import { fromPull } from '../../stream/from-pull.js';
import type { Optimized } from '../../stream/reduce-on-plateau.js';
import { requireMilliseconds } from '../../stream/timer.js';
import { requirePace } from '../checkpoint/checkpointing.js';
import type { Json } from '../../tree/tree.js';
import type { OnlineEvent } from './event.js';
import { eventsOf } from './events-of.js';
import type { OnlineOptions } from './online-options.js';
import { requireRunOptions } from './run-options.js';

/**
 * Trains over the records of a source and emits events: steps (each example is tested, then learned), dead letters,
 * skipped steps and saved checkpoints. The run is one value: the learner, the folds, the counts and the position of the
 * source. `checkpoints` saves it, and a new run resumes from there, bitwise equal; each record counts exactly once.
 *
 * A slow subscriber slows down the source. Unsubscribing closes the source and saves the run. Errors arrive as the error
 * of the Observable: the source fails, a loss is not finite, too many records are bad, another writer uses the store.
 * Throws if an option is invalid.
 *
 * Laws: F-1, F-3, F-4, F-7, F-13.
 *
 * @example
 * const Click = t.type({ x: t.array(t.number), y: t.number });
 * const clicks = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
 * online({
 *   source: iterableSource('clicks', ['{"x":[1,2],"y":3}']),
 *   decode: decoder(Click),
 *   examples: pure(({ x, y }: t.TypeOf<typeof Click>) => [{ input: x, target: [y] }]),
 *   learner: clicks,
 *   key: key(1),
 *   size: 256,
 * }).subscribe((event) => console.log(event.kind)); // step
 */
export const online = <
  State extends Optimized,
  A,
  B,
  L,
  R,
  Pos extends Json,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
>(
  options: OnlineOptions<State, A, B, L, R, Pos, X, F, S, M, V>,
): Observable<OnlineEvent<State, M, F>> => {
  requireRunOptions(options);
  const { source, learner, decode, examples, monitors, revise, checkpoints } = options;
  const aFold = { kind: 'a fold', methods: ['step'] };
  requireMade('online', 'source', source, { kind: 'a source', methods: ['open'] });
  requireMade('online', 'learner', learner, { kind: 'a learner', methods: ['init', 'step', 'evaluate'] });
  requireFunction('online', 'decode', decode);
  requireMade('online', 'examples', examples, aFold);
  if (monitors !== undefined) requireMade('online', 'monitors', monitors, aFold);
  if (revise !== undefined) requireMade('online', 'revise', revise, aFold);
  if (checkpoints !== undefined)
    requireMade('online', 'checkpoints.store', checkpoints.store, {
      kind: 'a store',
      methods: ['save', 'restore'],
    });
  if (options.wait !== undefined) requireMilliseconds('online', 'wait', options.wait);
  if (checkpoints !== undefined) requirePace(checkpoints.every);
  return fromPull({ [Symbol.asyncIterator]: () => eventsOf(options) }, { prefetch: 1 });
};
