/** Records that are there already, as a source of an online run; and the steps of one. */
import * as t from 'io-ts';
import { mergeMap, type Observable } from 'rxjs';
import type { OnlineEvent, OnlineStep, Source } from 'paralens/online';

/** Values in their order, some at once; the position is how many have been read. */
export const recordsOf = <A>(name: string, values: readonly A[], atOnce = 64): Source<A, number> => ({
  name,
  position: t.number,
  open: async function* (after = 0) {
    for (let i = after; i < values.length; i += atOnce) {
      await Promise.resolve();
      yield values.slice(i, i + atOnce).map((value, k) => ({ value, position: i + k + 1 }));
    }
  },
});

/** Of what a run tells, the steps. */
export const stepsOf = <P, M>(run$: Observable<OnlineEvent<P, M>>): Observable<OnlineStep<P, M>> =>
  run$.pipe(mergeMap((event) => (event.kind === 'step' ? [event] : [])));
