/** A loop over a program: its state stands in a memory plan of its own, and what a step is given is copied there. */
import { required } from '../../require.js';
import { aligned } from '../../kernel/arena.js';
import type { ScanKernel } from '../../kernel/kernel.js';
import type { Plan } from '../../kernel/plan.js';
import { layoutOf } from '../../graph/scan-step.js';
import { bytesOf, type DType } from '../../tensor/dtype.js';
import type { Spec } from '../../tensor/primitive/primitive.js';
import type { Place } from '../../tensor/primitive/scan-layout.js';
import { sizeOf } from '../../tensor/shape.js';
import {
  call,
  defineFunction,
  type Expr,
  i32 as constant,
  repeatWhile,
  set,
  type Statement,
} from './emitter.js';
import { copyBytes, f64, fillBytes, i32, load, store } from './instructions.js';
import type { Layout } from './loop-code.js';
import type { ModuleBuilder } from './module.js';
import type { Repeat } from './phase-code.js';

/** Bytes of scratch for a loop: the memory of its step, and the number of the step behind it. */
export const scanScratch = ({ bytes }: Plan): number => aligned(bytes) + aligned(4);

/** One element as float64, which holds every dtype exactly. */
const wideLoad = (dtype: DType, base: Expr<'i32'>): Expr<'f64'> => {
  const at = { base, offset: 0 };
  switch (dtype) {
    case 'float64':
      return load.f64(at);
    case 'float32':
      return f64.promote(load.f32(at));
    case 'int32':
      return f64.convertS(load.i32(at));
    case 'uint32':
      return f64.convertU(load.i32(at));
    case 'bool':
      return f64.convertU(load.byte(at));
  }
};

/** Copies so many elements as float64: (to, from, count). */
const widening = (dtype: DType) =>
  defineFunction(['i32', 'i32', 'i32'], (scope, to, from, count) => {
    const [into, out] = [scope.hold(to), scope.hold(from)];
    const end = scope.hold(i32.add(to, i32.mul(count, constant(8))));
    const body = scope.inner((inside) => {
      inside.run(
        store.f64({ base: into, offset: 0 }, wideLoad(dtype, out)),
        set(into, i32.add(into, constant(8))),
        set(out, i32.add(out, constant(bytesOf[dtype]))),
      );
    });
    scope.run(repeatWhile(body, i32.ltU(into, end)));
    return undefined;
  });

export interface ScanSetting {
  /** Where values of the program around it are. */
  readonly layout: Layout;
  /** Where its scratch is, and where the constants of its step are kept. */
  readonly scratch: number;
  readonly constants: readonly number[];
  readonly module: ModuleBuilder;
}

/** What a loop does around the parts of its step. */
export const scanStatements = (
  { loop, value, inputs }: ScanKernel,
  plan: Plan,
  { layout, scratch, constants, module }: ScanSetting,
): Omit<Repeat, 'parts'> => {
  const { length, reverse, shared, state, summed, dtype, body } = loop;
  const target = layout.placeOf(value);
  const kept = shared + state;
  const counter = { base: constant(scratch + aligned(plan.bytes)), offset: 0 };
  const step = load.i32(counter);
  const place = reverse ? i32.sub(constant(length - 1), step) : step;
  const inside = (at: number | undefined): Expr<'i32'> => constant(scratch + required(at, 'a place'));
  const byteLength = (spec: Spec): number => sizeOf(spec.shape) * bytesOf[spec.dtype];
  const outside = (position: number): Expr<'i32'> => {
    const source = required(inputs[position], 'an input');
    const element = bytesOf[required(body.inputs[position], 'an input').dtype];
    return constant(layout.placeOf(source.value) + source.offset * element);
  };
  /** From a place to a part of the flat result. */
  const keep = (from: Expr<'i32'>, spec: Spec, to: Expr<'i32'>): Statement =>
    spec.dtype === dtype
      ? copyBytes(to, from, constant(byteLength(spec)))
      : call(
          module.shared(`widen ${spec.dtype}`, () => widening(spec.dtype)),
          to,
          from,
          constant(sizeOf(spec.shape)),
        );
  const flat = ({ offset }: Place): Expr<'i32'> => constant(target + offset * bytesOf[dtype]);
  const flatAt = (part: Place): Expr<'i32'> =>
    i32.add(flat(part), i32.mul(place, constant(sizeOf(part.shape.slice(1)) * bytesOf[dtype])));

  const given = body.inputs;
  const { records, last, results, sums } = layoutOf(loop);
  /** Where the step keeps a part of the state, a sum. */
  const stateAt = (i: number): Expr<'i32'> => inside(plan.inputs[shared + i]);
  const sumAt = (i: number): Expr<'i32'> => inside(plan.inputs[kept + i]);
  const atStep = ({ shape, dtype: own }: Place): Spec => ({ shape: shape.slice(1), dtype: own });

  return {
    times: length,
    counter,
    before: [
      store.i32(counter, constant(0)),
      ...plan.constants.map(({ place: at, data }, i) =>
        copyBytes(inside(at), constant(required(constants[i], 'a place')), constant(data.byteLength)),
      ),
      ...given
        .slice(0, kept)
        .map((spec, i) => copyBytes(inside(plan.inputs[i]), outside(i), constant(byteLength(spec)))),
      ...sums.map((spec, i) => fillBytes(sumAt(i), constant(0), constant(byteLength(spec)))),
    ],
    beforeEach: [
      ...records.map((part, i) => keep(stateAt(i), atStep(part), flatAt(part))),
      ...given.slice(kept).map((spec, i) => {
        const from = outside(kept + i);
        const bytes = byteLength(spec);
        const at = inside(plan.inputs[kept + summed + i]);
        return copyBytes(at, i32.add(from, i32.mul(place, constant(bytes))), constant(bytes));
      }),
    ],
    afterEach: [
      ...results.map((part, i) => keep(inside(plan.outputs[kept + summed + i]), atStep(part), flatAt(part))),
      store.i32(counter, i32.add(step, constant(1))),
    ],
    after: [
      ...last.map((part, i) => keep(stateAt(i), part, flat(part))),
      ...sums.map((part, i) => keep(sumAt(i), part, flat(part))),
    ],
  };
};
