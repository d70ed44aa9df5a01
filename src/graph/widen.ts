/** The same program in float64: what float32 programs are checked against. */
import type { Data, DType } from '../tensor/dtype.js';
import type { Instruction, Program, SomeOperation } from './program.js';

const wide = (dtype: DType): DType => (dtype === 'float32' ? 'float64' : dtype);

const wideData = (data: Data, exact: number | undefined): Data => {
  if (!(data instanceof Float32Array)) return data;
  return exact === undefined ? Float64Array.from(data) : Float64Array.of(exact);
};

const wideOperation = (operation: SomeOperation): SomeOperation => {
  const dtype = wide(operation.dtype);
  switch (operation.name) {
    case 'cast':
      return { ...operation, dtype, attributes: { dtype: wide(operation.attributes.dtype) } };
    case 'iota':
      return {
        ...operation,
        dtype,
        attributes: { ...operation.attributes, dtype: wide(operation.attributes.dtype) },
      };
    default:
      return { ...operation, dtype };
  }
};

const wideInstruction = (instruction: Instruction): Instruction => {
  switch (instruction.kind) {
    case 'input':
      return { ...instruction, dtype: wide(instruction.dtype) };
    case 'constant':
      return {
        ...instruction,
        dtype: wide(instruction.dtype),
        data: wideData(instruction.data, instruction.exact),
      };
    case 'operation':
      return wideOperation(instruction);
    case 'scan':
      return { ...instruction, dtype: 'float64', body: widen(instruction.body) };
  }
};

/** Every float32 becomes float64; numbers given as literals regain their digits. */
export const widen = (program: Program): Program => ({
  ...program,
  inputs: program.inputs.map(({ shape, dtype }) => ({ shape, dtype: wide(dtype) })),
  instructions: program.instructions.map(wideInstruction),
});
