/** The backend that is used where none is named. */
import type { Backend } from './backend.js';
import { wasm } from './wasm/wasm.js';

export const defaultBackend: Backend = wasm();
