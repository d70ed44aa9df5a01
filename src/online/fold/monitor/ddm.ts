/** DDM: drift detection by an error rate that rises above its minimum. */
import { fail } from '../../../error.js';
import { requireCount, requireDouble } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import { type Drift, requireFinite } from './drift.js';

export interface DdmOptions {
  /** The number of deviations above the minimum for a warning. */
  readonly warning?: number;
  /** The number of deviations above the minimum for a drift. */
  readonly drift?: number;
  /** The number of errors and hits before it can report. */
  readonly after?: number;
}

/** The state since the last drift; `best` and `deviation` are those of the lowest rate + deviation. */
type DdmState = {
  readonly count: number;
  readonly mean: number;
  readonly best: number;
  readonly deviation: number;
};

const START: DdmState = { count: 0, mean: 0, best: Number.POSITIVE_INFINITY, deviation: 0 };

/**
 * The drift detection method, over errors (1) and hits (0), or shares of them. For n inputs with the error rate p, s =
 * √(p(1 − p)/n). A warning if p + s ≥ p_min + 2·s_min, a drift if ≥ p_min + 3·s_min, where p_min and s_min are those of
 * the lowest p + s. After a drift it starts again. There is no minimum before the first error, since otherwise the
 * first error would be a drift. A falling rate is not a drift. It reacts fast but has many false alarms, since the
 * minimum is biased by chance: in a thousand streams of a thousand inputs with a constant rate it reported a drift in
 * 54 % at the rate 0.05, in 26 % at 0.2 and in 9 % at 0.5 (`adwin` in none); with `after: 100` in 31, 14 and 5 %.
 * Throws if an option is invalid; a step throws if a number is not in [0, 1].
 *
 * Source: J. Gama, P. Medas, G. Castillo, P. Rodrigues, "Learning with drift detection" (SBIA 2004); with at least 30
 * inputs first, as in the paper.
 *
 * @example
 * const errors = Array.from({ length: 200 }, (_, i) => (i < 100 ? Number(i % 10 === 0) : 1));
 * runFold(ddm(), errors)[1].findIndex(({ level }) => level === 'drift') < 120; // true
 */
export const ddm = ({ warning = 2, drift = 3, after = 30 }: DdmOptions = {}): Fold<
  DdmState,
  number,
  Drift
> => {
  requireDouble('ddm', 'warning', warning, '(0, ∞)');
  requireDouble('ddm', 'drift', drift, `[${warning}, ∞]`);
  requireCount('ddm', 'after', after);
  return {
    initial: START,
    description: { ddm: { warning, drift, after } },
    step: (state, x) => {
      requireFinite('ddm', x);
      if (x < 0 || x > 1)
        fail({ operation: 'ddm', what: 'a monitored error must be in [0, 1]', got: String(x) });
      const count = state.count + 1;
      const mean = state.mean + (x - state.mean) / count;
      if (count < after)
        return [
          { ...state, count, mean },
          { level: 'none', mean, count },
        ];
      const spread = Math.sqrt(Math.max(0, mean * (1 - mean)) / count);
      const isBest = mean > 0 && mean + spread <= state.best + state.deviation;
      const [best, deviation] = isBest ? [mean, spread] : [state.best, state.deviation];
      if (mean + spread > best + drift * deviation) return [START, { level: 'drift', mean, count }];
      const level = mean + spread > best + warning * deviation ? 'warning' : 'none';
      return [
        { count, mean, best, deviation },
        { level, mean, count },
      ];
    },
  };
};
