/** A program with its loops written out, step after step: what a loop means, in operations that all know. */
import { required } from '../require.js';
import { type Place, scanLayout } from '../tensor/primitive/scan-layout.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { DType } from '../tensor/dtype.js';
import { type Builder, builder } from './builder.js';
import {
  instructionAt,
  type Instruction,
  type KernelName,
  type Operation,
  type Program,
  type ScanInstruction,
  type SomeOperation,
  type ValueId,
} from './program.js';

/** An instruction that is no loop. */
export type StraightInstruction = Exclude<Instruction, ScanInstruction>;

/** A program without loops. */
export interface StraightProgram extends Program {
  readonly instructions: readonly StraightInstruction[];
}

const isStraight = (program: Program): program is StraightProgram =>
  program.instructions.every(({ kind }) => kind !== 'scan');

/** Writes single operations, and tells what has been written. */
interface Writer extends Pick<Builder, 'add' | 'instructions'> {
  readonly write: <N extends KernelName>(
    name: N,
    attributes: Operation<N>['attributes'],
    inputs: readonly ValueId[],
    shape: Shape,
    dtype: DType,
  ) => ValueId;
}

const writer = (path: string, { add, instructions }: Builder): Writer => ({
  add,
  instructions,
  // Name and attributes belong together by the type.
  write: (name, attributes, inputs, shape, dtype) =>
    add({ kind: 'operation', name, attributes, inputs, shape, dtype, path } as SomeOperation),
});

const zero = ({ add, write }: Writer, shape: Shape, dtype: DType): ValueId => {
  const literal: Instruction = {
    kind: 'constant',
    data: dtype === 'float64' ? Float64Array.of(0) : Float32Array.of(0),
    exact: 0,
    shape: [],
    dtype,
    path: '',
  };
  return write('broadcast', { shape, axes: [] }, [add(literal)], shape, dtype);
};

/** What stands at one place of a stacked value. */
const atPlace = ({ instructions, write }: Writer, stacked: ValueId, place: number): ValueId => {
  const { shape, dtype } = instructionAt({ instructions }, stacked);
  const rest = shape.slice(1);
  const start = [place, ...rest.map(() => 0)];
  const stride = shape.map(() => 1);
  const part = write('slice', { start, stop: [place + 1, ...rest], stride }, [stacked], [1, ...rest], dtype);
  return write('reshape', { shape: rest }, [part], rest, dtype);
};

/** A value as a piece of the flat result. */
const flattened = ({ instructions, write }: Writer, value: ValueId, dtype: DType): ValueId => {
  const { shape, dtype: own } = instructionAt({ instructions }, value);
  const size = [sizeOf(shape)];
  const flat = write('reshape', { shape: size }, [value], size, own);
  return own === dtype ? flat : write('cast', { dtype }, [flat], size, dtype);
};

/** Writes the body once, on these inputs; its outputs. */
const writeBody = (into: Builder, body: Program, inputs: readonly ValueId[]): readonly ValueId[] => {
  const places = writeAll(into, body, inputs);
  return body.outputs.map((id) => required(places[id], 'a place'));
};

const writeScan = (into: Builder, loop: ScanInstruction, inputs: readonly ValueId[]): ValueId => {
  const { body, length, reverse, shared, state, summed, dtype, shape, path } = loop;
  const to = writer(path, into);
  const specs = body.outputs.map((id) => instructionAt(body, id));
  const layout = scanLayout(specs, loop);
  const stacked = inputs.slice(shared + state);
  let now = inputs.slice(shared, shared + state);
  let sums = specs.slice(specs.length - summed).map((each) => zero(to, each.shape, each.dtype));
  const found = new Map<number, readonly ValueId[]>();
  const given = new Map<number, readonly ValueId[]>();
  for (let step = 0; step < length; step++) {
    const place = reverse ? length - 1 - step : step;
    found.set(place, now);
    const here = stacked.map((each) => atPlace(to, each, place));
    const outputs = writeBody(into, body, [...inputs.slice(0, shared), ...now, ...here]);
    now = outputs.slice(0, state);
    given.set(place, outputs.slice(state, outputs.length - summed));
    const terms = outputs.slice(outputs.length - summed);
    sums = sums.map((sum, i) => {
      const spec = instructionAt(into, sum);
      return to.write('add', {}, [sum, required(terms[i], 'a term')], spec.shape, spec.dtype);
    });
  }
  const places = Array.from({ length }, (_, place) => place);
  const stackedPieces = (
    of: readonly Place[],
    at: ReadonlyMap<number, readonly ValueId[]>,
  ): readonly ValueId[] =>
    of.flatMap((_, i) => places.map((place) => required(at.get(place)?.[i], 'a piece')));
  const pieces = [
    ...stackedPieces(layout.records, found),
    ...now,
    ...stackedPieces(layout.results, given),
    ...sums,
  ].map((value) => flattened(to, value, dtype));
  if (pieces.length === 0) return zero(to, shape, dtype);
  return to.write('concat', { axis: 0 }, pieces, shape, dtype);
};

/** Writes a whole program; the place of each of its values. */
const writeAll = (into: Builder, program: Program, inputs?: readonly ValueId[]): readonly ValueId[] => {
  const places: ValueId[] = [];
  const renamed = (ids: readonly ValueId[]): readonly ValueId[] =>
    ids.map((id) => required(places[id], 'a place'));
  for (const instruction of program.instructions) {
    switch (instruction.kind) {
      case 'input':
        places.push(inputs ? required(inputs[instruction.position], 'an input') : into.add(instruction));
        break;
      case 'constant':
        places.push(into.add(instruction));
        break;
      case 'operation':
        places.push(into.add({ ...instruction, inputs: renamed(instruction.inputs) }));
        break;
      case 'scan':
        places.push(writeScan(into, instruction, renamed(instruction.inputs)));
        break;
    }
  }
  return places;
};

/** The same program, bit for bit, without loops. */
export const unroll = (program: Program): StraightProgram => {
  if (isStraight(program)) return program;
  const into = builder();
  const places = writeAll(into, program);
  const renamed = (id: ValueId): ValueId => required(places[id], 'a place');
  return {
    ...program,
    instructions: into.instructions.filter((each) => each.kind !== 'scan'),
    outputs: program.outputs.map(renamed),
    checks: program.checks.map((each) => ({ ...each, holds: renamed(each.holds), got: renamed(each.got) })),
  };
};
