/** The time of a stream, by the stamps of its records: no single stamp moves it far. */

export type Clock = {
  /** The time that is believed; −∞ before the first stamp. */
  readonly latest: number;
  /** Stamps in a row that were more than a span ahead of it, or behind it. */
  readonly ahead: number;
  readonly behind: number;
};

export const noClock: Clock = { latest: Number.NEGATIVE_INFINITY, ahead: 0, behind: 0 };

/** So many stamps in a row are believed, however far away they are. */
const IN_A_ROW = 3;

/**
 * The clock after one more stamp. One that is at most `span` ahead of it sets it; one that is further away, ahead or
 * behind, does so only as the third of such in a row. A stamp that is no finite number changes nothing.
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
