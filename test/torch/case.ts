/** A comparison with PyTorch: one function of tensors, in our words here and in PyTorch's in `engine.py`. */
import { type AnyTensor, evaluate, key, type Shape, type Tensor } from 'paralens';
import { randomBits } from 'paralens/operation';

/** Floats from `low` to below `high`, or whole numbers up to and with `high`. */
export interface Input {
  readonly shape: Shape;
  readonly low?: number;
  readonly high?: number;
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** A tensor that fits every type: the shapes of a case are drawn. */
export type Fitting = Tensor<never, never>;

/** One drawn case: options and inputs for both sides, and our side. */
export interface Case<K extends string = string> {
  /** What `engine.py` is told beside the inputs. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<K, Input>>;
  readonly f: (inputs: Readonly<Record<K, Fitting>>) => AnyTensor;
  /** Whether gradients are compared too; so unless told otherwise. */
  readonly gradients?: boolean;
}

/** A case whose inputs are known by name, as one of any. */
export const caseOf = <K extends string>(drawn: Case<K>): Case => drawn;

export interface Draws {
  /** A whole number, bounds included. */
  readonly integer: (low: number, high: number) => number;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
}

/** The cases of one layer, loss or update; its name is that of the function in `engine.py`. */
export type Family = (draws: Draws) => Case;

/** More numbers than a case draws. */
const MOST = 64;

/** The draws of a seed. */
export const drawsOf = (seed: number): Draws => {
  const words = evaluate(randomBits(key(seed), [MOST])).data;
  let next = 0;
  const integer = (low: number, high: number): number => {
    const word = words[next++];
    if (word === undefined) throw new RangeError(`a case draws more than ${MOST} numbers`);
    return low + (word % (high - low + 1));
  };
  return { integer, pick: (choices) => choices[integer(0, choices.length - 1)] ?? choices[0] };
};
