/** The reference backend: every primitive by its own evaluation, one after the other. The meaning of all others. */
import {
  operandsOf,
  type Program,
  type KernelName,
  type Operation,
  type ValueId,
} from '../../program/program.js';
import { printProgram } from '../../program/print.js';
import { type StraightInstruction, type StraightProgram, unroll } from '../../program/unroll.js';
import { widen } from '../../program/widen.js';
import { allocate, asData, bytesOf, type Data } from '../../tensor/dtype.js';
import { requireOneOf } from '../../require.js';
import { primitives } from '../../tensor/primitive/table.js';
import { sizeOf } from '../../tensor/shape.js';
import type { Backend, Executable, Machine } from '../backend.js';
import { guarded } from '../guard.js';

const evaluateOperation = <N extends KernelName>(
  { name, attributes, inputs, shape, dtype }: Operation<N>,
  { instructions }: Program,
  values: readonly Data[],
): Data =>
  primitives[name].evaluate({
    inputs: inputs.map((id) => {
      const { shape: inputShape, dtype: inputDtype } = instructions[id] ?? {
        shape: [],
        dtype: 'float32' as const,
      };
      return { shape: inputShape, dtype: inputDtype, data: values[id] ?? allocate(inputDtype, 0) };
    }),
    attributes,
    output: { shape, dtype },
  });

/** What is told of each value when it has been computed. */
export type Visit = (instruction: StraightInstruction, data: Data) => void;

/** For each value, the last instruction that reads it; outputs are read to the end. */
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

/** Evaluates all instructions in order and returns the outputs; `visit` sees every value. */
export const interpret = (
  program: StraightProgram,
  inputs: readonly Data[],
  visit?: Visit,
): readonly Data[] => {
  const values: Data[] = [];
  const dying = lastReads(program);
  for (const [id, instruction] of program.instructions.entries()) {
    const { dtype } = instruction;
    const empty = allocate(dtype, 0);
    if (instruction.kind === 'input') values[id] = asData(inputs[instruction.position] ?? empty, dtype);
    else if (instruction.kind === 'constant') values[id] = asData(instruction.data, dtype);
    else values[id] = evaluateOperation<KernelName>(instruction, program, values);
    visit?.(instruction, values[id] ?? empty);
    for (const operand of dying.get(id) ?? []) values[operand] = empty;
  }
  return program.outputs.map((id) => values[id] ?? new Float32Array(0));
};

const start = (program: StraightProgram, initial: readonly Data[]): Machine => {
  const { carried } = program;
  let state = initial.map((data) => data.slice());
  return {
    step: (inputs) => {
      const outputs = interpret(program, [...state, ...inputs]).map((data) => data.slice());
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
