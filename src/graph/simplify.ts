/**
 * Simplification: each instruction is rewritten by what its operands are, and what is no longer asked for
 * goes. Only rewrites that leave every bit as it was: no x + 0 (which turns −0 into 0), no 0·x (NaN).
 */
import { required } from '../require.js';
import { allocate } from '../tensor/dtype.js';
import { isApproximated, primitives } from '../tensor/primitive/table.js';
import { range, sameShape, sizeOf } from '../tensor/shape.js';
import { numbering } from './builder.js';
import {
  type ConstantInstruction,
  demandedOf,
  type Instruction,
  instructionAt,
  type KernelName,
  operandsOf,
  type Operation,
  type Program,
  type SomeOperation,
  type ValueId,
} from './program.js';

/** What an instruction becomes: another one, or a value that is there already. */
type Rewritten = Instruction | { readonly kind: 'value'; readonly id: ValueId };

type Lookup = (id: ValueId | undefined) => Instruction | undefined;

const value = (id: ValueId | undefined, otherwise: Instruction): Rewritten =>
  id === undefined ? otherwise : { kind: 'value', id };

/** The number that a value is everywhere, if it is a literal or one spread out. */
const numberAt = (id: ValueId | undefined, at: Lookup): number | undefined => {
  const spread = at(id);
  // A broadcast of a broadcast has become one.
  const instruction =
    spread?.kind === 'operation' && spread.name === 'broadcast' ? at(spread.inputs[0]) : spread;
  return instruction?.kind === 'constant' ? instruction.exact : undefined;
};

/** Movement of a movement is one movement; one that moves nothing is none. */
const movement = (operation: SomeOperation, at: Lookup): Rewritten => {
  const [id] = operation.inputs;
  const operand = at(id);
  if (operand === undefined) return operation;
  const inner = operand.kind === 'operation' ? operand : undefined;
  switch (operation.name) {
    case 'reshape':
      if (sameShape(operation.shape, operand.shape)) return value(id, operation);
      return inner?.name === 'reshape' ? movement({ ...operation, inputs: inner.inputs }, at) : operation;
    case 'transpose': {
      const { permutation } = operation.attributes;
      if (sameShape(permutation, range(permutation.length))) return value(id, operation);
      if (inner?.name !== 'transpose') return operation;
      const composed = permutation.map((axis) => required(inner.attributes.permutation[axis], 'an axis'));
      return movement({ ...operation, inputs: inner.inputs, attributes: { permutation: composed } }, at);
    }
    case 'broadcast': {
      const { axes, shape } = operation.attributes;
      if (inner?.name !== 'broadcast') return operation;
      const composed = inner.attributes.axes.map((axis) => required(axes[axis], 'an axis'));
      return { ...operation, inputs: inner.inputs, attributes: { shape, axes: composed } };
    }
    default:
      return operation;
  }
};

/** Multiplying or dividing by 1, and taking away 0, change no bit. */
const neutral = (operation: SomeOperation, at: Lookup): Rewritten => {
  const [a, b] = operation.inputs;
  switch (operation.name) {
    case 'multiply':
      if (numberAt(a, at) === 1) return value(b, operation);
      return numberAt(b, at) === 1 ? value(a, operation) : operation;
    case 'divide':
      return numberAt(b, at) === 1 ? value(a, operation) : operation;
    case 'subtract':
      return Object.is(numberAt(b, at), 0) ? value(a, operation) : operation;
    case 'negate': {
      const inner = at(a);
      return inner?.kind === 'operation' && inner.name === 'negate'
        ? value(inner.inputs[0], operation)
        : operation;
    }
    default:
      return operation;
  }
};

/** A contraction of a transposed factor is one with the letters of that factor permuted. */
const contraction = (operation: Operation<'contract'>, at: Lookup): Operation<'contract'> => {
  const { left, right, out } = operation.attributes;
  const untransposed = (id: ValueId | undefined, word: string): readonly [ValueId | undefined, string] => {
    const inner = at(id);
    if (inner?.kind !== 'operation' || inner.name !== 'transpose') return [id, word];
    const letters = inner.attributes.permutation.map(
      (_, axis) => word[inner.attributes.permutation.indexOf(axis)],
    );
    return [inner.inputs[0], letters.join('')];
  };
  const [a, newLeft] = untransposed(operation.inputs[0], left);
  const [b, newRight] = untransposed(operation.inputs[1], right);
  if (a === undefined || b === undefined) return operation;
  return { ...operation, inputs: [a, b], attributes: { left: newLeft, right: newRight, out } };
};

/** An operation on literal numbers is a literal number, computed as the reference does. */
const folded = <N extends KernelName>(operation: Operation<N>, at: Lookup): Instruction | undefined => {
  const { name, attributes, inputs, shape, dtype, path } = operation;
  if (inputs.length === 0 || shape.length > 0) return undefined;
  const literals: ConstantInstruction[] = [];
  for (const id of inputs) {
    const operand = at(id);
    if (operand?.kind !== 'constant' || operand.exact === undefined) return undefined;
    literals.push(operand);
  }
  // Of a function that backends approximate, only they know the bits.
  if (isApproximated(name)) return undefined;
  const data = primitives[name].evaluate({ inputs: literals, attributes, output: { shape, dtype } });
  return { kind: 'constant', data, exact: required(data[0], 'a number'), shape, dtype, path };
};

const rewrite = (operation: SomeOperation, at: Lookup): Rewritten => {
  const literal = folded<KernelName>(operation, at);
  if (literal !== undefined) return literal;
  if (operation.name === 'contract') return contraction(operation, at);
  if (operation.name !== 'sum' && sizeOf(operation.shape) === 0)
    return { ...operation, kind: 'constant', data: allocate(operation.dtype, 0) };
  const moved = movement(operation, at);
  return moved.kind === 'operation' ? neutral(moved, at) : moved;
};

/** Without the instructions that nothing asks for; inputs stay. */
export const withoutDead = (program: Program): Program => {
  const live = new Uint8Array(program.instructions.length);
  for (const id of demandedOf(program)) live[id] = 1;
  for (let id = program.instructions.length - 1; id >= 0; id--) {
    const instruction = instructionAt(program, id);
    if (instruction.kind === 'input') live[id] = 1;
    if (live[id] === 1) for (const operand of operandsOf(instruction)) live[operand] = 1;
  }
  const instructions: Instruction[] = [];
  const places = new Int32Array(program.instructions.length);
  const renamed = (id: ValueId): ValueId => required(places[id], 'a place');
  for (let id = 0; id < program.instructions.length; id++)
    if (live[id] === 1) places[id] = instructions.push(renamedBy(renamed, instructionAt(program, id))) - 1;
  return renamedResults({ ...program, instructions }, renamed);
};

/** The instruction with its operands under other names; itself if these are their own. */
const renamedBy = (renamed: (id: ValueId) => ValueId, instruction: Instruction): Instruction => {
  if (!('inputs' in instruction)) return instruction;
  const { inputs } = instruction;
  for (const id of inputs) if (renamed(id) !== id) return { ...instruction, inputs: inputs.map(renamed) };
  return instruction;
};

/** The program with what it gives and checks under other names. */
const renamedResults = (program: Program, renamed: (id: ValueId) => ValueId): Program => ({
  ...program,
  outputs: program.outputs.map(renamed),
  checks: program.checks.map((check) => ({ ...check, holds: renamed(check.holds), got: renamed(check.got) })),
});

/**
 * The program with each instruction, its operands renamed, replaced by what `f` says. All keep their places, so that
 * few are renamed; what another value now stands for is left, and dead.
 */
const rewriteWith = (program: Program, f: (instruction: Instruction, at: Lookup) => Rewritten): Program => {
  const placeOf = numbering();
  const instructions: Instruction[] = [];
  const places: ValueId[] = [];
  const renamed = (id: ValueId): ValueId => required(places[id], 'a place');
  const lookup: Lookup = (id) => (id === undefined ? undefined : instructions[id]);
  for (const instruction of program.instructions) {
    const own = renamedBy(renamed, instruction);
    const result = f(own, lookup);
    places.push(result.kind === 'value' ? result.id : placeOf(result, instructions.length));
    instructions.push(result.kind === 'value' ? own : result);
  }
  return renamedResults({ ...program, instructions }, renamed);
};

/**
 * Without the checks of a condition that an earlier one is of, fences apart: what is computed again holds where it
 * held at first, and of two that do not hold the first is told.
 */
const withoutRepeated = (program: Program): Program => {
  if (program.checks.length === 0) return program;
  const { checks: bare } = rewriteWith(program, (instruction) =>
    instruction.kind === 'operation' && instruction.name === 'fence'
      ? value(instruction.inputs[0], instruction)
      : instruction,
  );
  const first = new Map<ValueId, number>();
  for (const [i, { holds }] of bare.entries()) if (!first.has(holds)) first.set(holds, i);
  return {
    ...program,
    checks: program.checks.filter((_, i) => bare[i] !== undefined && first.get(bare[i].holds) === i),
  };
};

/** A program with the same results, bit for bit, and less to do. */
export const simplify = (program: Program): Program =>
  withoutDead(
    rewriteWith(withoutRepeated(program), (instruction, at) => {
      if (instruction.kind === 'scan') return { ...instruction, body: simplify(instruction.body) };
      return instruction.kind === 'operation' ? rewrite(instruction, at) : instruction;
    }),
  );
