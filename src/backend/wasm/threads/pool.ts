/** A pool of workers: they are started when first wanted, hear of machines, and share out the phases of a step. */
import { fail } from '../../../error.js';
import type { SharedPhase } from '../phase.js';
import { controlBlock, type DoPart, PLACES, STATES, stateOf, takePieces } from './control.js';
import type { Platform, SpawnedWorker } from './platform.js';
import { type Message, workerSource } from './worker-program.js';

/** A machine as workers need to know it. */
export interface Shareable {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The exported function of each phase. */
  readonly names: readonly string[];
}

/** The workers, to one machine. */
export interface Crew {
  /** Makes the workers know the machine, if they do not. */
  readonly gather: () => void;
  /** Does a phase together with whoever is free. Throws what a worker throws; the pool is closed then. */
  readonly share: (number: number, phase: SharedPhase, doPart: DoPart) => void;
}

export interface Pool {
  readonly crewFor: (machine: Shareable) => Crew;
  /** How many workers are waiting for work at this moment. */
  readonly free: () => number;
  /** Ends the workers. What steps afterwards does so by itself. */
  readonly close: () => void;
}

export interface PoolOptions {
  readonly platform: Platform;
  /** Workers beside the main thread. */
  readonly workers: number;
  /** Milliseconds that a worker looks out for work before it sleeps: waking it takes about as long. */
  readonly patience: number;
  readonly warn: (line: string) => void;
}

/** Machines that workers keep at hand; the one that stepped longest ago goes first. */
const MOST_MACHINES = 8;

/** Milliseconds that the main thread looks out for a worker that is still busy before it sleeps. */
const PATIENCE = 0.05;

interface Team {
  readonly control: Int32Array;
  readonly workers: readonly SpawnedWorker[];
  readonly send: (message: Message) => void;
}

/**
 * Ends the workers of pools that nobody can reach any more. Workers keep themselves alive, and know nothing of their
 * pool, so only the engine can tell. It stands here since a registry that is let go of calls nobody.
 */
const abandoned = new FinalizationRegistry<readonly SpawnedWorker[]>((workers) => {
  for (const worker of workers) worker.terminate();
});

export const workerPool = (options: PoolOptions): Pool => {
  const { platform, workers } = options;
  const numbers = Array.from({ length: workers }, (_, i) => i + 1);
  let team: Team | undefined;
  let isClosed = false;
  let known: readonly number[] = [];
  let machines = 0;

  /** Reached from everything that may use the workers, and from nothing else. */
  const held = {};

  const close = (): void => {
    isClosed = true;
    abandoned.unregister(held);
    for (const worker of team?.workers ?? []) worker.terminate();
    team = undefined;
  };
  const gathered = (): Team => {
    if (team !== undefined) return team;
    team = startTeam(options, numbers);
    abandoned.register(held, team.workers, held);
    return team;
  };

  return {
    free: () =>
      numbers.filter((worker) => {
        const state = team && Atomics.load(team.control, stateOf(worker));
        return state === STATES.free || state === STATES.asleep;
      }).length,
    close,
    crewFor: ({ module, memory, names }) => {
      machines += 1;
      const machine = machines;
      return {
        gather: () => {
          if (isClosed || known[0] === machine) return;
          const isNew = !known.includes(machine);
          const order = [machine, ...known.filter((each) => each !== machine)];
          known = order.slice(0, MOST_MACHINES);
          const dropped = order.slice(MOST_MACHINES);
          if (isNew) gathered().send({ kind: 'enrol', machine, module, memory, names, dropped });
        },
        share: (number, { extent, piece }, doPart) => {
          if (team === undefined) {
            doPart(0, extent, 0);
            return;
          }
          const { control } = team;
          for (const [place, value] of [
            [PLACES.machine, machine],
            [PLACES.phase, number],
            [PLACES.extent, extent],
            [PLACES.piece, piece],
            [PLACES.next, 0],
          ] as const)
            control[place] = value;
          for (const worker of numbers) call(control, stateOf(worker));
          try {
            takePieces(control, PLACES.next, doPart, { extent, piece, worker: 0 });
          } finally {
            // After an error too nobody may be at work any more, nor begin.
            Atomics.store(control, PLACES.next, extent);
            for (const worker of numbers) callBack(control, stateOf(worker), platform.maySleep);
          }
          const failed = Atomics.load(control, PLACES.failed);
          if (failed === 0) return;
          const said = control.slice(PLACES.error, PLACES.error + PLACES.errorMost / 4);
          close();
          fail({
            operation: 'step',
            what: `worker ${failed} of ${workers} failed`,
            got: new TextDecoder().decode(new Uint8Array(said.buffer, 0, control[PLACES.errorBytes])),
            hint: 'the pool is closed; further steps run on one thread',
          });
        },
      };
    },
  };
};

const startTeam = ({ platform, patience, warn }: PoolOptions, numbers: readonly number[]): Team => {
  const control = controlBlock(numbers.length);
  const source = workerSource(platform.port, patience);
  const started = numbers.flatMap((number) => {
    const stopped = (reason: string): void => {
      warn(`paralens: worker ${number} of ${numbers.length} stopped, the others go on (${reason})`);
    };
    try {
      const worker = platform.spawn(source, `paralens worker ${number}`, stopped);
      return [{ number, worker }];
    } catch (error) {
      stopped(String(error));
      return [];
    }
  });
  const workers = started.map(({ worker }) => worker);
  /** Counted before it is sent: a worker that sees the count leaves its work and finds the message, sooner or later. */
  const announce = (): void => {
    Atomics.add(control, PLACES.messages, 1);
    for (const { number } of started) {
      const place = stateOf(number);
      if (Atomics.compareExchange(control, place, STATES.asleep, STATES.free) === STATES.asleep)
        Atomics.notify(control, place);
    }
  };
  announce();
  for (const { number, worker } of started) worker.send({ kind: 'begin', control, worker: number });
  return {
    control,
    workers,
    send: (message) => {
      announce();
      for (const worker of workers) worker.send(message);
    },
  };
};

/** Calls a worker that is free. */
const call = (control: Int32Array, place: number): void => {
  const state = Atomics.load(control, place);
  if (state !== STATES.free && state !== STATES.asleep) return;
  if (Atomics.compareExchange(control, place, state, STATES.called) !== state) return;
  if (state === STATES.asleep) Atomics.notify(control, place);
};

/** Calls back a worker that has not come, or waits for one that is at work. */
const callBack = (control: Int32Array, place: number, maySleep: boolean): void => {
  if (Atomics.compareExchange(control, place, STATES.called, STATES.free) === STATES.called) return;
  const since = performance.now();
  for (let turn = 1; Atomics.load(control, place) >= STATES.busy; turn++) {
    if (!maySleep || turn % 64 !== 0 || performance.now() - since < PATIENCE) continue;
    if (Atomics.compareExchange(control, place, STATES.busy, STATES.awaited) === STATES.busy)
      Atomics.wait(control, place, STATES.awaited);
  }
};
