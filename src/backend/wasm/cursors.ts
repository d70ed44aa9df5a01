/**
 * Cursors: one variable for all accesses of a kernel that move alike. Where an access begins is a constant
 * that its instruction adds, so that arrays of one shape share a cursor whatever their places.
 */
import { required } from '../../require.js';
import type { Affine } from '../../kernel/index-map.js';
import { type Expr, i32 as constant, type Local, type Scope, set, type Statement } from './emitter.js';
import { type Address, i32 } from './instructions.js';

interface Cursor {
  readonly local: Local<'i32'>;
  /** Bytes for one step along each axis. */
  readonly strides: readonly number[];
  readonly origin: number;
}

export interface Cursors {
  /** The address of an access to an array at `place`, of elements of so many bytes. */
  readonly address: (at: Affine, bytes: number, place: number) => Address;
  /** The value of an affine function. */
  readonly value: (at: Affine) => Expr<'i32'>;
  /** Puts every cursor where the loop indices of these axes are; all others are 0. */
  readonly start: (indices: ReadonlyMap<number, Expr<'i32'>>) => readonly Statement[];
  /** Moves every cursor so many steps along an axis. */
  readonly advance: (axis: number, steps: number) => readonly Statement[];
}

const bytesAlong = ({ strides }: Affine, bytes: number): readonly number[] =>
  strides.map((stride) => stride * bytes);

/** Cursors for these accesses: all that will be asked for. */
export const cursorsFor = (
  scope: Scope,
  axes: readonly number[],
  accesses: readonly { readonly at: Affine; readonly bytes: number; readonly place: number }[],
): Cursors => {
  const cursors = new Map<string, Cursor>();
  // An axis of one element moves nothing.
  const moving = (strides: readonly number[]): readonly number[] =>
    strides.map((stride, axis) => (axes[axis] === 1 ? 0 : stride));
  /** A cursor that steps backwards begins at its array's place: what an instruction adds cannot be negative. */
  const classify = (
    at: Affine,
    bytes: number,
    place: number,
  ): {
    readonly key: string;
    readonly strides: readonly number[];
    readonly origin: number;
    readonly offset: number;
  } => {
    const strides = moving(bytesAlong(at, bytes));
    const first = place + at.offset * bytes;
    const backwards = strides.some((stride) => stride < 0);
    const origin = backwards ? first : 0;
    return { key: `${strides.join()} from ${origin}`, strides, origin, offset: first - origin };
  };
  for (const { at, bytes, place } of accesses) {
    const { key, strides, origin } = classify(at, bytes, place);
    if (strides.some((stride) => stride !== 0) && !cursors.has(key))
      cursors.set(key, { local: scope.local('i32'), strides, origin });
  }
  const address = (at: Affine, bytes: number, place: number): Address => {
    const { key, offset } = classify(at, bytes, place);
    return { base: cursors.get(key)?.local ?? constant(0), offset };
  };
  return {
    address,
    value: (at) => {
      const { base, offset } = address(at, 1, 0);
      return i32.add(base, constant(offset));
    },
    start: (indices) =>
      [...cursors.values()].map(({ local, strides, origin }) => {
        const terms = [...indices].flatMap(([axis, index]) => {
          const stride = required(strides[axis], 'a stride');
          return stride === 0 ? [] : [i32.mul(index, constant(stride))];
        });
        const [head = constant(0), ...rest] = terms;
        const sum = rest.reduce((total, term) => i32.add(total, term), head);
        return set(local, origin === 0 ? sum : i32.add(sum, constant(origin)));
      }),
    advance: (axis, steps) =>
      [...cursors.values()]
        .map(({ local, strides }) => [local, required(strides[axis], 'a stride')] as const)
        .filter(([, stride]) => stride !== 0)
        .map(([local, stride]) => set(local, i32.add(local, constant(stride * steps)))),
  };
};

/** The address this many bytes further on. What an instruction adds to its base is never negative. */
export const displaced = ({ base, offset }: Address, bytes: number): Address =>
  offset + bytes >= 0
    ? { base, offset: offset + bytes }
    : { base: i32.add(base, i32.const(offset + bytes)), offset: 0 };

/** The address of item `index` of those so many bytes apart, perhaps backwards. */
export const indexed = ({ base, offset }: Address, index: Expr<'i32'>, stride: number): Address => {
  const further = i32.add(base, i32.mul(index, i32.const(stride)));
  return stride >= 0 ? { base: further, offset } : { base: i32.add(further, i32.const(offset)), offset: 0 };
};
