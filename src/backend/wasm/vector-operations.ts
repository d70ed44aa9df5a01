/** The point-wise primitives on four lanes. Truth is a lane of ones, float32 and integers are what they are. */
import type { PointwiseName } from '../../kernel/kernel.js';
import type { DType } from '../../tensor/dtype.js';
import { branch, callFor, defineFunction, type Expr, type FunctionBody, type Scope } from './emitter.js';
import { isHostFunction } from './host-functions.js';
import { f32, f32x4, f64, i32, i32x4, v128 } from './instructions.js';
import type { Library } from './lanes.js';
import { erf, mills } from './vector-erf.js';
import { exp, expm1, log, log1p, sigmoid, tanh } from './vector-math.js';

type V = Expr<'v128'>;
type Binary = (a: V, b: V) => V;

/** One instruction for each kind of number. */
interface ByKind {
  readonly float: Binary;
  readonly signed: Binary;
  readonly unsigned: Binary;
}

const kindOf = (dtype: DType): keyof ByKind => {
  if (dtype === 'float32') return 'float';
  return dtype === 'uint32' ? 'unsigned' : 'signed';
};

const BINARY: { readonly [N in PointwiseName]?: ByKind } = {
  add: { float: f32x4.add, signed: i32x4.add, unsigned: i32x4.add },
  subtract: { float: f32x4.sub, signed: i32x4.sub, unsigned: i32x4.sub },
  multiply: { float: f32x4.mul, signed: i32x4.mul, unsigned: i32x4.mul },
  maximum: { float: f32x4.max, signed: i32x4.maxS, unsigned: i32x4.maxU },
  minimum: { float: f32x4.min, signed: i32x4.minS, unsigned: i32x4.minU },
  equal: { float: f32x4.eq, signed: i32x4.eq, unsigned: i32x4.eq },
  less: { float: f32x4.lt, signed: i32x4.ltS, unsigned: i32x4.ltU },
  lessOrEqual: { float: f32x4.le, signed: i32x4.leS, unsigned: i32x4.leU },
  and: { float: v128.and, signed: v128.and, unsigned: v128.and },
  or: { float: v128.or, signed: v128.or, unsigned: v128.or },
};

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
const laneCalls = (library: Library, name: string): FunctionBody =>
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

const VECTOR_MATH: { readonly [N in PointwiseName]?: (scope: Scope, x: V) => V } = {
  exp,
  expm1,
  log,
  log1p,
  tanh,
  sigmoid,
  erf,
  mills,
};

const operand = (inputs: readonly V[], slot: number): V => inputs[slot] ?? v128.zero;

/** A primitive on four lanes; `from` is the dtype of its last operand. */
export const applyVector = (
  library: Library,
  scope: Scope,
  name: PointwiseName,
  from: DType,
  to: DType,
  inputs: readonly V[],
): V => {
  const [x, y, z] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
  const binary = BINARY[name];
  if (binary !== undefined) return binary[kindOf(from)](x, y);
  const written = VECTOR_MATH[name];
  if (written !== undefined) return written(scope, x);
  if (isHostFunction(name)) {
    const lanes = library.shared(`lanes of ${name}`, () => laneCalls(library, name));
    return callFor(lanes, 'v128', x);
  }
  switch (name) {
    case 'negate':
      return from === 'float32' ? f32x4.neg(x) : i32x4.neg(x);
    case 'divide': {
      if (from === 'float32') return f32x4.div(x, y);
      const signed = from === 'int32';
      return callFor(
        library.shared(`quotients ${from}`, () => laneQuotients(signed)),
        'v128',
        x,
        y,
      );
    }
    case 'abs':
      if (from === 'float32') return f32x4.abs(x);
      return from === 'int32' ? i32x4.abs(x) : x;
    case 'sign':
      return signOf(from, x);
    case 'floor':
      return f32x4.floor(x);
    case 'sqrt':
      return f32x4.sqrt(x);
    case 'not':
      return v128.not(x);
    case 'select':
      return v128.bitselect(y, z, x);
    case 'cast':
      return castTo(from, to, x);
    default:
      throw new RangeError(`wasm: no vector code for ${name}`);
  }
};
