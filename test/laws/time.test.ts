/** F-17: a cell over time, its steps written out and as a loop. */
import {
  type Cell,
  differentiable,
  gruCell,
  lstmCell,
  maskedRecurrent,
  maskedRecurrentSequence,
  type Para,
  type Parameters,
  recurrent,
  type RecurrentOptions,
  recurrentSequence,
  simpleCell,
  type Tensor,
} from 'paralens';
import { add, full, matmul } from 'paralens/operation';
import { check, type Range, type Sampler } from 'paralens/laws';
import {
  drawCotangent,
  drawData,
  drawing,
  drawLattice,
  engineOf,
  float64,
  normWise,
  numerically,
  scanIsUnrolled,
  type Subject,
  subjectOfPara,
} from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { everyBackend, runsOn } from './subject/backends.js';

type Rows = Tensor<readonly [number, number]>;
type AnyCell = Cell<Parameters, unknown, Rows, Rows>;
type AnyLayer = Para<Parameters, unknown, Tensor>;

interface LinearParameters {
  readonly state: Rows;
  readonly input: Rows;
}

/** h′ = h·S + x·W: whole numbers stay whole. */
const linearCell = (inputs: number, units: number): Cell<readonly [LinearParameters], Rows, Rows, Rows> => ({
  ...differentiable(
    (): LinearParameters => ({ state: full([units, units], 1), input: full([inputs, units], 1) }),
    ({ state, input }: LinearParameters, [h, x]: readonly [Rows, Rows]): Rows =>
      add(matmul(h, state), matmul(x, input)),
  ),
  initial: (batch) => full([batch, units], 1),
  output: (h) => h,
});

interface Pair {
  readonly scanned: Subject;
  readonly unrolled: Subject;
}

const layers: {
  readonly [name: string]: (cell: AnyCell, options: RecurrentOptions) => AnyLayer;
} = {
  recurrent: (cell, options) => recurrent(cell, options),
  recurrentSequence: (cell, options) => recurrentSequence(cell, options),
  maskedRecurrent: (cell, options) => maskedRecurrent(cell, options),
  maskedRecurrentSequence: (cell, options) => maskedRecurrentSequence(cell, options),
};

const pairOf = (
  name: string,
  made: (inputs: number, units: number) => unknown,
  { integer, pick }: Sampler,
): Pair => {
  const [batch, time, inputs, units] = [integer(1, 2), integer(1, 4), integer(1, 2), integer(1, 2)];
  const reverse = pick([true, false]);
  const sequence = { shape: [batch, time, inputs] } as const;
  const input = name.startsWith('masked')
    ? [sequence, { shape: [batch, time], dtype: 'bool' } as const]
    : sequence;
  const subject = (scan: boolean): Subject => {
    const layer = layers[name]?.(made(inputs, units) as AnyCell, { reverse, scan });
    if (layer === undefined) throw new Error(`no layer ${name}`);
    return subjectOfPara(name, layer, { input: input });
  };
  return { scanned: subject(true), unrolled: subject(false) };
};

const cells = { simpleCell, gruCell, lstmCell };

describe.each(Object.keys(layers))('F-17 %s', (name) => {
  test.each(Object.entries(cells))('of %s, in float64', (_, made) => {
    const example = drawing((sampler) => {
      const pair = pairOf(name, made, sampler);
      const x = pair.scanned.ranges.map((range) => drawData(sampler, range));
      return { ...pair, x, w: drawCotangent(sampler, pair.scanned.on(float64).codomain) };
    });
    check(name, example, ({ scanned, unrolled, x, w }) =>
      scanIsUnrolled(
        scanned.on(float64),
        unrolled.on(float64),
        { x, w },
        normWise({ rtol: 1e-12, atol: 1e-14 }),
      ),
    );
  });

  test.each(everyBackend)('on whole numbers on $name, threads: $threads', (backend) => {
    const engine = engineOf(backend);
    const example = drawing((sampler) => {
      const pair = pairOf(name, linearCell, sampler);
      const whole = ({ shape, dtype }: Pick<Range, 'shape' | 'dtype'>) =>
        drawLattice(sampler, {
          shape,
          dtype,
          ...(dtype === 'bool' ? { low: 0, high: 1 } : { low: -3, high: 3 }),
        });
      const x = pair.scanned.ranges.map(whole);
      const w = pair.scanned.on(engine).codomain.map(whole);
      return { ...pair, x, w };
    });
    check(
      name,
      example,
      ({ scanned, unrolled, x, w }) =>
        scanIsUnrolled(scanned.on(engine), unrolled.on(engine), { x, w }, numerically),
      {
        runs: runsOn(backend, 12),
      },
    );
  });
});
