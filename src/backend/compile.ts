/** `compile`: a function over tensors, traced once for each signature and run as one program. */
import { leaves, structureOf, unflatten } from '../tree/tree.js';
import { printProgram } from '../graph/print.js';
import type { Program } from '../graph/program.js';
import { simplify } from '../graph/simplify.js';
import { placeholder, traceTensors } from '../graph/trace.js';
import type { AnyTensor } from '../tensor/tensor.js';
import type { Machine } from './backend.js';
import { defaultBackend, dataOf, type EvaluateOptions, tensorsOfData } from './evaluate.js';
import { compileChecked } from './execute.js';

/** How many signatures a compiled function keeps; the one that was made first goes first. */
const KEPT = 64;

export interface Compiled<A extends readonly unknown[], B> {
  (...inputs: A): B;
  /** Each stage of the program for the signature of these inputs, in a form that a person can read. */
  readonly print: (...inputs: A) => string;
}

interface Entry<B> {
  readonly machine: Machine;
  /** A result of tracing: its structure, shapes and dtypes are those of every result. */
  readonly like: B;
}

const signatureOf = (inputs: unknown): string =>
  leaves<AnyTensor>(inputs).reduce(
    (signature, { dtype, shape }) => `${signature} ${dtype}[${shape.join()}]`,
    structureOf(inputs),
  );

/** Traces `f` at stand-ins like these inputs. */
export const traceAt = <A extends readonly unknown[], B>(
  f: (...inputs: A) => B,
  inputs: A,
): { readonly program: Program; readonly like: B } => {
  const stand = leaves<AnyTensor>(inputs).map((tensor, i) => placeholder(tensor, `argument ${i}`));
  const like = f(...unflatten(inputs, stand));
  return { program: traceTensors(stand, leaves<AnyTensor>(like)), like };
};

/**
 * The program of `f` at inputs like these, simplified, in a form that a person can read.
 *
 * @example
 * print(gradient((x: Tensor<[]>) => multiply(x, x)), scalar(3));
 */
export const print = <A extends readonly unknown[]>(f: (...inputs: A) => unknown, ...inputs: A): string =>
  printProgram(simplify(traceAt(f, inputs).program));

/**
 * The same function, compiled: traced once for each structure, shapes and dtypes of its inputs, simplified,
 * and run as one program on a backend. Its results are data. Throws what tracing throws, before any
 * arithmetic, and where a check does not hold.
 *
 * @example
 * const square = compile((x: Tensor<[2]>) => multiply(x, x));
 * evaluate(square(tensor([1, 2]))).data; // Float32Array [1, 4]
 */
export const compile = <A extends readonly unknown[], B>(
  f: (...inputs: A) => B,
  { backend = defaultBackend }: EvaluateOptions = {},
): Compiled<A, B> => {
  const entries = new Map<string, Entry<B>>();
  const make = (inputs: A): Entry<B> => {
    const { program, like } = traceAt(f, inputs);
    return { machine: compileChecked(backend, program).start([]), like };
  };
  const run = (...inputs: A): B => {
    const signature = signatureOf(inputs);
    const entry = entries.get(signature) ?? make(inputs);
    if (!entries.has(signature)) {
      const [oldest] = entries.keys();
      if (entries.size >= KEPT && oldest !== undefined) entries.delete(oldest);
      entries.set(signature, entry);
    }
    const results = entry.machine.step(dataOf(leaves<AnyTensor>(inputs), backend));
    return unflatten(entry.like, tensorsOfData(leaves<AnyTensor>(entry.like), results));
  };
  const show = (...inputs: A): string => {
    const { program } = traceAt(f, inputs);
    return [
      '— traced —',
      printProgram(program),
      '— simplified —',
      printProgram(simplify(program)),
      `— ${backend.name} —`,
      compileChecked(backend, program).print(),
    ].join('\n');
  };
  return Object.assign(run, { print: show });
};
