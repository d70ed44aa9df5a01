/** What a run costs: time, which always goes to one stage, so that nothing of it is counted twice or left out, and bytes. */

/** Milliseconds by stage and bytes, of this process since the run began or was gone on with. */
export interface Spent {
  /** Waiting for the source. */
  readonly reading: number;
  /** From records to examples: decoding and features. */
  readonly preparing: number;
  /** The step, and what monitors and revises it. */
  readonly learning: number;
  /** Held back by whoever listens. */
  readonly held: number;
  /** Of the records that came in, where the source tells them. */
  readonly bytes: number;
}

export type Stage = Exclude<keyof Spent, 'bytes'>;

export interface Meter {
  /** From now on time is spent on this stage. */
  readonly to: (stage: Stage) => void;
  readonly receive: (bytes: number) => void;
  /** Up to when the present stage began: a clock is not for nothing, and a step may be a few microseconds. */
  readonly spent: () => Spent;
}

/** A meter that runs from now on, at first for `held`: nothing happens before it is asked for. */
export const meter = (now: () => number = () => performance.now()): Meter => {
  const spent = { reading: 0, preparing: 0, learning: 0, held: 0, bytes: 0 };
  let stage: Stage = 'held';
  let since = now();
  return {
    to: (next) => {
      const at = now();
      spent[stage] += at - since;
      stage = next;
      since = at;
    },
    receive: (bytes) => {
      spent.bytes += bytes;
    },
    spent: () => ({ ...spent }),
  };
};
