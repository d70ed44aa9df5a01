/**
 * A program: what a function over tensors becomes when it is traced. Straight-line, each value computed
 * once, in an order in which every value comes after those it is made of; a value is known by its place.
 */
import type { Data } from '../tensor/dtype.js';
import type { PrimitiveKind, Spec } from '../tensor/primitive/primitive.js';
import { type NameOfKind, primitives } from '../tensor/primitive/table.js';
import type { AttributesOf, Check, PrimitiveName, Scan } from '../tensor/tensor.js';

/** What only steers tracing and differentiation, and is gone from a program. */
export type SteeringName = NameOfKind<'steering'>;

/** The primitives that a backend must know. A loop is an instruction of its own kind. */
export type KernelName = Exclude<PrimitiveName, SteeringName | NameOfKind<'loop'>>;

/** The place of a value in its program. */
export type ValueId = number;

interface Result extends Spec {
  /** The layer that asked for the value: `encoder.0.dense`; empty outside of any. */
  readonly path: string;
}

/** The value handed in at a position. */
export interface InputInstruction extends Result {
  readonly kind: 'input';
  readonly position: number;
}

export interface ConstantInstruction extends Result {
  readonly kind: 'constant';
  readonly data: Data;
  /** For a single number, the number before it was rounded to the dtype. */
  readonly exact?: number;
}

export interface Operation<N extends KernelName = KernelName> extends Result {
  readonly kind: 'operation';
  readonly name: N;
  readonly attributes: AttributesOf[N];
  readonly inputs: readonly ValueId[];
}

/** An operation of some one primitive: the union over their names. */
export type SomeOperation = { readonly [N in KernelName]: Operation<N> }[KernelName];

/** An operation of some primitive of this kind. */
export type OperationOfKind<K extends PrimitiveKind> = Extract<
  SomeOperation,
  { readonly name: NameOfKind<K> }
>;

/** A loop over a program of its own; its checks have become results of the loop. */
export interface ScanInstruction extends Result, Omit<Scan, 'body'> {
  readonly kind: 'scan';
  readonly body: Program;
  readonly inputs: readonly ValueId[];
}

export type Instruction = InputInstruction | ConstantInstruction | SomeOperation | ScanInstruction;

/** A condition that must hold when the program has run; if not, the mistake is thrown with `got` in it. */
export interface ProgramCheck {
  readonly holds: ValueId;
  readonly got: ValueId;
  readonly mistake: Check;
  readonly path: string;
}

export interface Program {
  readonly inputs: readonly Spec[];
  readonly instructions: readonly Instruction[];
  readonly outputs: readonly ValueId[];
  readonly checks: readonly ProgramCheck[];
  /**
   * How many of the first outputs are the next run's first inputs: the state of a fold. A backend may
   * keep these values in its own memory from one run to the next. 0 for a plain function.
   */
  readonly carried: number;
}

/** The instruction that made a value. */
export const instructionAt = ({ instructions }: Pick<Program, 'instructions'>, id: ValueId): Instruction => {
  const instruction = instructions[id];
  if (instruction === undefined) throw new RangeError(`program: no value ${id}`);
  return instruction;
};

/** The values that an instruction is made of. */
export const operandsOf = (instruction: Instruction): readonly ValueId[] =>
  'inputs' in instruction ? instruction.inputs : [];

/** Whether an operation is of a primitive of this kind. */
export const isOfKind = <K extends PrimitiveKind>(
  operation: SomeOperation,
  kind: K,
): operation is OperationOfKind<K> => primitives[operation.name].kind === kind;

/** Whether the value is there before the program runs: an input, or data. */
export const isGiven = ({ kind }: Instruction): boolean => kind === 'input' || kind === 'constant';

/** Every value that is asked for from outside: outputs, and what the checks need. */
export const demandedOf = ({ outputs, checks }: Program): readonly ValueId[] => [
  ...outputs,
  ...checks.flatMap(({ holds, got }) => [holds, got]),
];
