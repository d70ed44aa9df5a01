/** One step of a loop as a program whose state stays in its memory: a fold, as a training step is one. */
import { required } from '../require.js';
import { scanLayout, type ScanLayout } from '../tensor/primitive/scan-layout.js';
import type { Spec } from '../tensor/primitive/primitive.js';
import {
  instructionAt,
  type Instruction,
  type Program,
  type ScanInstruction,
  type SomeOperation,
  type ValueId,
} from './program.js';

const specOf = ({ shape, dtype }: Spec): Spec => ({ shape, dtype });

/**
 * The step: carried are what all steps share, the state, and the sums so far; handed in is what stands at one place,
 * handed out what the step gives.
 */
export const scanStep = ({ body, shared, state, summed }: ScanInstruction): Program => {
  const first = body.outputs.length - summed;
  const kept = shared + state;
  const moved = body.instructions.map((each): Instruction =>
    each.kind === 'input' && each.position >= kept ? { ...each, position: each.position + summed } : each,
  );
  const terms = body.outputs.slice(first);
  const sums = terms.map((id, i): Instruction => ({
    ...specOf(instructionAt(body, id)),
    kind: 'input',
    position: kept + i,
    path: '',
  }));
  const added = terms.map((id, i): SomeOperation => ({
    ...specOf(instructionAt(body, id)),
    kind: 'operation',
    name: 'add',
    attributes: {},
    inputs: [moved.length + i, id],
    path: '',
  }));
  const given = new Map<number, ValueId>(
    body.instructions.flatMap((each, id) => (each.kind === 'input' ? [[each.position, id] as const] : [])),
  );
  return {
    inputs: [...body.inputs.slice(0, kept), ...sums.map(specOf), ...body.inputs.slice(kept)],
    instructions: [...moved, ...sums, ...added],
    outputs: [
      ...Array.from({ length: shared }, (_, position) => required(given.get(position), 'an input')),
      ...body.outputs.slice(0, state),
      ...terms.map((_, i) => moved.length + summed + i),
      ...body.outputs.slice(state, first),
    ],
    checks: [],
    carried: kept + summed,
  };
};

/** What stands where in the flat result of a loop. */
export const layoutOf = (loop: ScanInstruction): ScanLayout =>
  scanLayout(
    loop.body.outputs.map((id) => instructionAt(loop.body, id)),
    loop,
  );
