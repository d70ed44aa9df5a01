/** The event time of a stream, by the timestamps of its records. A single wrong timestamp does not move it far. */

export type Clock = {
  /** The current time; −∞ before the first timestamp. */
  readonly latest: number;
  /** The number of timestamps in a row that were more than a span ahead of it, or behind it. */
  readonly ahead: number;
  readonly behind: number;
};

export const noClock: Clock = { latest: Number.NEGATIVE_INFINITY, ahead: 0, behind: 0 };

/** This many distant timestamps in a row are accepted. */
const IN_A_ROW = 3;

/**
 * The clock after one more timestamp. A timestamp at most `span` ahead sets it; a more distant one, ahead or behind,
 * only as the third in a row. A timestamp that is not finite changes nothing.
 */
export const withStamp = (clock: Clock, at: number | undefined, span: number): Clock => {
  if (at === undefined || !Number.isFinite(at)) return clock;
  const { latest, ahead, behind } = clock;
  if (latest === Number.NEGATIVE_INFINITY) return { latest: at, ahead: 0, behind: 0 };
  if (at > latest + span)
    return ahead + 1 < IN_A_ROW
      ? { latest, ahead: ahead + 1, behind: 0 }
      : { latest: at, ahead: 0, behind: 0 };
  if (at < latest - span)
    return behind + 1 < IN_A_ROW
      ? { latest, ahead: 0, behind: behind + 1 }
      : { latest: at, ahead: 0, behind: 0 };
  return { latest: Math.max(latest, at), ahead: 0, behind: 0 };
};
