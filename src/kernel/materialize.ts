/**
 * Which values stand in memory, and which are computed where they are used.
 *
 * In memory are what is handed in or out, the results of reductions, products and scatters, what those must
 * read at places of their own choosing, and what is too dear to compute twice. The rest is part of its
 * reader's loop. Being generous here costs little: what is read only by the kernel that made it is not stored.
 */
import { required } from '../require.js';
import { sizeOf } from '../tensor/shape.js';
import type { PrimitiveKind } from '../tensor/primitive/primitive.js';
import { primitives } from '../tensor/primitive/table.js';
import { isSplit } from './index-map.js';
import {
  instructionAt,
  isOfKind,
  operandsOf,
  type Program,
  type SomeOperation,
  type ValueId,
} from '../graph/program.js';

/** From here on a value that is used twice is computed once. */
const TWICE = 2;
/** From here on a value is not computed again for each element that it is broadcast to. */
const SPREAD = 3;
/** No loop body grows beyond this. */
const LARGEST = 120;
/** No value is computed of a longer chain than this, views included: whoever follows one to memory may recurse. */
const LONGEST = 200;

/** A contraction without a sum is a product of elements. */
export const isElementProduct = (operation: SomeOperation): boolean =>
  operation.name === 'contract' &&
  operation.attributes.left.split('').every((letter) => operation.attributes.out.includes(letter));

const INLINE: readonly PrimitiveKind[] = ['pointwise', 'view', 'gather', 'generator'];

/** Whether one element of the result is computed of single elements: it can be part of its reader's loop. */
export const isInline = (operation: SomeOperation): boolean =>
  INLINE.includes(primitives[operation.name].kind) || isElementProduct(operation);

/** For each value, whether the outputs depend on it. */
const reachable = (program: Program): Uint8Array => {
  const found = new Uint8Array(program.instructions.length);
  for (const id of program.outputs) found[id] = 1;
  for (let id = program.instructions.length - 1; id >= 0; id--)
    if (found[id] === 1) for (const operand of operandsOf(instructionAt(program, id))) found[operand] = 1;
  return found;
};

/** The slots of an operation that are read from memory, at computed places or many times over. */
const readsMemory = (operation: SomeOperation): readonly ValueId[] => {
  if (isOfKind(operation, 'gather')) return operation.inputs.slice(0, 1);
  return operation.name === 'contract' && !isElementProduct(operation) ? operation.inputs : [];
};

/** Whether a value is one number everywhere, so that no place in it matters. */
export const isUniform = (program: Program, id: ValueId): boolean => {
  let value: ValueId | undefined = id;
  while (value !== undefined) {
    const instruction = instructionAt(program, value);
    if (sizeOf(instruction.shape) === 1) return true;
    if (instruction.kind !== 'operation' || instruction.name !== 'broadcast') return false;
    [value] = instruction.inputs;
  }
  return false;
};

/** A value whose memory, from an element on, is that of another value: a loop copies its steps out of there. */
export const rowMajorSource = (
  program: Program,
  id: ValueId,
): { readonly value: ValueId; readonly offset: number } => {
  let [value, offset] = [id, 0];
  for (;;) {
    const instruction = instructionAt(program, value);
    const [operand] = operandsOf(instruction);
    if (instruction.kind !== 'operation' || operand === undefined) return { value, offset };
    if (instruction.name === 'slice' && instruction.shape.length === 1) {
      const [start = 0] = instruction.attributes.start;
      if (instruction.attributes.stride[0] !== 1) return { value, offset };
      offset += start;
    } else if (instruction.name !== 'reshape') return { value, offset };
    value = operand;
  }
};

/** The values that must stand in memory whatever they cost. */
const forced = (program: Program, live: Uint8Array): Set<ValueId> => {
  const values = new Set<ValueId>();
  /** The value that views lead to, where they have been followed before. */
  const behind = new Map<ValueId, ValueId>();
  const force = (id: ValueId): void => {
    const followed: ValueId[] = [];
    let value = id;
    for (;;) {
      const instruction = instructionAt(program, value);
      const next =
        behind.get(value) ??
        (instruction.kind === 'operation' && isOfKind(instruction, 'view')
          ? instruction.inputs[0]
          : undefined);
      // A view of memory is as good as memory.
      if (next === undefined || next === value) break;
      followed.push(value);
      value = next;
    }
    for (const each of followed) behind.set(each, value);
    if (instructionAt(program, value).kind === 'operation') values.add(value);
  };
  for (const [id, instruction] of program.instructions.entries()) {
    if (live[id] === 0) continue;
    if (instruction.kind === 'scan') {
      values.add(id);
      for (const operand of instruction.inputs) {
        const { value } = rowMajorSource(program, operand);
        if (instructionAt(program, value).kind === 'operation') values.add(value);
      }
    }
    if (instruction.kind !== 'operation') continue;
    if (!isInline(instruction)) values.add(id);
    for (const operand of readsMemory(instruction)) force(operand);
    const [operand] = instruction.inputs;
    // What is float64 is computed one by one: it does not make its neighbors in float32 so.
    if (instruction.name === 'cast' && operand !== undefined) {
      const from = instructionAt(program, operand).dtype;
      if (from === 'float64' && instruction.dtype === 'float32') values.add(id);
      if (from === 'float32' && instruction.dtype === 'float64') force(operand);
    }
    if (instruction.name === 'reshape' && operand !== undefined && !isUniform(program, operand)) {
      const { shape } = instructionAt(program, operand);
      // Not `force`: behind a reshape that is no split, the operand itself must be row-major.
      if (!isSplit(shape, instruction.shape) && instructionAt(program, operand).kind === 'operation')
        values.add(operand);
    }
  }
  for (const output of program.outputs)
    if (instructionAt(program, output).kind === 'operation') values.add(output);
  return values;
};

/** Of each value: how often it is read, views seen through, and whether along axes that it does not have. */
interface Uses {
  readonly counts: Int32Array;
  readonly spread: Uint8Array;
}

const usesOf = (program: Program, live: Uint8Array, inMemory: ReadonlySet<ValueId>): Uses => {
  const counts = new Int32Array(program.instructions.length);
  const spread = new Uint8Array(program.instructions.length);
  const note = (id: ValueId, count: number, isSpread: boolean): void => {
    counts[id] = required(counts[id], 'a count') + count;
    if (isSpread) spread[id] = 1;
  };
  for (let id = program.instructions.length - 1; id >= 0; id--) {
    if (live[id] === 0) continue;
    const instruction = instructionAt(program, id);
    if (instruction.kind === 'scan') for (const operand of instruction.inputs) note(operand, 1, false);
    if (instruction.kind !== 'operation') continue;
    const { inputs, shape } = instruction;
    const isSeenThrough = isOfKind(instruction, 'view') && !inMemory.has(id);
    for (const [slot, operand] of inputs.entries()) {
      if (inputs.indexOf(operand) < slot) continue;
      const of = instructionAt(program, operand).shape;
      const grows = shape !== of && sizeOf(shape) > sizeOf(of);
      // What is live and has not been read is an output.
      if (isSeenThrough)
        note(operand, Math.max(1, required(counts[id], 'a count')), spread[id] === 1 || grows);
      else note(operand, 1, grows && isInline(instruction));
    }
  }
  return { counts, spread };
};

/** The operations whose results stand in memory. */
export const materialized = (program: Program): ReadonlySet<ValueId> => {
  const live = reachable(program);
  const values = forced(program, live);
  const { counts, spread } = usesOf(program, live, values);
  // Of what is computed where it is used: all that it costs there, and how long it is.
  const weights = new Int32Array(program.instructions.length);
  const lengths = new Int32Array(program.instructions.length);
  for (const [id, operation] of program.instructions.entries()) {
    if (live[id] === 0) continue;
    if (operation.kind !== 'operation' || values.has(id)) continue;
    let [weight, length] = [primitives[operation.name].cost, 1];
    for (const input of operation.inputs) {
      weight += required(weights[input], 'a weight');
      length = Math.max(length, required(lengths[input], 'a length') + 1);
    }
    const count = required(counts[id], 'a count');
    const isSpread = spread[id] === 1 && sizeOf(operation.shape) !== 1;
    const dear =
      !isOfKind(operation, 'view') &&
      ((count > 1 && weight >= TWICE) || (isSpread && weight >= SPREAD) || weight > LARGEST);
    if (dear || length > LONGEST) values.add(id);
    else {
      weights[id] = weight;
      lengths[id] = length;
    }
  }
  return values;
};
