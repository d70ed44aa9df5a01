/** Finds the operation that made a non-finite number, by running a step again, one operation at a time. */
import { interpret } from '../backend/reference/reference.js';
import { fail } from '../error.js';
import { simplify } from '../graph/simplify.js';
import { traceTensors } from '../graph/trace.js';
import { unroll } from '../graph/unroll.js';
import { type Data, isFloat } from '../tensor/dtype.js';
import type { AnyTensor } from '../tensor/tensor.js';
import type { CompiledStep } from './compiled-step.js';

/** Whether every number is finite. */
export const isFinite = (data: Data): boolean => data.every((value) => Number.isFinite(value));

/** The first value of a program that is not finite. */
interface NonFinite {
  /** The operation that made it, or the input that contained it. */
  readonly maker: string;
  /** The path of the layer, outermost first. */
  readonly path: readonly string[];
  readonly value: number;
}

/**
 * The first non-finite value in the computation of these results, on the reference backend. Constants do not count: a
 * literal infinity is intended.
 */
const firstNonFinite = (
  results: readonly AnyTensor[],
  { places, names }: CompiledStep,
  inputs: readonly Data[],
): NonFinite | undefined => {
  const found: NonFinite[] = [];
  interpret(unroll(simplify(traceTensors(places, results))), inputs, (instruction, values) => {
    if (found.length > 0 || instruction.kind === 'constant' || !isFloat(instruction.dtype)) return;
    const value = [...values].find((each) => !Number.isFinite(each));
    if (value === undefined) return;
    const maker = instruction.kind === 'input' ? (names[instruction.position] ?? 'input') : instruction.name;
    found.push({ maker, value, path: instruction.path === '' ? [] : instruction.path.split('.') });
  });
  return found[0];
};

/**
 * Throws the error of a step whose loss or next state is not finite. With the inputs of the step, the error names the
 * first operation and layer that made such a number.
 */
export const refuseNonFinite = (
  loss: number,
  compiled: CompiledStep,
  inputs: readonly Data[] | undefined,
): never => {
  const lost = !Number.isFinite(loss);
  const { results } = compiled;
  const found = inputs && firstNonFinite(lost ? [results.loss] : results.state, compiled, inputs);
  return fail({
    operation: 'train',
    what: lost ? 'the loss is not finite' : 'the loss is finite, but the state after the step is not',
    got: found === undefined ? String(loss) : `${found.value} from ${found.maker}`,
    needed: 'finite numbers',
    hint: `look at the batch, or lower the learning rate${
      inputs === undefined ? '; with debug: true it names the operation and the layer' : ''
    }`,
    path: found?.path ?? [],
  });
};
