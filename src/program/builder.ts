/** Writes a program one value at a time; equal values are written once (value numbering). */
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

/** Constant data is told apart by identity, numbers by value. */
export const keyOf = (instruction: Instruction, numberOf: (data: object) => number): string => {
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
    case 'operation':
      return `${instruction.name} ${textOf(instruction.attributes)} ${instruction.inputs.join()}`;
    case 'scan': {
      const { body, length, reverse, shared, state, summed, inputs } = instruction;
      const steps = body.instructions.map((each) => keyOf(each, numberOf)).join('; ');
      const how = [length, reverse, shared, state, summed].join();
      return `scan ${how} (${steps} → ${body.outputs.join()}) ${inputs.join()}`;
    }
  }
};

/** A new builder; it owns the table of what it has written. */
export const builder = (): Builder => {
  const instructions: Instruction[] = [];
  const known = new Map<string, ValueId>();
  const numbers = new Map<object, number>();
  const numberOf = (data: object): number => {
    const number = numbers.get(data) ?? numbers.size;
    numbers.set(data, number);
    return number;
  };
  const add = (instruction: Instruction): ValueId => {
    const key = keyOf(instruction, numberOf);
    const place = known.get(key);
    if (place !== undefined) return place;
    known.set(key, instructions.length);
    return instructions.push(instruction) - 1;
  };
  return { add, instructions };
};
