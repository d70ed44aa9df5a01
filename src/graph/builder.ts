/** Writes a program one value at a time; equal values are written once (value numbering). */
import { required } from '../require.js';
import type { Instruction, ValueId } from './program.js';

export interface Builder {
  /** The place of the value, written now or before. */
  readonly add: (instruction: Instruction) => ValueId;
  readonly instructions: readonly Instruction[];
}

/** Most operations take nothing beside tensors. */
const textOf = (attributes: object): string => {
  for (const _ in attributes) return JSON.stringify(attributes);
  return '';
};

/** What a value is beside its operands. Constant data is told apart by identity, numbers by value. */
const headOf = (instruction: Instruction, numberOf: (data: object) => number): string => {
  const { shape, dtype } = instruction;
  switch (instruction.kind) {
    case 'input':
      return `input ${instruction.position}`;
    case 'constant': {
      const { exact, data } = instruction;
      const content =
        exact === undefined ? `data ${numberOf(data)}` : Object.is(exact, -0) ? '-0' : String(exact);
      return `constant ${dtype} [${shape.join()}] ${content}`;
    }
    case 'operation': {
      const text = textOf(instruction.attributes);
      return text === '' ? instruction.name : `${instruction.name} ${text}`;
    }
    case 'scan': {
      const { body, length, reverse, shared, state, summed } = instruction;
      const steps = body.instructions.map((each) => keyOf(each, numberOf)).join('; ');
      const how = [length, reverse, shared, state, summed].join();
      return `scan ${how} (${steps} → ${body.outputs.join()})`;
    }
  }
};

/** A value in one string. */
export const keyOf = (instruction: Instruction, numberOf: (data: object) => number): string => {
  const head = headOf(instruction, numberOf);
  return 'inputs' in instruction ? `${head} ${instruction.inputs.join()}` : head;
};

const NOTHING: readonly ValueId[] = [];

const sameIds = (a: readonly ValueId[], b: readonly ValueId[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

const mix = (hash: number, word: number): number => {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
};

/**
 * A table of values: the place that the first of equal ones was given. Operands are compared as numbers, since a
 * string for each value is most of what a long program costs; what else a value is, of which a program has few kinds,
 * by a string.
 */
export const numbering = (): ((instruction: Instruction, place: ValueId) => ValueId) => {
  const kinds = new Map<string, number>();
  const numbers = new Map<object, number>();
  const numberOf = (data: object): number => {
    const number = numbers.get(data) ?? numbers.size;
    numbers.set(data, number);
    return number;
  };
  const kindOf = (instruction: Instruction): number => {
    const head = headOf(instruction, numberOf);
    const kind = kinds.get(head);
    if (kind !== undefined) return kind;
    kinds.set(head, kinds.size);
    return kinds.size - 1;
  };
  // The values met so far: the kind, the operands and the place of each.
  const kindsOf: number[] = [];
  const operandsOf: (readonly ValueId[])[] = [];
  const places: ValueId[] = [];
  // An open table of them, counted from 1; at most half full.
  let slots = new Int32Array(64);
  const inSlot = (slot: number): number => required(slots[slot], 'a slot');
  const operandsAt = (i: number): readonly ValueId[] => required(operandsOf[i], 'the operands');
  const slotOf = (kind: number, operands: readonly ValueId[]): number => {
    let hash = mix(0, kind);
    for (let i = 0; i < operands.length; i++) hash = mix(hash, required(operands[i], 'an operand'));
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let found = inSlot(slot); found !== 0; found = inSlot(slot)) {
      if (kindsOf[found - 1] === kind && sameIds(operandsAt(found - 1), operands)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  };
  const grow = (): void => {
    slots = new Int32Array(2 * slots.length);
    for (let i = 0; i < places.length; i++)
      slots[slotOf(required(kindsOf[i], 'a kind'), operandsAt(i))] = i + 1;
  };
  return (instruction, place) => {
    const kind = kindOf(instruction);
    const operands = 'inputs' in instruction ? instruction.inputs : NOTHING;
    const slot = slotOf(kind, operands);
    const found = inSlot(slot);
    if (found !== 0) return required(places[found - 1], 'a place');
    kindsOf.push(kind);
    operandsOf.push(operands);
    slots[slot] = places.push(place);
    if (2 * places.length > slots.length) grow();
    return place;
  };
};

/** A new builder; it owns the table of what it has written. */
export const builder = (): Builder => {
  const instructions: Instruction[] = [];
  const placeOf = numbering();
  const add = (instruction: Instruction): ValueId => {
    const place = placeOf(instruction, instructions.length);
    if (place === instructions.length) instructions.push(instruction);
    return place;
  };
  return { add, instructions };
};
