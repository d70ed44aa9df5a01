/** What becomes of a program before any machine is started. */
import type { Plan } from '../../kernel/plan.js';
import type { KernelProgram } from '../../kernel/fuse.js';
import type { Data } from '../../tensor/dtype.js';
import type { Phase } from './phase.js';

/** What is in memory beside the plan's values. */
export interface Table {
  readonly place: number;
  readonly data: Data;
}

/** All that starting a program needs, and the stages that led there. */
export interface Compiled {
  readonly fused: KernelProgram;
  readonly plan: Plan;
  readonly tables: readonly Table[];
  /** Of memory: the plan's, and the tables'. */
  readonly bytes: number;
  /** The module; it exports the functions of the phases. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** What a step does, in order. */
  readonly phases: readonly Phase[];
}
