/**
 * What a worker runs. Its text is all that a worker is started from, so that no bundler has to find a file:
 * the function refers to nothing but its arguments and what every engine has.
 */
import { hostFunctionsSource } from '../pointwise-rules.js';
import { type ControlLayout, PLACES, STATES, takePieces } from './control.js';

/** The first message. */
export interface Beginning {
  readonly kind: 'begin';
  readonly control: Int32Array;
  readonly worker: number;
}

/** A machine to take part in, and those that will not be asked for any more. */
export interface Enrolment {
  readonly kind: 'enrol';
  readonly machine: number;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The exported function of each phase. */
  readonly names: readonly string[];
  readonly dropped: readonly number[];
}

export type Message = Beginning | Enrolment;

/** Where messages come in: `self` of a browser's worker, `parentPort` of Node's. */
interface Port {
  readonly addEventListener: (type: 'message', listener: (event: { readonly data: Message }) => void) => void;
}

interface Setting {
  readonly port: Port;
  readonly layout: ControlLayout;
  readonly host: Readonly<Record<string, (x: number) => number>>;
  readonly takePieces: typeof takePieces;
  /** Milliseconds of looking out for work before going to sleep. */
  readonly patience: number;
}

const workerProgram = ({
  port,
  layout: { states, places },
  host,
  takePieces: take,
  patience,
}: Setting): void => {
  const machines = new Map<number, readonly (WebAssembly.ExportValue | undefined)[]>();
  let control: Int32Array = new Int32Array(0);
  let worker = 0;
  let place = 0;
  let handled = 0;

  // Methods, since tools that keep names wrap other functions in calls of something outside.
  const own = {
    perform(): void {
      const doPart = machines.get(control[places.machine] ?? -1)?.[control[places.phase] ?? -1];
      if (typeof doPart !== 'function') return;
      const [extent = 0, piece = 1] = [control[places.extent], control[places.piece]];
      take(control, places.next, doPart as (begin: number, end: number, worker: number) => void, {
        extent,
        piece,
        worker,
      });
    },

    report(error: unknown): void {
      if (Atomics.compareExchange(control, places.failed, 0, worker) !== 0) return;
      const bytes = new TextEncoder().encode(String(error)).slice(0, places.errorMost);
      new Uint8Array(control.buffer, 4 * places.error, bytes.length).set(bytes);
      control[places.errorBytes] = bytes.length;
    },

    change(from: number, to: number): boolean {
      return Atomics.compareExchange(control, place, from, to) === from;
    },

    /** Does jobs until there is a message to read, which only comes in when this has returned. */
    serve(): void {
      Atomics.store(control, place, states.free);
      let since = performance.now();
      for (let turn = 1; ; turn++) {
        if (Atomics.load(control, place) === states.called) {
          if (!own.change(states.called, states.busy)) continue;
          try {
            own.perform();
          } catch (error) {
            own.report(error);
          }
          if (Atomics.exchange(control, place, states.free) === states.awaited)
            Atomics.notify(control, place);
          since = performance.now();
        } else if (Atomics.load(control, places.messages) !== handled) {
          if (own.change(states.free, states.away)) return;
        } else if (turn % 64 === 0 && performance.now() - since > patience) {
          if (!own.change(states.free, states.asleep)) continue;
          // Whoever sends a message counts it first, then wakes the sleeping: one of the two sees the other.
          if (Atomics.load(control, places.messages) === handled) Atomics.wait(control, place, states.asleep);
          own.change(states.asleep, states.free);
          since = performance.now();
        }
      }
    },
  };

  port.addEventListener('message', ({ data }) => {
    if (data.kind === 'begin') {
      ({ control, worker } = data);
      place = places.states + (worker - 1) * places.stateStep;
    } else {
      const { exports } = new WebAssembly.Instance(data.module, { host: { memory: data.memory, ...host } });
      for (const dropped of data.dropped) machines.delete(dropped);
      machines.set(
        data.machine,
        data.names.map((name) => exports[name]),
      );
    }
    handled++;
    own.serve();
  });
};

/**
 * The text as the program of a worker, which shares no module with whoever starts it. Transpilers that keep the names of
 * functions, such as tsx, wrap inner functions in a helper `__name`, which stands in no function's text.
 */
export const workerProgramText = (text: string): string => `const __name = (named) => named;\n${text}`;

/** The text of the program; `port` is the expression for where its messages come in. */
export const workerSource = (port: string, patience: number): string => {
  const layout: ControlLayout = { states: STATES, places: PLACES };
  return workerProgramText(`(${workerProgram.toString()})({
  port: ${port},
  layout: ${JSON.stringify(layout)},
  host: ${hostFunctionsSource},
  takePieces: ${takePieces.toString()},
  patience: ${patience},
});`);
};
