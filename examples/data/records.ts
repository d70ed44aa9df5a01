/** The steps of an online run. */
import { mergeMap, type Observable } from 'rxjs';
import type { OnlineEvent, OnlineStep } from 'paralens/online';

/** Of what a run tells, the steps. */
export const stepsOf = <P, M>(run$: Observable<OnlineEvent<P, M>>): Observable<OnlineStep<P, M>> =>
  run$.pipe(mergeMap((event) => (event.kind === 'step' ? [event] : [])));
