/**
 * Packing: lines of a factor, as many rows or columns at a time as a tile has, interleaved in the order in which the
 * micro-kernel reads them. All transpositions, batches and windows of a product end here, in where a line
 * begins and how it goes on.
 */
import { range } from '../../tensor/shape.js';
import type { Walk } from '../../kernel/kernel.js';
import { displaced } from './cursors.js';
import {
  defineFunction,
  type Expr,
  type FunctionBody,
  i32 as constant,
  type Local,
  repeatWhile,
  type Scope,
  set,
  when,
} from './emitter.js';
import { type Address, i32, i32x4, load, store, v128 } from './instructions.js';
import { repeatTimes } from './loops.js';

type V = Expr<'v128'>;

/** Places that step evenly, or a table of them in memory, all in bytes. */
export type Steps = { readonly stride: number } | { readonly table: number };

/** The steps of a walk over float32; `tableOf` puts a table into memory where one is needed. */
export const stepsOf = (walk: Walk, tableOf: (walk: Walk) => number): Steps =>
  walk.sizes.length > 1 ? { table: tableOf(walk) } : { stride: (walk.strides[0] ?? 0) * 4 };

/** The place of item `index`. */
export const stepTo = (steps: Steps, index: Expr<'i32'>): Expr<'i32'> =>
  'stride' in steps
    ? i32.mul(index, constant(steps.stride))
    : load.i32({ base: i32.shl(index, constant(2)), offset: steps.table });

export interface Packing {
  /** Lines of a panel. */
  readonly width: number;
  /** Whether zeros make up the width where lines don't fill the last panel; otherwise it is as wide as they are. */
  readonly filled: boolean;
  /** All lines. */
  readonly lines: number;
  readonly line: Steps;
  readonly along: Steps;
}

/** The vectors of four lines that a panel's lines make. */
const groupsOf = (width: number): readonly number[] => range(Math.ceil(width / 4));

const firstLanes = (count: number): V => {
  const lane = (i: number): number => (i < count ? -1 : 0);
  return i32x4.const(lane(0), lane(1), lane(2), lane(3));
};

/** Stores the vectors of four lines each, of the last of which perhaps only a part. */
const storeAcross = (scope: Scope, target: Address, vectors: readonly V[], width: number): void => {
  for (const [group, vector] of vectors.entries()) {
    const address = displaced(target, group * 16);
    const lanes = width - group * 4;
    if (lanes >= 4) scope.run(store.v128(address, vector));
    if (lanes === 2 || lanes === 3) scope.run(store.lane64(address, vector, 0));
    if (lanes === 1 || lanes === 3)
      scope.run(store.lane32(displaced(address, (lanes - 1) * 4), vector, lanes - 1));
  }
};

interface Panel {
  readonly packing: Packing;
  /** Where the first line has the first of the terms, and how many of them. */
  readonly source: Expr<'i32'>;
  readonly length: Expr<'i32'>;
  /** In a table of places, the first. */
  readonly place: Expr<'i32'>;
  readonly first: Expr<'i32'>;
  readonly target: Local<'i32'>;
  /** Lines that there are; behind them come zeros. */
  readonly valid: number;
}

/** Neighbouring lines are neighbours in memory: whole vectors are copied. */
const packContiguous = (
  scope: Scope,
  { packing: { width }, source, length, first, target, valid }: Panel,
  stride: number,
): void => {
  const from = scope.hold(i32.add(source, i32.mul(first, constant(4))));
  repeatTimes(scope, length, (inside) => {
    const vectors = groupsOf(width).map((group) => {
      const lanes = Math.max(0, valid - group * 4);
      const found = lanes === 0 ? v128.zero : load.v128({ base: from, offset: group * 16 });
      return lanes === 0 || lanes >= 4 ? found : v128.and(found, firstLanes(lanes));
    });
    storeAcross(inside, { base: target, offset: 0 }, vectors, width);
    inside.run(set(from, i32.add(from, constant(stride))), set(target, i32.add(target, constant(width * 4))));
  });
};

/** Four vectors along four lines become four vectors across them. */
const transpose = (scope: Scope, [a, b, c, d]: readonly [V, V, V, V]): readonly V[] => {
  const low = scope.hold(v128.shuffle(a, b, [0, 4, 1, 5]));
  const high = scope.hold(v128.shuffle(a, b, [2, 6, 3, 7]));
  const lowNext = scope.hold(v128.shuffle(c, d, [0, 4, 1, 5]));
  const highNext = scope.hold(v128.shuffle(c, d, [2, 6, 3, 7]));
  return [
    v128.shuffle(low, lowNext, [0, 1, 4, 5]),
    v128.shuffle(low, lowNext, [2, 3, 6, 7]),
    v128.shuffle(high, highNext, [0, 1, 4, 5]),
    v128.shuffle(high, highNext, [2, 3, 6, 7]),
  ];
};

/** Lines anywhere: a pointer to each, all moving alike. */
const packLines = (scope: Scope, panel: Panel): void => {
  const { packing, source, length, first, target, valid } = panel;
  const { width, line, along } = packing;
  const pointers = range(valid).map((each) =>
    scope.hold(i32.add(source, stepTo(line, each === 0 ? first : i32.add(first, constant(each))))),
  );
  const place = scope.hold('stride' in along ? constant(0) : panel.place);
  const one = (inside: Scope): void => {
    const further = 'stride' in along ? place : inside.hold(load.i32({ base: place, offset: along.table }));
    const vectors = groupsOf(width).map((group) =>
      pointers.slice(group * 4, group * 4 + 4).reduce<V>((vector, pointer, lane) => {
        const address: Address = { base: i32.add(pointer, further), offset: 0 };
        return load.lane32(address, vector, lane);
      }, v128.zero),
    );
    storeAcross(inside, { base: target, offset: 0 }, vectors, width);
    const step = 'stride' in along ? along.stride : 4;
    inside.run(set(place, i32.add(place, constant(step))), set(target, i32.add(target, constant(width * 4))));
  };
  if ('table' in along || along.stride !== 4) {
    repeatTimes(scope, length, one);
    return;
  }
  repeatTimes(scope, i32.shrU(length, constant(2)), (inside) => {
    for (const group of groupsOf(width)) {
      const vector = (lane: number): V => {
        const pointer = pointers[group * 4 + lane];
        return pointer === undefined
          ? v128.zero
          : inside.hold(load.v128({ base: i32.add(pointer, place), offset: 0 }));
      };
      const at = (k: number): Address => ({ base: target, offset: (k * width + group * 4) * 4 });
      if (width - group * 4 === 1) {
        // A line by itself is across already.
        const along = vector(0);
        for (const k of range(4)) inside.run(store.lane32(at(k), along, k));
        continue;
      }
      const across = transpose(inside, [vector(0), vector(1), vector(2), vector(3)]);
      for (const [k, value] of across.entries()) storeAcross(inside, at(k), [value], width - group * 4);
    }
    inside.run(set(place, i32.add(place, constant(16))), set(target, i32.add(target, constant(width * 16))));
  });
  repeatTimes(scope, i32.and(length, constant(3)), one);
};

/**
 * Parameters: the first panel and the one behind the last, the source, where the packed panels go, and the first
 * of the terms along the lines and how many of them.
 */
export const packFunction = (packing: Packing): FunctionBody =>
  defineFunction(
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (scope, begin, end, source, target, start, length) => {
      const { width, lines, line, along, filled } = packing;
      const full = Math.floor(lines / width);
      const panel = scope.hold(begin);
      const place = i32.shl(start, constant(2));
      if ('stride' in along) scope.run(set(source, i32.add(source, i32.mul(start, constant(along.stride)))));
      const pack = (inside: Scope, valid: number, as: Packing): void => {
        const first = inside.hold(i32.mul(panel, constant(width)));
        const each = { packing: as, source, length, place, first, target, valid };
        if ('stride' in line && line.stride === 4 && 'stride' in along)
          packContiguous(inside, each, along.stride);
        else packLines(inside, each);
      };
      const body = scope.inner((inside) => {
        pack(inside, width, packing);
        inside.run(set(panel, i32.add(panel, constant(1))));
      });
      if (full > 0)
        scope.run(repeatWhile(body, i32.and(i32.ltU(panel, end), i32.ltU(panel, constant(full)))));
      const rest = lines % width;
      if (rest > 0)
        scope.run(
          when(
            i32.and(i32.eq(panel, constant(full)), i32.ltU(panel, end)),
            scope.inner((inside) => pack(inside, rest, filled ? packing : { ...packing, width: rest })),
          ),
        );
      return undefined;
    },
  );
