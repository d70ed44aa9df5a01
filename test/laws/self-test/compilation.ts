/** Backends with planted bugs of compilation: digits that are kept, views, known numbers. */
import { type Backend, type Data, type Program, scalar, type Tensor, tensor } from 'paralens';
import { reference, widen } from 'paralens/program';
import {
  drawData,
  drawProgram,
  drawView,
  eagerAsCompiled,
  fusedAsApart,
  viewAsCopy,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const { add, broadcast, exp } = operation;

const sound = reference();

/** The reference on another program, its results in the dtypes that were asked for. */
const rewriting = (name: string, rewrite: (program: Program) => Program): Backend => ({
  ...sound,
  name,
  compile: (program) => {
    const executable = sound.compile(rewrite(program));
    return {
      ...executable,
      start: (state) => {
        const machine = executable.start(state);
        const stored = (data: Data): Data => (data instanceof Float64Array ? Float32Array.from(data) : data);
        return { ...machine, step: (inputs) => machine.step(inputs).map(stored) };
      },
    };
  },
});

const operationsOf = ({ instructions }: Program): number =>
  instructions.filter(({ kind }) => kind === 'operation').length;

/** A fused program keeps all digits until it stores. */
const excess = rewriting('excess', (program) => (operationsOf(program) > 1 ? widen(program) : program));

/** What a value is made of, if it is a literal spread out. */
const literalOf = (program: Program, id: number): number | undefined => {
  const made = program.instructions[id];
  if (made?.kind === 'constant') return made.exact;
  const [inner] = made?.kind === 'operation' && made.name === 'broadcast' ? made.inputs : [];
  return inner === undefined ? undefined : literalOf(program, inner);
};

/** x + 0 is x, also of −0: a rewrite that only what is known when it is compiled can have. */
const zeroDropped = rewriting('zero dropped', (program) => ({
  ...program,
  instructions: program.instructions.map((instruction) => {
    if (instruction.kind !== 'operation' || instruction.name !== 'add') return instruction;
    const [x = 0, y = 0] = instruction.inputs;
    return literalOf(program, y) === 0 ? { ...instruction, name: 'maximum', inputs: [x, x] } : instruction;
  }),
}));

/** Inside of a larger program nothing is read backwards. */
const forwardOnly = rewriting('forward only', (program) => ({
  ...program,
  instructions: program.instructions.map((instruction) =>
    instruction.kind === 'operation' && instruction.name === 'reverse' && operationsOf(program) > 1
      ? { ...instruction, attributes: { axes: [] } }
      : instruction,
  ),
}));

const fused = (name: string, killedBy: readonly string[], backend: Backend): Suspect =>
  plant(
    `backend: ${name}`,
    killedBy,
    (sampler) => {
      const { program } = drawProgram(sampler);
      const whole = program.inputs.map((input) => drawData(sampler, { ...input, low: 0, high: 1 }));
      return { program: { ...program, carried: 0 }, inputs: whole };
    },
    [({ program, inputs }) => fusedAsApart('program', program, backend, inputs)],
  );

const viewed = (name: string, killedBy: readonly string[], backend: Backend): Suspect =>
  plant(
    `backend: ${name}`,
    killedBy,
    (sampler) => ({
      x: tensor(sampler.integers(12, -8, 8), [3, 4]) as Tensor,
      view: drawView(sampler, [3, 4]),
      name: 'exp',
      reader: exp as (x: Tensor) => Tensor,
    }),
    [(at) => viewAsCopy(at, backend)],
  );

const eager = (name: string, killedBy: readonly string[], backend: Backend): Suspect =>
  plant(`backend: ${name}`, killedBy, ({ integers }) => integers(2, -1, 1), [
    (numbers) =>
      eagerAsCompiled(
        'sum',
        ([a, b]: readonly [Tensor, Tensor<readonly []>]) => add(a, broadcast(b, [3], [])),
        [tensor([-0, ...numbers], [3]), scalar(0)],
        backend,
      ),
  ]);

export const compilationSuspects: readonly Suspect[] = [
  fused('sound, fused', [], sound),
  fused('a fused program keeps digits that it does not store', ['B-6'], excess),
  viewed('sound views', [], sound),
  viewed('nothing is read backwards', ['B-4'], forwardOnly),
  eager('sound, at once', [], sound),
  eager('a known zero is not added', ['B-6'], zeroDropped),
];
