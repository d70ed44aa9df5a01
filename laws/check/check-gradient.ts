/** One call for a user's function: is what the library derives, or what the user wrote, its gradient? */
import type fc from 'fast-check';
import { drawing, type Sampler } from '../arbitrary/draw.js';
import type { Specifications } from '../arbitrary/specification.js';
import { check, type CheckOptions } from '../base/runner.js';
import { drawCotangent, drawData } from '../arbitrary/point.js';
import { type Law, law } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { evaluate } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { sizeOf } from '../../src/tensor/shape.js';
import { leaves } from '../../src/tree/tree.js';
import { hasNoJump } from '../gradient/continuous.js';
import { backends as allBackends, float64 } from '../map/engine.js';
import { drawSubject, type Subject, type SubjectAtPoint, subjectOf } from '../map/subject.js';
import type { Vector } from '../map/vector.js';
import { backendLaws, type Battery, derivativeLaws } from './battery.js';

export interface DifferentiableOptions<A> extends CheckOptions, Battery {
  /** What it is called in messages. */
  readonly name?: string | undefined;
  /** The backends that are held against float64; all unless given. */
  readonly backends?: readonly Backend[] | undefined;
  /** Arguments of one's own, trees of tensors as the specifications say, in place of drawn ones. */
  readonly argument?: fc.Arbitrary<A> | undefined;
  /** More laws, of every example. */
  readonly laws?: readonly Law<SubjectAtPoint>[] | undefined;
}

export interface ContinuityOptions {
  /** Whether it has no jumps (G-11); so unless told otherwise, or where a value is held constant on purpose. */
  readonly continuous?: boolean | undefined;
}

/** Numbers of an argument up to which a map is looked at for jumps: that takes about a hundred evaluations a way. */
const FEW = 64;

/** The data of a user's argument. */
const dataOfTree = (tree: unknown): Vector =>
  leaves<AnyTensor>(tree).map((each) => evaluate(each, { backend: reference() }).data);

/** Data of the argument that a user gives, where there is one. */
export const drawArgument = <A>(
  sampler: Sampler,
  argument: fc.Arbitrary<A> | undefined,
): Vector | undefined => argument && dataOfTree(sampler.value(argument));

/** Holds a subject to the laws of derivatives, and to float64 on each backend. */
export const checkSubject = <A>(subject: Subject, options: DifferentiableOptions<A> = {}): void => {
  const { backends = allBackends, laws = [], argument } = options;
  const example = drawing((sampler) => drawSubject(sampler, subject, drawArgument(sampler, argument)));
  const all = [...derivativeLaws(options), ...backends.flatMap(backendLaws), ...laws];
  check(subject.name, example, all, options);
};

/** G-11 of a subject, between arguments that are drawn; of small ones alone. */
export const checkContinuous = <A>(
  subject: Subject,
  options: DifferentiableOptions<A> & ContinuityOptions,
): void => {
  const { argument, derivative = true, continuous = derivative } = options;
  const map = subject.on(float64);
  if (!continuous || map.domain.reduce((sum, { shape }) => sum + sizeOf(shape), 0) > FEW) return;
  const example = drawing((sampler) => {
    const draw = (): Vector =>
      drawArgument(sampler, argument) ?? subject.ranges.map((range) => drawData(sampler, range));
    return { x: draw(), other: draw(), w: drawCotangent(sampler, map.codomain) };
  });
  const jumps = law(
    'G-11',
    ({ x, other, w }: { readonly x: Vector; readonly other: Vector; readonly w: Vector }) =>
      hasNoJump(map, x, other, w),
  );
  check(subject.name, example, jumps, { ...options, runs: 4, path: undefined });
};

/**
 * Holds a function to the laws of derivatives (G-1, G-4, G-7, RD.2, RD.6 to RD.9, L-5, L-6) in float64, and its
 * value and gradient on every backend to float64 (B-1, G-10). Throws a `LawError` that names the law, the leaf
 * and the entry, with the smallest example.
 *
 * @example
 * checkGradient((x: Tensor<[3]>) => sum(multiply(x, x)), { shape: [3] });
 */
export const checkGradient = <A, B>(
  f: (a: A) => B,
  specifications: Specifications<A>,
  options: DifferentiableOptions<A> = {},
): void => {
  const name = options.name ?? (f.name === '' ? 'function' : f.name);
  checkSubject(subjectOf(name, f, specifications), options);
};
