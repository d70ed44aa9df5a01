/**
 * The control block: shared integers by which the main thread gives out work and workers say how they are.
 *
 * Each worker has a state of its own. The main thread describes a job, then calls every worker that is free
 * (`free` or `asleep` → `called`); a worker enters (`called` → `busy`), takes pieces until there are none,
 * and is free again. When the main thread finds no more pieces it calls back those who have not come yet
 * (`called` → `free`) and waits for those who are busy. So nobody waits for a worker that is late, and no
 * worker touches a job that is over. All changes are atomic exchanges.
 */

/** The states of a worker. Only the worker itself leaves `away`. */
export const STATES = {
  /** Not started yet, or taking in a message. */
  away: 0,
  free: 1,
  asleep: 2,
  called: 3,
  busy: 4,
  /** Busy, and the main thread sleeps until it is not. */
  awaited: 5,
} as const;

/** Where in the block things are, in int32; what many threads write has a cache line to itself. */
export const PLACES = {
  /** Where the next piece of the job begins. */
  next: 0,
  /** How many messages each worker has been sent. */
  messages: 16,
  /** The job: the machine, the phase of its step, the range and the size of a piece. */
  machine: 17,
  phase: 18,
  extent: 19,
  piece: 20,
  /** The number of the worker that failed, or 0, and what it said: so many bytes of UTF-8. */
  failed: 21,
  errorBytes: 22,
  error: 32,
  errorMost: 512,
  /** The state of the first worker, and the distance to the next one's. */
  states: 160,
  stateStep: 16,
} as const;

/** What a worker's program is told of all this. */
export interface ControlLayout {
  readonly states: typeof STATES;
  readonly places: typeof PLACES;
}

/** Where the state of worker 1, 2, … is. */
export const stateOf = (worker: number): number => PLACES.states + (worker - 1) * PLACES.stateStep;

export const controlBlock = (workers: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(4 * stateOf(workers + 1)));

/** A part of a job's range, done by the worker of this number; the main thread is worker 0. */
export type DoPart = (begin: number, end: number, worker: number) => void;

/** Takes pieces of a range until there are none. Refers to nothing outside itself: its text is sent to workers. */
export const takePieces = (
  control: Int32Array,
  next: number,
  doPart: DoPart,
  { extent, piece, worker }: { readonly extent: number; readonly piece: number; readonly worker: number },
): void => {
  for (;;) {
    const begin = Atomics.add(control, next, piece);
    if (begin >= extent) return;
    doPart(begin, Math.min(begin + piece, extent), worker);
  }
};
