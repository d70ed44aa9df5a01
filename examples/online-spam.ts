/** Spam told from mail as it comes in, one mail at a time; and what helps when it turns into its opposite. */
import { lastValueFrom, map, toArray } from 'rxjs';
import { binaryCrossEntropy, dense, key, learner, sgd, type Tensor, withRates } from 'paralens';
import { withHyperparameters } from 'paralens/update';
import { cast, equal, less, mean, subtract } from 'paralens/operation';
import {
  adwin,
  decoderOfValues,
  type Drift,
  type DriftLevel,
  type Fold,
  hashed,
  iterableSource,
  onDrift,
  online,
  pipeFold,
  pure,
  raiseRate,
  type Reaction,
  reset,
  type StepReport,
  wordsOf,
} from 'paralens/online';
import { isStarted } from './data/direct.js';
import { Mail, readMails } from './data/mails.js';
import { stepsOf } from './data/records.js';

const COLUMNS = 2 ** 12;
const hashing = hashed({ size: COLUMNS });

/** Each word of a mail counts once, and every mail is of length 1. */
const examples = pure(({ text, spam }: Mail) => {
  const [, row] = hashing.step(hashing.initial, [...new Set(wordsOf(text))]);
  const length = Math.hypot(...row) || 1;
  return [{ input: row.map((x) => x / length), target: [Number(spam)] }];
});

type Column = Tensor<readonly [number, number]>;

/** A logit above 0 says spam. */
const wrong = (logits: Column, spam: Column) =>
  mean(cast(equal(cast(less(0, logits), 'float32'), subtract(1, spam)), 'float32'));

/** Logistic regression; of the rates 1, 4 and 16 this one does best on these mails. */
const filter = learner({
  model: dense(COLUMNS, 1),
  loss: binaryCrossEntropy<readonly [number, number]>(),
  update: withHyperparameters(4, (learningRate) => sgd({ learningRate })),
  metrics: { wrong },
});
type State = ReturnType<typeof filter.init>;

/** Drift where ADWIN drops what it had of errors, and what it keeps is worse than that: getting better is none. */
const worse = pipeFold(adwin(), {
  initial: 1,
  step: (before: number, { level, mean: now }: Drift) =>
    [now, level === 'drift' && now > before ? 'drift' : 'none'] as const,
} satisfies Fold<number, Drift, DriftLevel>);

/** What may be done about drift. */
const reactions = {
  nothing: { initial: 0, step: (times) => [times, undefined] },
  reset: reset((times) => filter.init(key(times))),
  'raised rate': raiseRate({
    factor: 4,
    steps: 200,
    scale: (state: State, by) => withRates(state, (rate) => rate * by),
  }),
} satisfies Record<string, Reaction<number, State>>;

/** Of each mail, whether the filter was wrong before it learned from it, and the mails at which it saw drift. */
const run = async (mails: readonly Mail[], reaction: Reaction<number, State>, seed: number) => {
  const run$ = online({
    source: iterableSource('mails', mails),
    decode: decoderOfValues(Mail),
    examples,
    learner: filter,
    key: key(seed),
    size: 1,
    monitors: pipeFold(
      pure(({ metrics }: StepReport) => metrics['wrong'] ?? Number.NaN),
      worse,
    ),
    revise: onDrift((level: DriftLevel) => level, reaction),
  });
  // Only what is counted: a step as a whole holds the run's state.
  const steps = await lastValueFrom(
    stepsOf(run$).pipe(
      map(({ step, metrics, monitored }) => ({ step, metrics, monitored })),
      toArray(),
    ),
  );
  return {
    errors: steps.map(({ metrics }) => metrics['wrong'] ?? Number.NaN),
    drifts: steps.flatMap(({ monitored, step }) => (monitored === 'drift' ? [step] : [])),
  };
};

/** The share of mails of the kind that most mails before were of, and of the kind that the last one was of. */
const baselines = (mails: readonly Mail[]) => {
  let [spam, majority, last] = [0, 0, 0];
  for (const [i, mail] of mails.entries()) {
    if (mail.spam === spam > i - spam) majority += 1;
    if (mail.spam === mails[i - 1]?.spam) last += 1;
    spam += Number(mail.spam);
  }
  return { majority: majority / mails.length, last: last / mails.length };
};

const rightOf = (errors: readonly number[]): number =>
  1 - errors.reduce((sum, x) => sum + x, 0) / errors.length;

export const main = async ({ mails = readMails(), planted = 4000, after = 300, seed = 1 } = {}) => {
  const plain = await run(mails, reactions.nothing, seed);
  // From here on, what was spam is called mail, and mail spam.
  const turned = mails.map((mail, i) => (i < planted ? mail : { ...mail, spam: !mail.spam }));
  const reacted = [];
  for (const [name, reaction] of Object.entries(reactions)) {
    const { errors, drifts } = await run(turned, reaction, seed);
    reacted.push({ name, drifts, right: rightOf(errors.slice(planted, planted + after)) });
  }
  return { right: rightOf(plain.errors), drifts: plain.drifts, ...baselines(mails), planted, after, reacted };
};

if (isStarted(import.meta.url)) {
  const { right, drifts, majority, last, planted, after, reacted } = await main();
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  console.log(
    `right before it learned: ${percent(right)}; the kind of most so far ${percent(majority)}, of the last ${percent(last)}`,
  );
  console.log(`drift in the mails themselves, found at ${drifts.join(', ')}`);
  console.log(`planted behind mail ${planted}; right in the ${after} after it:`);
  for (const each of reacted)
    console.log(`  ${each.name}: ${percent(each.right)}, drift found at ${each.drifts.join(', ')}`);
}
