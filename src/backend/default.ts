/** The backend that is used where none is named. */
import type { Backend } from './backend.js';
import { reference } from './reference/reference.js';

export const defaultBackend: Backend = reference();
