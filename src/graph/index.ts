export { printProgram } from './print.js';
export type {
  ConstantInstruction,
  InputInstruction,
  Instruction,
  KernelName,
  Operation,
  Program,
  ProgramCheck,
  ScanInstruction,
  SomeOperation,
  SteeringName,
  ValueId,
} from './program.js';
export { simplify } from './simplify.js';
export { placeholder, trace, traceTensors } from './trace.js';
export type { StraightProgram } from './unroll.js';
export { widen } from './widen.js';
