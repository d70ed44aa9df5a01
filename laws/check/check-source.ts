/** One call for a user's source: does it lose nothing, wherever it is stopped, and let go of what it holds? */
import { fastCheck } from '../fast-check.js';
import type { Json } from '../../src/tree/tree.js';
import { drawing } from '../arbitrary/draw.js';
import { begun, check, type CheckOptions, outOfTime, runOf } from '../base/runner.js';
import { sourceLaws } from '../online/source.js';
import { drawSourceExample, type SourceSubject } from '../online/source-subject.js';
import { type SourceTrail, trailOf } from '../online/source-trail.js';

/** What is seen of a source over examples that are drawn, one after the other. */
export const trailsOf = async <A, P extends Json>(
  subject: SourceSubject<A, P>,
  options: CheckOptions = {},
): Promise<readonly SourceTrail<A, P>[]> => {
  const { seed, runs: numRuns } = runOf(options);
  const { until } = begun(options);
  const trails: SourceTrail<A, P>[] = [];
  for (const example of fastCheck.sample(drawing(drawSourceExample), { seed, numRuns })) {
    if (performance.now() > until) outOfTime(subject.name, trails.length, numRuns, options);
    trails.push(await trailOf(subject, example));
  }
  return trails;
};

/**
 * Demands the laws of sources: records in order, each once and at a place of its own (F-23) and not changed afterwards
 * (F-19); opened again the same (F-4), also side by side (F-9), asked on end (F-6) and in other pieces (F-5); gone on
 * with behind any record (F-13), stopped anywhere (F-1); nothing ahead of who asks (F-3), all let go of at the end (F-7);
 * and what is told to whoever watches true, and free (F-8). Rejects with a `LawError` as `check` throws one.
 *
 * @example
 * await checkSource({
 *   name: 'mine',
 *   medium: async (records) => ({ source: mine(records.map(({ text }) => text)), values: records.map(({ text }) => text) }),
 * });
 */
export const checkSource = async <A, P extends Json>(
  subject: SourceSubject<A, P>,
  options: CheckOptions = {},
): Promise<void> => {
  const laws = sourceLaws(subject);
  for (const trail of await trailsOf(subject, options))
    check(subject.name, fastCheck.constant(trail), laws, { runs: 1, seconds: Number.POSITIVE_INFINITY });
};
