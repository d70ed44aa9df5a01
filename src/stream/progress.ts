/** Progress of training: a bar on a terminal, plain lines elsewhere. */
import { defer } from 'rxjs/internal/observable/defer';
import { finalize } from 'rxjs/internal/operators/finalize';
import { tap } from 'rxjs/internal/operators/tap';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { requireCount, requireFunction } from '../require.js';
import { moveMean } from './running-mean.js';

/** The output of progress: a stream of Node, or an object like one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface ProgressOptions<T> {
  /** The number of steps: `batches(…).total`. */
  readonly total: number;
  /** Examples per step, for the rate. */
  readonly size?: number;
  /** An extra line for some of the values. The time spent in this function counts in the rate. */
  readonly note?: (value: T) => string | undefined;
  /** Default: standard error. Without it, as in browsers, nothing is written. */
  readonly output?: Output;
}

/** A display of the status. */
interface Display {
  readonly show: (step: number, status: () => string) => void;
  readonly note: (line: string) => void;
  readonly end: () => void;
}

/** The number of losses in the running mean. */
const WINDOW = 50;

/** The shortest time between two redraws of the bar, in milliseconds. */
const REDRAW = 50;

/** A line for every tenth of the steps. */
const plain = (output: Output, total: number): Display => {
  let shown = 0;
  return {
    show: (step, status) => {
      const tenth = Math.floor((10 * step) / total);
      if (tenth > shown) output.write(`${status()}\n`);
      shown = Math.max(tenth, shown);
    },
    note: (line) => {
      output.write(`${line}\n`);
    },
    end: () => {},
  };
};

/** Not a literal in the import: a bundler would include it, with its Node modules, for the browser. */
const PACKAGE: string = 'cli-progress';

/** A bar of cli-progress. It is imported here, so that the package is optional. */
const bar = async (output: Output, total: number): Promise<Display> => {
  const loaded: { readonly default: typeof import('cli-progress') } = await import(
    /* webpackIgnore: true */ /* @vite-ignore */ PACKAGE
  );
  const { SingleBar } = loaded.default;
  const shown = new SingleBar({
    format: '{bar} {status}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    // The package uses only what `Output` has, and the width of a terminal.
    stream: output as NodeJS.WritableStream,
    // The settings of the terminal are not changed, so an interrupt does not need to restore them.
    gracefulExit: false,
    linewrap: null,
  });
  shown.start(total, 0, { status: '' });
  let drawn = 0;
  return {
    show: (step, status) => {
      const now = performance.now();
      if (now - drawn < REDRAW && step < total) return;
      drawn = now;
      shown.update(step, { status: status() });
    },
    note: (line) => {
      // The bar is drawn again below.
      output.write(`\r\u001B[K${line}\n`);
    },
    end: () => {
      shown.stop();
    },
  };
};

/** The time left, such as `48 s` or `3 min 20 s`. */
const showSeconds = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

const silent: Output = { write: () => undefined };

/**
 * Shows the progress of training, with the loss (a running mean), the rate and the time left, and passes every value
 * on. On a terminal it is a bar of cli-progress; otherwise, or without that package, about ten plain lines. Throws if
 * an option is invalid.
 *
 * @example
 * from(data).pipe(train(mnist, { key: key(1) }), progress({ total: data.total, size: 128 }));
 */
export const progress = <T extends { readonly step: number; readonly loss: number }>({
  total,
  size,
  note = () => undefined,
  output = globalThis.process?.stderr ?? silent,
}: ProgressOptions<T>): MonoTypeOperatorFunction<T> => {
  requireCount('progress', 'total', total);
  if (size !== undefined) requireCount('progress', 'size', size);
  requireFunction('progress', 'note', note);
  return (source) =>
    defer(() => {
      const start = performance.now();
      let mean = { count: 0, mean: 0 };
      let display: Display | undefined;
      let ended = false;
      if (output.isTTY === true)
        void bar(output, total)
          .catch(() => plain(output, total))
          .then((loaded) => {
            if (ended) loaded.end();
            else display = loaded;
          });
      else display = plain(output, total);

      const statusAt = (step: number): string => {
        const rate = step / ((performance.now() - start) / 1000);
        return [
          `${Math.floor((100 * step) / total)} %`.padStart(5),
          `loss ${mean.mean.toFixed(4)}`,
          size === undefined ? `${rate.toPrecision(4)} steps/s` : `${Math.round(rate * size)} samples/s`,
          `${showSeconds(Math.max(0, total - step) / rate)} left`,
        ].join('  ');
      };
      return source.pipe(
        tap((value) => {
          mean = moveMean(mean, value.loss, WINDOW);
          const line = note(value);
          display?.show(value.step, () => statusAt(value.step));
          if (line !== undefined) display?.note(line);
        }),
        finalize(() => {
          ended = true;
          display?.end();
        }),
      );
    });
};
