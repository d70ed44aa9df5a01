export type { Backend, Executable, Machine } from './backend.js';
export { compile, type Compiled, print } from './compile.js';
export { defaultBackend, type Evaluated, evaluate, type EvaluateOptions, force } from './evaluate.js';
export { compileChecked } from './execute.js';
export { interpret, reference, type Visit } from './reference/reference.js';
export { wasm, type WasmBackend, type WasmOptions } from './wasm/wasm.js';
