/** F-8: metrics watch. A learner with them learns as it does without. */
import { from } from 'rxjs';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import { traceOf } from '../stream/trace.js';
import { plainStep, type Told, type Training } from './training.js';

/**
 * F-8. Losses and states of training with metrics ≡ those of training without
 */
export const metricsAreNeutral = <S, B>(
  measured: Training<S, B>,
  bare: Training<S, B>,
  initial: S,
  batches: readonly B[],
): Verdict => {
  const withoutMetrics = ({ backend, from: start }: Training<S, B>): unknown => {
    const plain = plainStep<S>(backend);
    return traceOf(from(batches).pipe(start(initial)), (told: Told<S>) => ({ ...plain(told), metrics: {} }));
  };
  return same(bitwise, withoutMetrics(measured), withoutMetrics(bare), {
    law: 'F-8',
    subject: measured.name,
    what: 'with metrics it learns otherwise than without',
  });
};
