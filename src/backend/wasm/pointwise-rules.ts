/**
 * How each point-wise primitive is computed: on four lanes, where truth is a lane of ones, and float32 and integers are
 * what they are; and of one float64, where everything else is in the first lane of a vector.
 */
import type { PointwiseName } from '../../kernel/kernel.js';
import {
  type ApproximatedName,
  approximatedPrimitives,
  isApproximated,
  primitiveNames,
} from '../../tensor/primitive/table.js';
import type { DType } from '../../tensor/dtype.js';
import {
  branch,
  callFor,
  choose,
  defineFunction,
  type Expr,
  type FunctionBody,
  type Scope,
} from './emitter.js';
import { f32, f32x4, f64, i32, i32x4, v128 } from './instructions.js';
import type { Library } from './lanes.js';
import { approximations } from './vector-math.js';

type V = Expr<'v128'>;
type D = Expr<'f64'>;

/** A float64, or what has a float64 beside it. */
export type Either = Expr<'f64' | 'v128'>;

/** Where a primitive is applied; `from` is the dtype of its last operand. */
export interface Use {
  readonly library: Library;
  readonly scope: Scope;
  readonly from: DType;
  readonly to: DType;
}

interface Rule {
  readonly lanes: (use: Use, x: V, y: V, z: V) => V;
  readonly float64: (use: Use, x: Either, y: Either, z: Either) => Either;
  /** What an element takes, about, where that is more than an addition. */
  readonly nanoseconds?: number;
}

export const asFloat64 = (value: Either): D => {
  if (value.type !== 'f64') throw new RangeError('wasm: no float64');
  return { type: 'f64', code: value.code };
};

export const asVector = (value: Either): V => {
  if (value.type !== 'v128') throw new RangeError('wasm: no vector');
  return { type: 'v128', code: value.code };
};

/** The truth of all lanes. */
export const truth = (condition: Expr<'i32'>): V => i32x4.splat(i32.sub(i32.const(0), condition));

const ofFloat64 =
  (f: (x: D) => Either): Rule['float64'] =>
  (_, x) =>
    f(asFloat64(x));

const ofTwoFloat64 =
  (f: (x: D, y: D) => Either): Rule['float64'] =>
  (_, x, y) =>
    f(asFloat64(x), asFloat64(y));

type Binary = (a: V, b: V) => V;

/** One instruction for each kind of number. */
const binary = (float: Binary, signed: Binary, unsigned: Binary, float64: (x: D, y: D) => Either): Rule => ({
  lanes: ({ from }, x, y) => {
    if (from === 'float32') return float(x, y);
    return from === 'uint32' ? unsigned(x, y) : signed(x, y);
  },
  float64: ofTwoFloat64(float64),
});

/** Of truths alone. */
const logic = (lanes: Binary): Rule => ({
  lanes: (_, x, y) => lanes(x, y),
  float64: () => {
    throw new RangeError('wasm: logic of float64');
  },
});

/** A quotient cut towards 0; by 0 it is 0, and that of the least by −1 wraps. */
export const quotient = (signed: boolean, a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> => {
  const divided = signed
    ? branch(i32.eq(b, i32.const(-1)), i32.sub(i32.const(0), a), i32.divS(a, b))
    : i32.divU(a, b);
  return branch(i32.isZero(b), i32.const(0), divided);
};

const LANES = [0, 1, 2, 3];

const laneQuotients = (signed: boolean): FunctionBody =>
  defineFunction(['v128', 'v128'], (scope, a, b) => {
    const result = scope.local('v128');
    return LANES.reduce<V>((sum, each) => {
      const x = scope.hold(i32x4.lane(a, each));
      const y = scope.hold(i32x4.lane(b, each));
      return i32x4.withLane(sum, each, quotient(signed, x, y));
    }, result);
  });

/** A function of float64 that the host has, lane by lane. */
const laneCalls = (library: Library, name: ApproximatedName): FunctionBody =>
  defineFunction(['v128'], (_, x) =>
    LANES.reduce<V>(
      (sum, each) =>
        f32x4.withLane(
          sum,
          each,
          f32.demote(callFor(library.imported(name), 'f64', f64.promote(f32x4.lane(x, each)))),
        ),
      v128.zero,
    ),
  );

const signOf = (dtype: DType, x: V): V => {
  if (dtype === 'uint32') return i32x4.minU(x, i32x4.const(1));
  if (dtype === 'int32') return i32x4.sub(i32x4.ltS(x, v128.zero), i32x4.gtS(x, v128.zero));
  const one = v128.or(v128.and(x, i32x4.const(0x80000000)), f32x4.const(1));
  return v128.bitselect(one, x, v128.or(f32x4.lt(x, v128.zero), f32x4.gt(x, v128.zero)));
};

const signOfFloat64 = (x: D): D => {
  const isZeroOrNaN = i32.or(f64.eq(x, f64.const(0)), i32.isZero(f64.eq(x, x)));
  return choose(isZeroOrNaN, x, f64.copysign(f64.const(1), x));
};

const castTo = (from: DType, to: DType, x: V): V => {
  if (to === 'bool') {
    if (from === 'bool') return x;
    return from === 'float32' ? f32x4.ne(x, v128.zero) : i32x4.ne(x, v128.zero);
  }
  if (to === 'float32') {
    if (from === 'float32') return x;
    if (from === 'bool') return v128.and(x, f32x4.const(1));
    return from === 'uint32' ? f32x4.convertU(x) : f32x4.convertS(x);
  }
  if (from === 'bool') return v128.and(x, i32x4.const(1));
  if (from !== 'float32') return x;
  return to === 'uint32' ? i32x4.truncU(x) : i32x4.truncS(x);
};

const fromFloat64 = (a: D, to: DType): Either => {
  switch (to) {
    case 'float64':
      return a;
    case 'float32':
      return f32x4.splat(f32.demote(a));
    case 'int32':
      return i32x4.splat(i32.truncF64S(a));
    case 'uint32':
      return i32x4.splat(i32.truncF64U(a));
    case 'bool':
      return truth(f64.ne(a, f64.const(0)));
  }
};

const toFloat64 = (a: V, from: DType): D => {
  if (from === 'float32') return f64.promote(f32x4.lane(a, 0));
  const whole = i32x4.lane(a, 0);
  if (from === 'uint32') return f64.convertU(whole);
  return f64.convertS(from === 'bool' ? i32.and(whole, i32.const(1)) : whole);
};

/** The rules of all that is computed to the last bit; a missing one does not compile. */
const rules: { readonly [N in Exclude<PointwiseName, ApproximatedName>]: Rule } = {
  negate: {
    lanes: ({ from }, x) => (from === 'float32' ? f32x4.neg(x) : i32x4.neg(x)),
    float64: ofFloat64(f64.neg),
  },
  add: binary(f32x4.add, i32x4.add, i32x4.add, f64.add),
  subtract: binary(f32x4.sub, i32x4.sub, i32x4.sub, f64.sub),
  multiply: binary(f32x4.mul, i32x4.mul, i32x4.mul, f64.mul),
  divide: {
    lanes: ({ library, from }, x, y) => {
      if (from === 'float32') return f32x4.div(x, y);
      const quotients = library.shared(`quotients ${from}`, () => laneQuotients(from === 'int32'));
      return callFor(quotients, 'v128', x, y);
    },
    float64: ofTwoFloat64(f64.div),
    nanoseconds: 0.5,
  },
  abs: {
    lanes: ({ from }, x) => {
      if (from === 'float32') return f32x4.abs(x);
      return from === 'int32' ? i32x4.abs(x) : x;
    },
    float64: ofFloat64(f64.abs),
  },
  sign: { lanes: ({ from }, x) => signOf(from, x), float64: ofFloat64(signOfFloat64) },
  floor: { lanes: (_, x) => f32x4.floor(x), float64: ofFloat64(f64.floor) },
  maximum: binary(f32x4.max, i32x4.maxS, i32x4.maxU, f64.max),
  minimum: binary(f32x4.min, i32x4.minS, i32x4.minU, f64.min),
  equal: binary(f32x4.eq, i32x4.eq, i32x4.eq, (x, y) => truth(f64.eq(x, y))),
  less: binary(f32x4.lt, i32x4.ltS, i32x4.ltU, (x, y) => truth(f64.lt(x, y))),
  lessOrEqual: binary(f32x4.le, i32x4.leS, i32x4.leU, (x, y) => truth(f64.le(x, y))),
  and: logic(v128.and),
  or: logic(v128.or),
  not: logic(v128.not),
  select: {
    lanes: (_, x, y, z) => v128.bitselect(y, z, x),
    float64: (_, x, y, z) => choose(i32x4.lane(asVector(x), 0), asFloat64(y), asFloat64(z)),
  },
  sqrt: { lanes: (_, x) => f32x4.sqrt(x), float64: ofFloat64(f64.sqrt), nanoseconds: 0.5 },
  cast: {
    lanes: ({ from, to }, x) => castTo(from, to, x),
    float64: ({ from, to }, x) =>
      from === 'float64' ? fromFloat64(asFloat64(x), to) : toFloat64(asVector(x), from),
  },
};

/** The rule of a function that is approximated in float32, and the host's in float64. */
const approximatedRule = (name: ApproximatedName): Rule => {
  const { lanes, nanoseconds } = approximations[name];
  return {
    lanes: ({ library, scope }, x) =>
      lanes?.(scope, x) ??
      callFor(
        library.shared(`lanes of ${name}`, () => laneCalls(library, name)),
        'v128',
        x,
      ),
    float64: ({ library }, x) => callFor(library.imported(name), 'f64', asFloat64(x)),
    nanoseconds,
  };
};

export const ruleOf = (name: PointwiseName): Rule =>
  isApproximated(name) ? approximatedRule(name) : rules[name];

// The functions of one float64 that a module imports: those that are approximated in float32.

/** In the order in which modules import them. */
export const hostFunctionNames = primitiveNames.filter(isApproximated);

export const hostFunctions: Readonly<Record<string, (x: number) => number>> = Object.fromEntries(
  hostFunctionNames.map((name) => [name, approximatedPrimitives[name].of]),
);

const sourceOf = (f: (x: number) => number): string =>
  f.toString().includes('[native code]') ? `Math.${f.name}` : f.toString();

/** The same as source text, for workers. */
export const hostFunctionsSource = `{ ${hostFunctionNames
  .map((name) => `${name}: ${sourceOf(approximatedPrimitives[name].of)}`)
  .join(', ')} }`;
