/** The reference backend: every primitive by its own evaluation, one after the other. The meaning of all others. */
import {
  operandsOf,
  type Program,
  type KernelName,
  type Operation,
  type ValueId,
} from '../../graph/program.js';
import { printProgram } from '../../graph/print.js';
import { type StraightInstruction, type StraightProgram, unroll } from '../../graph/unroll.js';
import { widen } from '../../graph/widen.js';
import { asData, bytesOf, type Data } from '../../tensor/dtype.js';
import { required, requireOneOf } from '../../require.js';
import { primitives } from '../../tensor/primitive/table.js';
import { sizeOf } from '../../tensor/shape.js';
import type { Backend, Executable, Machine } from '../backend.js';
import { guarded } from '../guard.js';

/** Called with each value when it has been computed. */
export type Visit = (instruction: StraightInstruction, data: Data) => void;

type Evaluate = (inputs: readonly Data[], values: readonly Data[]) => Data;

/** An operation as a function of all values before it; what does not depend on them is looked up once. */
const operation = <N extends KernelName>(
  { name, attributes, inputs, shape, dtype }: Operation<N>,
  { instructions }: Program,
): Evaluate => {
  const { evaluate } = primitives[name];
  const output = { shape, dtype };
  const operands = inputs.map((id) => {
    const operand = required(instructions[id], 'an operand');
    return { id, shape: operand.shape, dtype: operand.dtype };
  });
  return (_, values) =>
    evaluate({
      inputs: operands.map((each) => ({
        shape: each.shape,
        dtype: each.dtype,
        data: required(values[each.id], 'an operand'),
      })),
      attributes,
      output,
    });
};

const evaluation = (instruction: StraightInstruction, program: StraightProgram): Evaluate => {
  switch (instruction.kind) {
    case 'input': {
      const { position, dtype } = instruction;
      return (inputs) => asData(required(inputs[position], `input ${position}`), dtype);
    }
    case 'constant': {
      const data = asData(instruction.data, instruction.dtype);
      return () => data;
    }
    case 'operation':
      return operation<KernelName>(instruction, program);
  }
};

/** For each instruction, the values that it is the last to read; outputs are read to the end. */
const lastReads = ({ instructions, outputs }: Program): ReadonlyMap<ValueId, readonly ValueId[]> => {
  const last = new Map<ValueId, ValueId>();
  for (const [id, instruction] of instructions.entries())
    for (const operand of operandsOf(instruction)) last.set(operand, id);
  for (const output of outputs) last.delete(output);
  const dying = new Map<ValueId, ValueId[]>();
  for (const [operand, id] of last) {
    const known = dying.get(id);
    if (known === undefined) dying.set(id, [operand]);
    else known.push(operand);
  }
  return dying;
};

/** A program as a function that evaluates all instructions in order and returns the outputs; `visit` sees every value. */
export const interpreter = (
  program: StraightProgram,
): ((inputs: readonly Data[], visit?: Visit) => readonly Data[]) => {
  const dying = lastReads(program);
  const steps = program.instructions.map((instruction, id) => ({
    instruction,
    evaluate: evaluation(instruction, program),
    dies: dying.get(id) ?? [],
  }));
  return (inputs, visit) => {
    const values: Data[] = [];
    for (const { instruction, evaluate, dies } of steps) {
      const value = evaluate(inputs, values);
      values.push(value);
      visit?.(instruction, value);
      for (const operand of dies) values[operand] = NOTHING;
    }
    return program.outputs.map((id) => required(values[id], 'an output'));
  };
};

/** A program's outputs, evaluated once. */
export const interpret = (
  program: StraightProgram,
  inputs: readonly Data[],
  visit?: Visit,
): readonly Data[] => interpreter(program)(inputs, visit);

/** In the place of a value that nothing reads any more. */
const NOTHING = new Float32Array(0);

const start = (program: StraightProgram, initial: readonly Data[]): Machine => {
  const { carried } = program;
  const run = interpreter(program);
  let state = initial.map((data) => data.slice());
  return {
    step: (inputs) => {
      const outputs = run([...state, ...inputs]).map((data) => data.slice());
      state = outputs.slice(0, carried);
      return outputs.slice(carried);
    },
    state: () => state.map((data) => data.slice()),
  };
};

/** Every value has its own memory here; the bound counts them all. */
const memoryOf = ({ instructions }: Program): Executable['memory'] => {
  const planned = instructions.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesOf[dtype], 0);
  return { planned, bound: planned };
};

/**
 * The reference backend. With precision `float64` every float32 of a program is computed, and handed out,
 * as float64: what gradients are checked against.
 */
export const reference = ({
  precision = 'float32',
}: { readonly precision?: 'float32' | 'float64' } = {}): Backend => {
  requireOneOf('reference', 'precision', precision, ['float32', 'float64']);
  const compile = (program: Program): Executable => {
    const straight = unroll(program);
    return guarded(program, {
      start: (state) => start(straight, state),
      memory: memoryOf(straight),
      print: () => printProgram(program),
    });
  };
  return precision === 'float64'
    ? { name: 'reference float64', threads: 1, prepare: widen, compile: (program) => compile(widen(program)) }
    : { name: 'reference', threads: 1, compile };
};
