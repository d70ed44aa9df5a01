/** A fold under its laws, and the values that it is given. */
import type { Json } from '../../src/tree/tree.js';
import type { Fold } from '../../src/stream/fold.js';
import type { Sampler } from '../arbitrary/draw.js';

export interface FoldSubject<S extends Json, A, B> {
  readonly name: string;
  readonly fold: Fold<S, A, B>;
}

/** Values, and where a run over them is stopped and goes on. */
export interface FoldExample<A> {
  readonly values: readonly A[];
  readonly cut: number;
}

/** As many values as are drawn, and a place among them. */
export const drawFoldExample = <A>(
  sampler: Sampler,
  draw: (sampler: Sampler) => A,
  most = 40,
): FoldExample<A> => {
  const values = Array.from({ length: sampler.integer(0, most) }, () => draw(sampler));
  return { values, cut: sampler.integer(0, values.length) };
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/**
 * Plain data made again from what can be written down, with nothing in common with what it is made from. Throws a
 * `TypeError` where something is no plain data.
 */
export const remadeData = <S extends Json>(state: S): S => {
  const remade = (value: unknown, path: string): unknown => {
    if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return value;
    if (Array.isArray(value)) return Array.from(value, (each, i) => remade(each, `${path}[${i}]`));
    if (typeof value === 'object' && value !== null && isPlain(value))
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, remade(each, `${path}.${name}`)]),
      );
    throw new TypeError(`state${path} is no plain data`);
  };
  return remade(state, '') as S;
};
