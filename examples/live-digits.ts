/** Learning from what does not wait: digits as they are shown, with a pause, a rewind and a fork. */
import { createHash } from 'node:crypto';
import { either as E } from 'fp-ts';
import * as t from 'io-ts';
import {
  filter,
  interval,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  range,
  ReplaySubject,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import {
  accuracy,
  dense,
  evaluate,
  evaluator,
  key,
  learner,
  type LearnerState,
  relu,
  sequential,
  sgd,
  sparseSoftmaxCrossEntropy,
  type Tensor,
} from 'paralens';
import { leaves } from 'paralens/program';
import {
  type Checkpoint,
  type HoldPolicy,
  online,
  pure,
  type Received,
  type Source,
  toPull,
} from 'paralens/online';
import { isStarted } from './data/direct.js';
import { readMnist } from './data/mnist.js';
import { stepsOf } from './data/records.js';

type Shown = Received<{ readonly pixels: readonly number[]; readonly digit: number }, number>;

/** Shows digits, some at each tick of a clock, whether anybody looks or not; what was shown can be seen again. */
const show = ({ input, target }: ReturnType<typeof readMnist>['training'], every: number, atOnce: number) => {
  const [pixels, labels] = [evaluate(input).data, evaluate(target).data];
  const shown$ = new ReplaySubject<Shown>(labels.length);
  const one = (i: number): Shown => ({
    value: { pixels: [...pixels.subarray(i * 784, (i + 1) * 784)], digit: labels[i] ?? 0 },
    position: i + 1,
  });
  interval(every)
    .pipe(
      mergeMap((tick) => range(tick * atOnce, atOnce)),
      take(labels.length),
      map(one),
    )
    .subscribe(shown$);
  return shown$;
};

/** What is shown as a source: its position is how many digits have been. What nobody waits for goes by the policy. */
const looking = (shown$: Observable<Shown>, policy: HoldPolicy): Source<Shown['value'], number> => ({
  name: 'shown digits',
  position: t.number,
  open: async function* (after = 0) {
    const later$ = shown$.pipe(filter(({ position }) => position > after));
    for await (const shown of toPull(later$, policy)) yield [shown];
  },
});

const network = (learningRate: number) =>
  learner({
    model: sequential(dense(784, 32), relu(), dense(32, 10)),
    loss: sparseSoftmaxCrossEntropy(),
    update: sgd({ learningRate }),
    metrics: { accuracy },
  });

interface Look {
  readonly policy?: HoldPolicy;
  readonly rate?: number;
  readonly from?: Checkpoint;
  readonly until?: number;
}

/** The parameters, in a few letters: equal only where all bits are. */
const hashOf = ({ parameters }: LearnerState<unknown>): string => {
  const hash = createHash('sha256');
  for (const parameter of leaves<Tensor>(parameters)) hash.update(evaluate(parameter).data);
  return hash.digest('hex').slice(0, 12);
};

/** Learns from one digit after the other up to a step, and stops looking. */
const learn = async (shown$: Observable<Shown>, seed: number, look: Look) => {
  const { policy = { buffer: 100_000 }, rate = 0.02, until = Number.POSITIVE_INFINITY } = look;
  const run$ = online({
    source: looking(shown$, policy),
    decode: ({ value }) => E.right(value),
    examples: pure(({ pixels, digit }: Shown['value']) => [{ input: pixels, target: digit }]),
    dtypes: { target: 'int32' },
    learner: network(rate),
    key: key(seed),
    size: 1,
    ...(look.from && { from: look.from }),
  });
  const steps$ = stepsOf(run$).pipe(takeWhile(({ step }) => step < until, true));
  const losses: number[] = [];
  const { state, step, position, checkpoint } = await lastValueFrom(
    steps$.pipe(tap(({ loss }) => losses.push(loss))),
  );
  return { state, hash: hashOf(state), step, position, losses, checkpoint: checkpoint() };
};

export const main = async ({
  digits = readMnist({ training: 6000, test: 2000 }),
  every = 2,
  atOnce = 4,
  seed = 1,
} = {}) => {
  const count = digits.training.target.shape[0];
  const shown$ = show(digits.training, every, atOnce);
  // One that never looks back: while it learns from a digit, all but the latest go by.
  const hasty = learn(shown$, seed, { policy: 'latest' });

  // A pause: nobody looks between a third and the end of it, while digits go on being shown.
  const third = await learn(shown$, seed, { until: Math.floor(count / 3) });
  await new Promise((resolve) => setTimeout(resolve, 20 * every));
  const whole = await learn(shown$, seed, { from: third.checkpoint });

  // A rewind to where the pause was, in two ways at once: a fork of which one goes on at another rate.
  const [again, slower] = await Promise.all([
    learn(shown$, seed, { from: third.checkpoint }),
    learn(shown$, seed, { from: third.checkpoint, rate: 0.005 }),
  ]);
  const onTest = evaluator(network(0), digits.test);
  const told = ({ state, ...run }: typeof whole) => ({
    ...run,
    accuracy: onTest(state).metrics['accuracy'] ?? 0,
  });
  return {
    count,
    hasty: told(await hasty),
    third: told(third),
    whole: told(whole),
    again: told(again),
    slower: told(slower),
  };
};

if (isStarted(import.meta.url)) {
  const { count, hasty, third, whole, again, slower } = await main();
  const inWords = ({ step, accuracy: right, hash }: typeof whole): string =>
    `${step} steps, accuracy ${right.toFixed(3)}, parameters ${hash}`;
  console.log(`${count} digits are shown`);
  console.log(`latest only:        ${inWords(hasty)}, ${count - hasty.step} digits went by`);
  console.log(`until the pause:    ${inWords(third)}`);
  console.log(`after it:           ${inWords(whole)}`);
  console.log(`rewound to it:      ${inWords(again)}`);
  console.log(`forked, rate × 1/4: ${inWords(slower)}`);
}
