/** Tracing: from tensors, which are expressions, to a program. */
import { required } from '../require.js';
import { fail } from '../error.js';
import { leaves } from '../tree/tree.js';
import type { Spec } from '../tensor/primitive/primitive.js';
import { type AnyTensor, makeTensor, type Node, type Scope, type SomeApplication } from '../tensor/tensor.js';
import { builder } from './builder.js';
import type { Instruction, Program, ProgramCheck, SomeOperation, ValueId } from './program.js';

/** A stand-in for a value that is not there yet. */
export const placeholder = ({ shape, dtype }: Spec, name: string): AnyTensor =>
  makeTensor(shape, dtype, { kind: 'input', name }, 0);

const NOTHING: readonly AnyTensor[] = [];

/** What a tensor is made of. */
const partsOf = (node: Node): readonly AnyTensor[] => {
  if (node.kind !== 'application') return NOTHING;
  // Of a user's function with its own backward only the result is computed, not again its arguments.
  return node.name === 'custom' ? node.inputs.slice(0, 1) : node.inputs;
};

/** Walking from a result to its arguments, `open` leads into a part of the model and `close` out of it. */
const inScope = (path: string, scope: Scope | undefined): string => {
  if (scope === undefined) return path;
  if ('open' in scope) return path === '' ? scope.open : `${path}.${scope.open}`;
  if (path === scope.close) return '';
  return path.endsWith(`.${scope.close}`) ? path.slice(0, -scope.close.length - 1) : path;
};

/** The model path that the parts of a tensor are in. */
const pathBelow = (node: Node, path: string): string =>
  node.kind === 'application' && node.name === 'identity' ? inScope(path, node.attributes.scope) : path;

/** The place of a tensor that has been reached, and whose parts are being written. */
const PENDING = -1;

/**
 * Gives a place to each tensor below `roots` that has none, by `write`: after those it is made of, with the path it was
 * first reached by.
 */
const placeBelow = (
  roots: readonly AnyTensor[],
  places: Map<AnyTensor, ValueId>,
  write: (tensor: AnyTensor, path: string) => ValueId,
): void => {
  // A stack of our own: expressions may be deeper than the machine's. Two lists, as a record for each tensor costs more.
  const stack: AnyTensor[] = roots.toReversed();
  const paths: string[] = roots.map(() => '');
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const path = required(paths.at(-1), 'a path');
    const place = places.get(top);
    if (place === undefined) {
      places.set(top, PENDING);
      const within = pathBelow(top.node, path);
      const parts = partsOf(top.node);
      for (let i = parts.length - 1; i >= 0; i--) {
        const part = parts[i];
        if (part === undefined || places.has(part)) continue;
        stack.push(part);
        paths.push(within);
      }
    } else {
      stack.pop();
      paths.pop();
      if (place === PENDING) places.set(top, write(top, path));
    }
  }
};

/**
 * The program that computes `outputs` from `inputs`. Throws if an output depends on a place that is not
 * among the inputs. `carried` says how many first outputs are the next run's first inputs.
 */
export const traceTensors = (
  inputs: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  carried = 0,
): Program => {
  const { add, instructions } = builder();
  const places = new Map<AnyTensor, ValueId>();
  const checks: ProgramCheck[] = [];
  const placeOf = (tensor: AnyTensor): ValueId => places.get(tensor) ?? foreign();
  for (const [position, input] of inputs.entries())
    places.set(input, add({ kind: 'input', position, shape: input.shape, dtype: input.dtype, path: '' }));

  const apply = (node: SomeApplication, { shape, dtype }: Spec, path: string): ValueId => {
    const [first, holds, got] = node.inputs;
    switch (node.name) {
      case 'identity':
      case 'stopGradient':
      case 'custom':
        return placeOf(first ?? foreign());
      case 'check':
        checks.push({
          holds: placeOf(holds ?? foreign()),
          got: placeOf(got ?? foreign()),
          mistake: node.attributes,
          path,
        });
        return placeOf(first ?? foreign());
      case 'scan': {
        const { body, ...how } = node.attributes;
        const step = traceTensors(body.inputs, body.outputs);
        const loop = { ...how, body: { ...step, checks: [] } };
        return add({ kind: 'scan', ...loop, inputs: node.inputs.map(placeOf), shape, dtype, path });
      }
      default: {
        const { name, attributes } = node;
        // Name and attributes come from one node, so they are one member of the union.
        const operation = {
          kind: 'operation',
          name,
          attributes,
          inputs: node.inputs.map(placeOf),
          shape,
          dtype,
          path,
        };
        return add(operation as SomeOperation);
      }
    }
  };

  // The least deep first: a backward's changes then come in its own order, each after what it is made of, and
  // not all behind the longest way back, for which everything else would have to be kept.
  const results = outputs.toSorted((a, b) => a.depth - b.depth);
  placeBelow(results, places, (tensor, path) => {
    const { node } = tensor;
    if (node.kind === 'input') return foreign(node.name);
    return node.kind === 'constant'
      ? add(constantInstruction(tensor, node, path))
      : apply(node, tensor, path);
  });
  return {
    inputs: inputs.map(({ shape, dtype }) => ({ shape, dtype })),
    instructions,
    outputs: outputs.map(placeOf),
    checks,
    carried,
  };
};

const constantInstruction = (
  { shape, dtype }: AnyTensor,
  { data, exact }: Extract<Node, { readonly kind: 'constant' }>,
  path: string,
): Instruction =>
  exact === undefined
    ? { kind: 'constant', data, shape, dtype, path }
    : { kind: 'constant', data, exact, shape, dtype, path };

const foreign = (name?: string): never =>
  fail({
    operation: 'trace',
    what: 'the tensor belongs to another trace',
    got: name ?? 'a placeholder without a value',
    needed: 'tensors made from the arguments or from data',
    hint: 'do not keep a tensor from inside a compiled function',
  });

/** The program of a function from a tree of these specifications to a tree. */
export const trace = (
  f: (...inputs: readonly AnyTensor[]) => unknown,
  specs: readonly Spec[],
  carried = 0,
): Program => {
  const inputs = specs.map((spec, i) => placeholder(spec, `input ${i}`));
  return traceTensors(inputs, leaves<AnyTensor>(f(...inputs)), carried);
};
