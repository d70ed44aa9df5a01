/** What the engine can do, found out by asking it to validate a module of a few bytes. */
import { defineFunction } from './emitter.js';
import { f32x4, v128 } from './instructions.js';
import { moduleBuilder } from './module.js';

/** Whether the engine knows f32x4.relaxed_madd. */
export const hasRelaxedSimd = (): boolean => {
  const module = moduleBuilder([], false);
  const probe = defineFunction([], () => f32x4.relaxedMadd(v128.zero, v128.zero, v128.zero));
  return WebAssembly.validate(module.finish({ probe: module.add(probe) }));
};
