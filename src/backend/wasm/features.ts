/** What the engine can do, found out by asking it to validate a module of a few bytes. */
import { defineFunction, type Expr } from './emitter.js';
import { f32x4, v128 } from './instructions.js';
import { moduleBuilder } from './module.js';

const validates = (instruction: Expr<'v128'>): boolean => {
  const module = moduleBuilder([], false);
  const probe = defineFunction([], () => instruction);
  return WebAssembly.validate(module.finish({ probe: module.add(probe) }));
};

/** Whether there is WebAssembly with vectors of 128 bits. */
export const hasSimd = (): boolean => typeof WebAssembly === 'object' && validates(v128.zero);

/** Whether the engine knows f32x4.relaxed_madd. */
export const hasRelaxedSimd = (): boolean =>
  hasSimd() && validates(f32x4.relaxedMadd(v128.zero, v128.zero, v128.zero));
