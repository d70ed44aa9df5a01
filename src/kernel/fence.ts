/**
 * Fences, for fusion: a fenced value is read as the value itself, so that it costs nothing, and what is made
 * of it waits for what the fence names. Up to here it was another value, so that nothing made of it was equal to
 * what is made of the bare one.
 */
import { type Instruction, instructionAt, operandsOf, type Program, type ValueId } from '../graph/program.js';

/** What stands behind a value's fences, and what these name. */
interface Bare {
  readonly value: ValueId;
  readonly after: readonly ValueId[];
}

const NOTHING: readonly ValueId[] = [];

const isFence = (instruction: Instruction): boolean =>
  instruction.kind === 'operation' && instruction.name === 'fence';

const bareOf = (program: Program, id: ValueId): Bare => {
  const after: ValueId[] = [];
  let value = id;
  for (;;) {
    const instruction = instructionAt(program, value);
    if (instruction.kind !== 'operation' || instruction.name !== 'fence') return { value, after };
    const [behind = value, ...named] = instruction.inputs;
    after.push(...named);
    value = behind;
  }
};

/** The program in which everything is made of bare values; places are the same. */
export const unfenced = (program: Program): Program => {
  if (!program.instructions.some(isFence)) return program;
  const bare = (id: ValueId): ValueId => bareOf(program, id).value;
  return {
    ...program,
    instructions: program.instructions.map((instruction): Instruction =>
      'inputs' in instruction ? { ...instruction, inputs: instruction.inputs.map(bare) } : instruction,
    ),
    outputs: program.outputs.map(bare),
  };
};

/** A function of values, computed once for each. */
const remembered = (f: (id: ValueId) => Iterable<ValueId>): ((id: ValueId) => readonly ValueId[]) => {
  const known = new Map<ValueId, readonly ValueId[]>();
  return (id) => {
    const found = known.get(id) ?? [...new Set(f(id))];
    known.set(id, found);
    return found;
  };
};

/**
 * What in memory must be there before a value is computed, beside what it reads: what its own fences name, and
 * those of the values that are computed along with it. Of the program with its fences.
 */
export const waitsIn = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
): ((id: ValueId) => readonly ValueId[]) => {
  if (!program.instructions.some(isFence)) return () => NOTHING;
  const operandsAt = (id: ValueId): readonly ValueId[] => operandsOf(instructionAt(program, id));
  const isAlong = (id: ValueId): boolean =>
    !inMemory.has(id) && instructionAt(program, id).kind === 'operation';
  /** What in memory a value is computed of. */
  const sourcesOf = remembered((id) => {
    const { value } = bareOf(program, id);
    return isAlong(value) ? operandsAt(value).flatMap((operand) => sourcesOf(operand)) : [value];
  });
  const waitsOf = remembered((id) =>
    operandsAt(id).flatMap((operand) => {
      const { value, after } = bareOf(program, operand);
      return [...after.flatMap((named) => sourcesOf(named)), ...(isAlong(value) ? waitsOf(value) : [])];
    }),
  );
  return waitsOf;
};
