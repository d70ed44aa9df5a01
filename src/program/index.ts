export { printProgram } from './print.js';
export type { Instruction, KernelName, Operation, Program, SomeOperation, ValueId } from './program.js';
export { simplify } from './simplify.js';
export { placeholder, trace, traceTensors } from './trace.js';
export { widen } from './widen.js';
export { layersOf, type LayerSummary, summary } from './summary.js';
