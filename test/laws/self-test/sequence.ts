/** Layers of space and time with planted bugs: masks, padding, axes, places. */
import {
  convolution1d,
  type Data,
  key,
  layerNormalization,
  type Para,
  type Parameters,
  selfAttention,
  type Shape,
  stateless,
  type Tensor,
} from 'paralens';
import { lift } from 'paralens/lens';
import { reference } from 'paralens/program';
import { type Sampler } from 'paralens/laws';
import {
  blocksFuture,
  drawData,
  drawLattice,
  engineOf,
  float64,
  keepsOrder,
  normalizesRows,
  placesAlike,
  sameMask,
  shiftsWithInput,
  type Subject,
  subjectOfPara,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const single = engineOf(reference());

type AnyLayer = Para<Parameters, Tensor, Tensor>;

const subjectWith = (layer: unknown, shape: Shape): Subject =>
  subjectOfPara('layer', layer as AnyLayer, { input: { shape } });

const drawAll = (sampler: Sampler, { ranges }: Subject): readonly Data[] =>
  ranges.map((range) => drawData(sampler, range));

const convolution = (name: string, killedBy: readonly string[], layer: unknown): Suspect => {
  const subject = subjectWith(layer, [2, 5, 2]);
  const draw = (sampler: Sampler) =>
    subject.ranges.map((range) => drawLattice(sampler, { ...range, low: -4, high: 4 }));
  return plant(`convolution: ${name}`, killedBy, draw, [(x) => shiftsWithInput(subject.on(single), x)]);
};

const attention = (name: string, killedBy: readonly string[], layer: unknown): Suspect => {
  const subject = subjectWith(layer, [2, 3, 4]);
  const draw = (sampler: Sampler) => ({
    x: drawAll(sampler, subject),
    other: drawAll(sampler, subject),
    until: sampler.integer(0, 1),
  });
  return plant(`attention: ${name}`, killedBy, draw, [
    ({ x, other, until }) => blocksFuture(subject.on(single), x, other, until),
  ]);
};

const places = (name: string, killedBy: readonly string[], layer: unknown): Suspect => {
  const subject = subjectWith(layer, [2, 3, 4]);
  return plant(`attention: ${name}`, killedBy, (sampler) => drawAll(sampler, subject), [
    (x) => placesAlike(subject.on(single), x, [2, 0, 1]),
  ]);
};

const normalization = (name: string, killedBy: readonly string[], layer: unknown): Suspect => {
  const subject = subjectWith(layer, [3, 4]);
  const draw = (sampler: Sampler) => ({
    x: drawAll(sampler, subject).map((data, i) =>
      subject.ranges[i]?.shape.length === 2
        ? data.map((_: number, at: number) => Math.sin(1 + at * at))
        : data,
    ),
    w: [Float64Array.from(sampler.numbers(12, -2, 2))],
  });
  return plant(`normalization: ${name}`, killedBy, draw, [
    ({ x, w }) => normalizesRows(subject.on(float64), x, w, [3, -2]),
  ]);
};

const pooling = (name: string, killedBy: readonly string[], f: (x: Tensor) => Tensor): Suspect => {
  const subject = subjectWith(stateless(f), [1, 4, 2]);
  const draw = (sampler: Sampler) =>
    subject.ranges.map((range) => drawLattice(sampler, { ...range, low: -8, high: -1 }));
  return plant(`pooling: ${name}`, killedBy, draw, [(x) => keepsOrder(subject.on(single), x)]);
};

/** Leaves out by keys that are its own business, forward and back. */
const leavingOut = (name: string, killedBy: readonly string[], back: number): Suspect => {
  const masked = (x: Tensor, seed: number): Tensor => {
    const kept = operation.less(0.5, operation.uniform(key(seed), x.shape));
    return operation.select(kept, x, operation.fullLike(x, 0));
  };
  const layer: AnyLayer = lift({ run: (x: Tensor) => [masked(x, 1), (dy: Tensor) => masked(dy, back)] });
  const subject = subjectWith(layer, [16]);
  return plant(`dropout: ${name}`, killedBy, () => [new Float32Array(16).fill(1.5)], [
    (x) => sameMask(subject.on(single), x),
  ]);
};

const along = (axis: number) =>
  stateless((x: Tensor) => operation.standardize(x, operation.moments(x, [axis]), [axis], 1e-14));

export const sequenceSuspects: readonly Suspect[] = [
  convolution('sound', [], convolution1d(2, 2, 2)),
  convolution(
    'a weight for each place',
    ['E-1'],
    stateless((x: Tensor) => operation.multiply(x, operation.add(operation.iota(x.shape, 1, 'float32'), 1))),
  ),
  attention('causal, sound', [], selfAttention(4, 2, { causal: true })),
  attention('without its mask', ['E-1'], selfAttention(4, 2)),
  places('sound', [], selfAttention(4, 2)),
  places('with positions', ['E-1'], selfAttention(4, 2, { rotary: true })),
  normalization('sound', [], layerNormalization(4, { epsilon: 1e-14 })),
  normalization('along the batch', ['E-1'], along(0)),
  normalization(
    'its scale held constant on the way back',
    ['E-1'],
    stateless((x: Tensor) => {
      const { mean, variance } = operation.moments(x, [1]);
      return operation.standardize(x, { mean, variance: operation.stopGradient(variance) }, [1], 1e-14);
    }),
  ),
  pooling('sound', [], (x) => operation.maxPool(x, 2, 1, { padding: [[1, 1]] })),
  pooling('padding counts as 0', ['E-1'], (x) =>
    operation.maxPool(operation.pad(x, { low: [0, 1, 0], high: [0, 1, 0] }), 2, 1),
  ),
  leavingOut('sound', [], 1),
  leavingOut('another mask on the way back', ['E-1'], 2),
];
