/** Runs a law over many examples and throws if it breaks, so that it works in every test runner. */
import type fc from 'fast-check';
import { fastCheck } from '../fast-check.js';
import { every, type Finding, holds, type Law, showFinding, type Verdict } from './verdict.js';

export interface CheckOptions {
  /** Decides all examples; `PARALENS_LAWS_SEED` unless given, and a fixed one without either. */
  readonly seed?: number | undefined;
  /** How many examples, before `PARALENS_LAWS_TIMES` multiplies them. */
  readonly runs?: number | undefined;
  /** The share of examples that may be rejected; 0.05 unless given. */
  readonly rejections?: number | undefined;
  /** The path of a failure, which replays it alone. */
  readonly path?: string | undefined;
  /**
   * How long the whole check may take until it has found a failure; `PARALENS_LAWS_SECONDS` unless given, and 4 without
   * either, which is less than a test runner allows. A check that needs longer throws: it never passes on fewer examples.
   */
  readonly seconds?: number | undefined;
  /** When it must be done, in milliseconds of `performance.now()`: of a check that is made of several. */
  readonly until?: number | undefined;
}

/** A law that was broken, or that had too little to say. */
export class LawError extends Error {
  override readonly name = 'LawError';
  readonly finding: Finding | undefined;

  constructor(message: string, finding?: Finding, options?: ErrorOptions) {
    super(message, options);
    this.finding = finding;
  }
}

const DEFAULT_SEED = 20_210_301;
const DEFAULT_RUNS = 20;
/** Vitest and Jest end a test after 5 s, and then say nothing of the law that it was at. */
const DEFAULT_SECONDS = 4;
/** A failure is made smaller this often, and no more: what is left is small enough to be read. */
const SHRINKS = 200;

/** A number from the environment, where there is one. */
const environment = (name: string, otherwise: number): number => {
  const given = typeof process === 'undefined' ? undefined : process.env[name];
  return given === undefined || given === '' ? otherwise : Number(given);
};

/**
 * Notes what has been held to which laws: a line of JSON for each check, in the file that `PARALENS_LAWS_RECORD`
 * names, beside what `PARALENS_LAWS_CONTEXT` says, such as the test. Of Node alone.
 */
const record = <T>(name: string, laws: readonly Law<T>[]): void => {
  const file = typeof process === 'undefined' ? undefined : process.env['PARALENS_LAWS_RECORD'];
  if (file === undefined) return;
  const context = process.env['PARALENS_LAWS_CONTEXT'] ?? '';
  const ids = [...new Set(laws.flatMap(({ id }) => id ?? []))];
  process
    .getBuiltinModule('node:fs')
    .appendFileSync(file, `${JSON.stringify({ context, name, laws: ids })}\n`);
};

/** Throws the finding of a broken verdict. */
export const assertHolds = (verdict: Verdict): void => {
  if (verdict.kind === 'broken') throw new LawError(showFinding(verdict.finding), verdict.finding);
};

/** At least 2, so that one unlucky example in a short run is no failure. */
const allowedRejections = (runs: number, share: number): number => Math.max(2, Math.floor(runs * share));

interface Run {
  readonly seed: number;
  readonly runs: number;
  readonly path: string | undefined;
}

const secondsOf = ({ seconds }: CheckOptions): number =>
  seconds ?? environment('PARALENS_LAWS_SECONDS', DEFAULT_SECONDS);

/** The options of a check that begins now, for all checks that it is made of. */
export const begun = <O extends CheckOptions>(options: O): O & { readonly until: number } => ({
  ...options,
  until: options.until ?? performance.now() + 1000 * secondsOf(options),
});

/** Throws what is to be done about a check that takes longer than it may. */
export const outOfTime = (name: string, tried: number, runs: number, options: CheckOptions): never => {
  throw new LawError(
    `${name}: held for ${tried} of ${runs} examples within ${secondsOf(options)} s, and the rest was not tried; ` +
      `give it more time, as { seconds: 60 }, and its test more than that, or fewer examples, as { runs: ${Math.max(1, tried)} }`,
  );
};

/** Which examples are drawn, and how many. */
export const runOf = ({ seed, runs = DEFAULT_RUNS, path }: CheckOptions): Run => ({
  seed: seed ?? environment('PARALENS_LAWS_SEED', DEFAULT_SEED),
  runs: Math.ceil(runs * environment('PARALENS_LAWS_TIMES', 1)),
  path,
});

/** What became of a law: how it failed, if it did, and why examples were rejected. */
interface Outcome {
  readonly failure: LawError | undefined;
  readonly reasons: readonly string[];
}

const message = <T>(name: string, details: fc.RunDetails<[T]>, { seed, runs }: Run): string => {
  const { errorInstance: cause, counterexample, counterexamplePath, numRuns, numShrinks } = details;
  return [
    cause instanceof Error ? cause.message : String(cause),
    `  checking ${name}, example ${numRuns} of ${runs}, shrunk ${numShrinks} times`,
    `  smallest example: ${fastCheck.stringify(counterexample?.[0])}`,
    `  replay with { seed: ${seed}, path: '${counterexamplePath ?? ''}' }`,
  ].join('\n');
};

const runLaw = <T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  law: Law<T>,
  run: Run,
  { shrinks }: { readonly shrinks: boolean },
): Outcome => {
  const reasons: string[] = [];
  let broke: string | undefined;
  const details = fastCheck.check(
    fastCheck.property(fastCheck.limitShrink(arbitrary, SHRINKS), (example) => {
      const verdict = law(example);
      if (verdict.kind === 'rejected') reasons.push(verdict.reason);
      if (verdict.kind !== 'broken') return;
      // A failure is made smaller as the failure that it is: an example that breaks another law is another one.
      broke ??= verdict.finding.law;
      if (verdict.finding.law === broke) assertHolds(verdict);
    }),
    {
      seed: run.seed,
      numRuns: run.runs,
      endOnFailure: !shrinks,
      ...(run.path === undefined ? {} : { path: run.path }),
    },
  );
  if (!details.failed) return { failure: undefined, reasons };
  const { errorInstance: cause } = details;
  const finding = cause instanceof LawError ? cause.finding : undefined;
  return { failure: new LawError(message(name, details, run), finding, { cause }), reasons };
};

/**
 * Demands a law, or several, of every example that an arbitrary gives. Throws a `LawError` with the finding, the
 * smallest example that shows it, and the seed and path that replay it; of several laws it is the first in their
 * order that breaks for some example. Throws as well if too many examples were rejected, or if it takes too long.
 *
 * @example
 * check('abs', fc.double({ noNaN: true }), (x) =>
 *   Math.abs(x) >= 0 ? holds : broken({ law: 'A-1', subject: 'abs', what: 'an absolute value below 0', got: x, expected: 0 }),
 * );
 */
export const check = <T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  laws: Law<T> | readonly Law<T>[],
  options: CheckOptions = {},
): void => {
  const run = runOf(options);
  const { seed, runs } = run;
  const { until } = begun(options);
  const all = typeof laws === 'function' ? [laws] : laws;
  record(name, all);
  let [tried, late, failed] = [0, false, false];
  // Looked at before each law, until one breaks: what is found is made small whatever time that takes.
  const inTime =
    (law: Law<T>): Law<T> =>
    (example) => {
      late ||= !failed && performance.now() > until;
      if (late) return holds;
      const verdict = law(example);
      failed ||= verdict.kind === 'broken';
      return verdict;
    };
  const together: Law<T> = (example) => {
    const verdict = every(all.map((law) => () => inTime(law)(example)));
    if (!late) tried++;
    return verdict;
  };
  const { failure, reasons } = runLaw(name, arbitrary, together, run, { shrinks: false });
  if (failure !== undefined) {
    // Which law an example meets first is chance; the first law that breaks at all tells more. It alone is shrunk.
    for (const law of all) {
      const { failure: first } = runLaw(name, arbitrary, law, run, { shrinks: true });
      if (first !== undefined) throw first;
    }
    throw failure;
  }
  if (late) outOfTime(name, tried, runs, options);
  const allowed = allowedRejections(runs, options.rejections ?? 0.05);
  if (reasons.length > allowed)
    throw new LawError(
      `${name}: ${reasons.length} of ${runs} examples rejected, at most ${allowed} may be, with seed ${seed}: ${reasons[0] ?? ''}`,
    );
};

/**
 * The names of all laws that break for some example, each looked at by itself: what a suite that is tested for
 * the bugs it finds has to say. A law that throws something of its own is called by that error's name.
 */
export const brokenLaws = <T>(
  arbitrary: fc.Arbitrary<T>,
  laws: readonly Law<T>[],
  options: CheckOptions = {},
): readonly string[] => {
  const found = laws.flatMap((law) => {
    const { errorInstance: cause, failed } = fastCheck.check(
      fastCheck.property(arbitrary, (example) => {
        assertHolds(law(example));
      }),
      { seed: options.seed ?? DEFAULT_SEED, numRuns: options.runs ?? DEFAULT_RUNS, endOnFailure: true },
    );
    if (!failed) return [];
    if (cause instanceof LawError) return [cause.finding?.law ?? cause.name];
    return [cause instanceof Error ? cause.name : String(cause)];
  });
  return [...new Set(found)];
};
