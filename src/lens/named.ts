/** A part of a model under a name. */
import { requireLayers, requireText } from '../require.js';
import type { Key } from '../operation/random.js';
import { located } from './locate.js';
import { parameterPaths } from './parameters.js';
import type { Buffers, Initial, Para, Parameters } from './para.js';

/** Records under a name. */
type Under<N extends string, R> = { readonly [K in N]: R };

/** Buffers under a name, where there are any; where the type does not say how many, at most one record. */
export type NamedBuffers<N extends string, S extends Buffers> = number extends S['length']
  ? readonly Under<N, S>[]
  : S extends readonly []
    ? readonly []
    : readonly [Under<N, S>];

/**
 * The same part under a name: its parameters are in a record of that name, as are its buffers if it has any, and the
 * name is in their paths and in the part's errors. Throws at `init` if two parts beside each other inside have one
 * name.
 *
 * @example
 * sequential(named('encoder', dense(784, 64)), named('decoder', dense(64, 784)));
 */
export const named = <const N extends string, P extends Parameters, A, B, S extends Buffers>(
  name: N,
  f: Para<P, A, B, S>,
): Para<readonly [Under<N, P>], A, B, NamedBuffers<N, S>> => {
  requireText('named', 'name', name);
  requireLayers('named', { f });
  return wrapped(name, located(name, f));
};

const wrapped = <N extends string, P extends Parameters, A, B, S extends Buffers>(
  name: N,
  inner: Para<P, A, B, S>,
): Para<readonly [Under<N, P>], A, B, NamedBuffers<N, S>> => {
  // A record of one computed key: the type of the key is lost on the way and put back here.
  const wrap = <R>(records: R): readonly [Under<N, R>] => [{ [name]: records } as Under<N, R>];
  const init = <R extends readonly unknown[]>(records: Initial<R>, key: Key): R => {
    const fresh = records.init(key);
    parameterPaths(fresh);
    return fresh;
  };
  const hasBuffers = inner.buffers.size > 0;
  // What the types say of a name around nothing and around something, said once for both directions.
  const wrapBuffers = (s: S): NamedBuffers<N, S> =>
    (hasBuffers ? wrap(s) : []) as unknown as NamedBuffers<N, S>;
  const unwrapBuffers = (s: NamedBuffers<N, S>): S => {
    const [record] = s as readonly Under<N, S>[];
    return (record === undefined ? [] : record[name]) as S;
  };
  return {
    size: 1,
    init: (key) => wrap(init(inner, key)),
    buffers: { size: hasBuffers ? 1 : 0, init: (key) => wrapBuffers(init(inner.buffers, key)) },
    run: ([record], a, ...s) => {
      const [b, back, ...next] = inner.run(record[name], a, ...unwrapBuffers(s));
      return [
        b,
        (db) => {
          const [dp, da] = back(db);
          return [wrap(dp), da];
        },
        ...wrapBuffers(next),
      ];
    },
    evaluation: (...s) => wrapped(name, inner.evaluation(...unwrapBuffers(s))),
  };
};
