/** The WebAssembly backend: one module for a whole program, generated when it is compiled. */
import { printPlan } from '../../program/print-plan.js';
import { printSchedule } from '../../program/print-schedule.js';
import type { Backend } from '../backend.js';
import { moduleCache } from './cache.js';
import { compileProgram } from './compile.js';
import { hasRelaxedSimd } from './features.js';
import { startMachine } from './machine.js';

export interface WasmOptions {
  /**
   * Whether matrix products may use relaxed multiply-add, which is faster and rounds once where plain code
   * rounds twice. By default where the engine has it; results then differ in last bits from engines without.
   */
  readonly relaxedSimd?: boolean;
  /** How many compiled modules are kept; 64 by default. */
  readonly modules?: number;
}

/**
 * A backend that runs on WebAssembly with 128-bit SIMD, in Node and in browsers.
 *
 * @example
 * const machine = wasm().compile(program).start(state);
 */
export const wasm = ({ relaxedSimd = hasRelaxedSimd(), modules = 64 }: WasmOptions = {}): Backend => {
  const cache = moduleCache(modules);
  return {
    name: 'wasm',
    threads: 1,
    compile: (program) => {
      const { schedule, plan, tables, bytes, code } = compileProgram(program, { relaxed: relaxedSimd });
      const module = cache.moduleOf(code);
      return {
        start: (state) => startMachine(module, program, plan, tables, bytes, state),
        memory: { planned: bytes, bound: plan.bound + (bytes - plan.bytes) },
        print: () =>
          [printSchedule(schedule), printPlan(schedule, plan), `module: ${code.length} bytes\n`].join('\n'),
      };
    },
  };
};
