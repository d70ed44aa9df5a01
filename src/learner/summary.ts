/** The summary of a model as a table: path, shape, parameters, multiply-adds and activation bytes of each layer. */
import type { Buffers, Para, Parameters } from '../lens/para.js';
import { parameterPaths } from '../lens/parameters.js';
import { key } from '../operation/random.js';
import { requireLayers } from '../require.js';
import { bytesOf } from '../tensor/dtype.js';
import type { Spec } from '../tensor/primitive/primitive.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves, type Tree, unflatten } from '../tree/tree.js';
import {
  type Instruction,
  instructionAt,
  isGiven,
  operandsOf,
  type Program,
  type ValueId,
} from '../graph/program.js';
import { placeholder, traceTensors } from '../graph/trace.js';

/** One layer of a model. */
export interface LayerSummary {
  /** The path of the layer, such as `encoder.1`; empty for the model itself. */
  readonly path: string;
  /** The operations of the layer, in the order of their first use. */
  readonly operations: readonly string[];
  readonly output: Shape;
  /**
   * The paths of its parameters, as in `parameterPaths`: `encoder.0.kernel`. These number only the layers with
   * parameters; `path` numbers all layers.
   */
  readonly tensors: readonly string[];
  /** The number of learned numbers. */
  readonly parameters: number;
  /** The number of multiply-adds of one forward pass. */
  readonly multiplyAdds: number;
  /** The bytes of its output. */
  readonly bytes: number;
}

/** The product of the sizes that a contraction sums over. */
const summed = (program: Program, instruction: Instruction): number => {
  if (instruction.kind === 'scan') {
    const { body, length } = instruction;
    return length * body.instructions.reduce((sum, each) => sum + summed(body, each), 0);
  }
  if (instruction.kind !== 'operation' || instruction.name !== 'contract') return 0;
  const { left, out } = instruction.attributes;
  const shape = instructionAt(program, instruction.inputs[0] ?? -1).shape;
  const inner = left
    .split('')
    .reduce((n, letter, axis) => (out.includes(letter) ? n : n * (shape[axis] ?? 1)), 1);
  return inner * sizeOf(instruction.shape);
};

/** Operations that only move elements. */
const MOVEMENTS: readonly string[] = ['broadcast', 'reshape', 'transpose', 'reverse', 'slice'];

/** Each operation once; movements only if there are no others. */
const computing = (names: readonly string[]): readonly string[] => {
  const all = [...new Set(names)];
  const rest = all.filter((name) => !MOVEMENTS.includes(name));
  return rest.length > 0 ? rest : all;
};

/** The shape of an input (float32), its shape and dtype, or a tree of these for a model with several inputs. */
export type InputForm = Shape | Spec | readonly InputForm[] | { readonly [name: string]: InputForm };

const isShape = (form: InputForm): form is Shape =>
  Array.isArray(form) && form.every((size) => typeof size === 'number');

const isSpec = (form: InputForm): form is Spec =>
  'dtype' in form && typeof form.dtype === 'string' && 'shape' in form;

/** A tree of placeholder tensors of this form. */
const standIns = (form: InputForm, name: string): Tree => {
  if (isShape(form)) return placeholder({ shape: form, dtype: 'float32' }, name);
  if (isSpec(form)) return placeholder(form, name);
  if (Array.isArray(form)) return form.map((part: InputForm, i) => standIns(part, `${name}.${i}`));
  return Object.fromEntries(
    Object.entries(form).map(([key, part]: [string, InputForm]) => [key, standIns(part, `${name}.${key}`)]),
  );
};

/** The path of the layer that first uses each value. */
const firstUses = (program: Program): ReadonlyMap<ValueId, string> => {
  const uses = new Map<ValueId, string>();
  for (const each of program.instructions)
    for (const operand of operandsOf(each)) if (!uses.has(operand)) uses.set(operand, each.path);
  return uses;
};

/** Groups the items by key, in order. */
const grouped = <K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const known = groups.get(keyOf(item));
    if (known === undefined) groups.set(keyOf(item), [item]);
    else known.push(item);
  }
  return groups;
};

/**
 * The layers of a model for an input of this form, in the order of computation. Traces the model without computing
 * values. Throws if the model cannot take the input.
 *
 * @example
 * layersOf(sequential(dense(784, 4), dense(4, 2)), [32, 784])[0]?.multiplyAdds; // 100352
 */
export const layersOf = <P extends Parameters, A, B, S extends Buffers>(
  model: Para<P, A, B, S>,
  input: InputForm,
): readonly LayerSummary[] => {
  requireLayers('layersOf', { model });
  const initial = model.init(key(0));
  const parameters = leaves<AnyTensor>(initial).map((each, i) => placeholder(each, `parameter ${i}`));
  const initialBuffers = model.buffers.init(key(0));
  const buffers = leaves<AnyTensor>(initialBuffers).map((each, i) => placeholder(each, `buffer ${i}`));
  const x = standIns(input, 'input');
  // The caller states the form of the input, so its type is assumed.
  const [result] = model.run(unflatten(initial, parameters), x as A, ...unflatten(initialBuffers, buffers));
  const program = traceTensors(
    [...parameters, ...buffers, ...leaves<AnyTensor>(x)],
    leaves<AnyTensor>(result),
  );
  const names = parameterPaths(initial);
  // In the order in which layers end, since the constants of a layer may come before all others.
  const ends = new Map<string, number>();
  for (const [at, { kind, path }] of program.instructions.entries())
    if (kind === 'operation' || kind === 'scan') ends.set(path, at);
  const paths = [...ends].toSorted(([, a], [, b]) => a - b).map(([path]) => path);
  const uses = firstUses(program);
  const learnedAt = grouped(
    names.flatMap((name, i) => {
      const each = parameters[i];
      return each ? [{ path: uses.get(i) ?? '', name, shape: each.shape }] : [];
    }),
    ({ path }) => path,
  );
  const byPath = grouped(
    program.instructions.filter((each) => !isGiven(each)),
    ({ path }) => path,
  );
  return paths.map((path) => {
    const own = byPath.get(path) ?? [];
    const last = own.at(-1);
    const operations = own.flatMap((each) =>
      each.kind === 'operation' ? [each.name] : each.kind === 'scan' ? ['scan'] : [],
    );
    return {
      path,
      operations: computing(operations),
      output: last?.shape ?? [],
      tensors: (learnedAt.get(path) ?? []).map(({ name }) => name),
      parameters: (learnedAt.get(path) ?? []).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      multiplyAdds: own.reduce((sum, each) => sum + summed(program, each), 0),
      bytes: last === undefined ? 0 : sizeOf(last.shape) * bytesOf[last.dtype],
    };
  });
};

const count = (number: number): string => number.toLocaleString('en-US');

/** The records of these parameter paths: `0` for `0.bias` and `0.kernel`. */
const recordsOf = (paths: readonly string[]): readonly string[] => [
  ...new Set(paths.map((path) => path.replace(/\.[^.]*$/, ''))),
];

/**
 * The layers of a model as a text table, with totals. The column `record` is the path of a layer's parameters among
 * those of the model.
 *
 * @example
 * summary(sequential(dense(784, 512), dense(512, 10)), [128, 784]);
 */
export const summary = <P extends Parameters, A, B, S extends Buffers>(
  model: Para<P, A, B, S>,
  input: InputForm,
): string => {
  requireLayers('summary', { model });
  const layers = layersOf(model, input);
  const total = (of: (layer: LayerSummary) => number): number =>
    layers.reduce((sum, layer) => sum + of(layer), 0);
  const head = ['path', 'operations', 'output', 'parameters', 'multiply-adds', 'bytes', 'record'];
  const rows = layers.map(({ path, operations, output, tensors, parameters, multiplyAdds, bytes }) => [
    path === '' ? '–' : path,
    operations.length > 4 ? `${operations.slice(0, 4).join(' ')} …` : operations.join(' '),
    `[${output.join(', ')}]`,
    ...[parameters, multiplyAdds, bytes].map(count),
    recordsOf(tensors).join(' '),
  ]);
  const foot = [
    'total',
    '',
    '',
    ...[
      total(({ parameters }) => parameters),
      total(({ multiplyAdds }) => multiplyAdds),
      total(({ bytes }) => bytes),
    ].map(count),
  ];
  const table = [head, ...rows, foot];
  const widths = head.map((_, column) =>
    table.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column < 3 || column > 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(head), rule, ...rows.map(line), rule, line(foot)].join('\n');
};
