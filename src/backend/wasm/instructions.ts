/** The instructions of WebAssembly that kernels are made of, as functions of typed expressions. */
import { type Code, float32Bytes, float64Bytes, int32Bytes, unsigned } from './encoding.js';
import {
  expr,
  type Expr,
  i32 as constI32,
  type ScalarType,
  statement,
  type Statement,
  type ValueType,
} from './emitter.js';

type Unary<A extends ValueType, R extends ValueType> = (a: Expr<A>) => Expr<R>;
type Binary<A extends ValueType, R extends ValueType> = (a: Expr<A>, b: Expr<A>) => Expr<R>;

const unary =
  <A extends ValueType, R extends ValueType>(type: R, opcode: Code): Unary<A, R> =>
  (a) =>
    expr(type, [a.code, opcode]);

const binary =
  <A extends ValueType, R extends ValueType>(type: R, opcode: Code): Binary<A, R> =>
  (a, b) =>
    expr(type, [a.code, b.code, opcode]);

const simd = (opcode: number): Code => [0xfd, unsigned(opcode)];
const v1 = (opcode: number): Unary<'v128', 'v128'> => unary('v128', simd(opcode));
const v2 = (opcode: number): Binary<'v128', 'v128'> => binary('v128', simd(opcode));

const compareI = (opcode: number): Binary<'i32', 'i32'> => binary('i32', [opcode]);

export const i32 = {
  const: constI32,
  isZero: unary<'i32', 'i32'>('i32', [0x45]),
  eq: compareI(0x46),
  ne: compareI(0x47),
  ltS: compareI(0x48),
  ltU: compareI(0x49),
  gtS: compareI(0x4a),
  gtU: compareI(0x4b),
  leS: compareI(0x4c),
  leU: compareI(0x4d),
  geS: compareI(0x4e),
  add: compareI(0x6a),
  sub: compareI(0x6b),
  mul: compareI(0x6c),
  divS: compareI(0x6d),
  divU: compareI(0x6e),
  remU: compareI(0x70),
  and: compareI(0x71),
  or: compareI(0x72),
  xor: compareI(0x73),
  shl: compareI(0x74),
  shrS: compareI(0x75),
  shrU: compareI(0x76),
  truncF32S: unary<'f32', 'i32'>('i32', [0xfc, 0x00]),
  truncF32U: unary<'f32', 'i32'>('i32', [0xfc, 0x01]),
  truncF64S: unary<'f64', 'i32'>('i32', [0xfc, 0x02]),
  truncF64U: unary<'f64', 'i32'>('i32', [0xfc, 0x03]),
};

const floats = <F extends 'f32' | 'f64'>(type: F, compare: number, unaryBase: number) => ({
  eq: binary<F, 'i32'>('i32', [compare]),
  ne: binary<F, 'i32'>('i32', [compare + 1]),
  lt: binary<F, 'i32'>('i32', [compare + 2]),
  gt: binary<F, 'i32'>('i32', [compare + 3]),
  le: binary<F, 'i32'>('i32', [compare + 4]),
  abs: unary<F, F>(type, [unaryBase]),
  neg: unary<F, F>(type, [unaryBase + 1]),
  floor: unary<F, F>(type, [unaryBase + 3]),
  sqrt: unary<F, F>(type, [unaryBase + 6]),
  add: binary<F, F>(type, [unaryBase + 7]),
  sub: binary<F, F>(type, [unaryBase + 8]),
  mul: binary<F, F>(type, [unaryBase + 9]),
  div: binary<F, F>(type, [unaryBase + 10]),
  min: binary<F, F>(type, [unaryBase + 11]),
  max: binary<F, F>(type, [unaryBase + 12]),
  copysign: binary<F, F>(type, [unaryBase + 13]),
});

export const f32 = {
  ...floats('f32', 0x5b, 0x8b),
  const: (value: number): Expr<'f32'> => expr('f32', [0x43, float32Bytes(value)]),
  convertS: unary<'i32', 'f32'>('f32', [0xb2]),
  convertU: unary<'i32', 'f32'>('f32', [0xb3]),
  demote: unary<'f64', 'f32'>('f32', [0xb6]),
};

export const f64 = {
  ...floats('f64', 0x61, 0x99),
  const: (value: number): Expr<'f64'> => expr('f64', [0x44, float64Bytes(value)]),
  convertS: unary<'i32', 'f64'>('f64', [0xb7]),
  convertU: unary<'i32', 'f64'>('f64', [0xb8]),
  promote: unary<'f32', 'f64'>('f64', [0xbb]),
};

const vectorConst = (bytes: readonly number[]): Expr<'v128'> => expr('v128', [simd(0x0c), bytes]);

const fourTimes = (bytes: readonly number[]): readonly number[] => [...bytes, ...bytes, ...bytes, ...bytes];

export const v128 = {
  zero: vectorConst(Array.from({ length: 16 }, () => 0)),
  and: v2(0x4e),
  /** `a & ~b` */
  andnot: v2(0x4f),
  or: v2(0x50),
  xor: v2(0x51),
  not: v1(0x4d),
  /** The bits of `a` where those of the mask are set, those of `b` elsewhere. */
  bitselect: (a: Expr<'v128'>, b: Expr<'v128'>, mask: Expr<'v128'>): Expr<'v128'> =>
    expr('v128', [a.code, b.code, mask.code, simd(0x52)]),
  /** 32-bit lanes picked from those of `a` (0 to 3) and `b` (4 to 7). */
  shuffle: (
    a: Expr<'v128'>,
    b: Expr<'v128'>,
    lanes: readonly [number, number, number, number],
  ): Expr<'v128'> =>
    expr('v128', [
      a.code,
      b.code,
      simd(0x0d),
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)),
    ]),
};

const lane =
  <R extends ScalarType>(type: R, opcode: number) =>
  (a: Expr<'v128'>, index: number): Expr<R> =>
    expr(type, [a.code, simd(opcode), index]);

const withLane =
  <A extends ScalarType>(opcode: number) =>
  (a: Expr<'v128'>, index: number, value: Expr<A>): Expr<'v128'> =>
    expr('v128', [a.code, value.code, simd(opcode), index]);

const shift =
  (opcode: number) =>
  (a: Expr<'v128'>, by: number): Expr<'v128'> =>
    expr('v128', [a.code, constI32(by).code, simd(opcode)]);

export const i32x4 = {
  const: (a: number, b = a, c = a, d = a): Expr<'v128'> => vectorConst([a, b, c, d].flatMap(int32Bytes)),
  splat: unary<'i32', 'v128'>('v128', simd(0x11)),
  lane: lane('i32', 0x1b),
  withLane: withLane<'i32'>(0x1c),
  eq: v2(0x37),
  ne: v2(0x38),
  ltS: v2(0x39),
  ltU: v2(0x3a),
  gtS: v2(0x3b),
  gtU: v2(0x3c),
  leS: v2(0x3d),
  leU: v2(0x3e),
  abs: v1(0xa0),
  neg: v1(0xa1),
  shl: shift(0xab),
  shrS: shift(0xac),
  shrU: shift(0xad),
  add: v2(0xae),
  sub: v2(0xb1),
  mul: v2(0xb5),
  minS: v2(0xb6),
  minU: v2(0xb7),
  maxS: v2(0xb8),
  maxU: v2(0xb9),
  truncS: v1(0xf8),
  truncU: v1(0xf9),
};

export const f32x4 = {
  const: (value: number): Expr<'v128'> => vectorConst(fourTimes(float32Bytes(value))),
  splat: unary<'f32', 'v128'>('v128', simd(0x13)),
  lane: lane('f32', 0x1f),
  withLane: withLane<'f32'>(0x20),
  eq: v2(0x41),
  ne: v2(0x42),
  lt: v2(0x43),
  gt: v2(0x44),
  le: v2(0x45),
  ge: v2(0x46),
  floor: v1(0x68),
  nearest: v1(0x6a),
  abs: v1(0xe0),
  neg: v1(0xe1),
  sqrt: v1(0xe3),
  add: v2(0xe4),
  sub: v2(0xe5),
  mul: v2(0xe6),
  div: v2(0xe7),
  min: v2(0xe8),
  max: v2(0xe9),
  /** `b < a ? b : a`: NaN in `a` stays. */
  pmin: v2(0xea),
  /** `a < b ? b : a`: NaN in `a` stays. */
  pmax: v2(0xeb),
  convertS: v1(0xfa),
  convertU: v1(0xfb),
  /** `a·b + c`, rounded once or twice as the machine likes. */
  relaxedMadd: (a: Expr<'v128'>, b: Expr<'v128'>, c: Expr<'v128'>): Expr<'v128'> =>
    expr('v128', [a.code, b.code, c.code, simd(0x105)]),
  /** Lanes 0 and 1 of two float64, with zeros behind. */
  demote: v1(0x5e),
};

export const f64x2 = {
  lane: lane('f64', 0x21),
  add: v2(0xf0),
  /** Lanes 0 and 1 of four float32. */
  promoteLow: v1(0x5f),
};

/** Bytes to 16-bit and 16-bit to 32-bit lanes and back, for truth values of a byte. */
export const narrow = {
  bytesSplatNonZero: (a: Expr<'v128'>): Expr<'v128'> => expr('v128', [a.code, v128.zero.code, simd(0x24)]),
  widenBytes: v1(0x89),
  widenShorts: v1(0xa9),
  toShorts: v2(0x86),
  toBytes: v2(0x66),
};

/** An address: a value and a constant that the instruction adds to it. */
export interface Address {
  readonly base: Expr<'i32'>;
  readonly offset: number;
}

const memory = ({ offset }: Address): Code => [0x00, unsigned(offset)];

const loader =
  <R extends ValueType>(type: R, opcode: Code) =>
  (address: Address): Expr<R> =>
    expr(type, [address.base.code, opcode, memory(address)]);

const storer =
  <A extends ValueType>(opcode: Code) =>
  (address: Address, value: Expr<A>): Statement =>
    statement([address.base.code, value.code, opcode, memory(address)]);

const laneLoader =
  (opcode: number) =>
  (address: Address, into: Expr<'v128'>, index: number): Expr<'v128'> =>
    expr('v128', [address.base.code, into.code, simd(opcode), memory(address), index]);

const laneStorer =
  (opcode: number) =>
  (address: Address, value: Expr<'v128'>, index: number): Statement =>
    statement([address.base.code, value.code, simd(opcode), memory(address), index]);

export const load = {
  i32: loader('i32', [0x28]),
  f32: loader('f32', [0x2a]),
  f64: loader('f64', [0x2b]),
  byte: loader('i32', [0x2d]),
  v128: loader('v128', simd(0x00)),
  splatByte: loader('v128', simd(0x07)),
  splat32: loader('v128', simd(0x09)),
  /** Four bytes into lane 0, zeros behind. */
  only32: loader('v128', simd(0x5c)),
  laneByte: laneLoader(0x54),
  lane32: laneLoader(0x56),
};

export const store = {
  i32: storer<'i32'>([0x36]),
  f32: storer<'f32'>([0x38]),
  f64: storer<'f64'>([0x39]),
  byte: storer<'i32'>([0x3a]),
  v128: storer<'v128'>(simd(0x0b)),
  laneByte: laneStorer(0x58),
  lane32: laneStorer(0x5a),
  lane64: laneStorer(0x5b),
};

/** Copies bytes within memory; the two may overlap. */
export const copyBytes = (to: Expr<'i32'>, from: Expr<'i32'>, bytes: Expr<'i32'>): Statement =>
  statement([to.code, from.code, bytes.code, 0xfc, 0x0a, 0x00, 0x00]);

/** Sets bytes of memory to the lowest byte of a value. */
export const fillBytes = (to: Expr<'i32'>, value: Expr<'i32'>, bytes: Expr<'i32'>): Statement =>
  statement([to.code, value.code, bytes.code, 0xfc, 0x0b, 0x00]);
