/** A part of a model under a name. */
import { requireLayers, requireText } from '../require.js';
import type { Key } from '../operation/random.js';
import { located } from './locate.js';
import { parameterPaths } from './parameters.js';
import type { Buffers, Initial, Para, Parameters } from './para.js';

/** Records under a name. */
type Under<N extends string, R> = { readonly [K in N]: R };

/** Buffers under a name, if there are any; at most one record if the type does not state their number. */
export type NamedBuffers<N extends string, S extends Buffers> = number extends S['length']
  ? readonly Under<N, S>[]
  : S extends readonly []
    ? readonly []
    : readonly [Under<N, S>];

/**
 * Gives a part a name: its parameters, and its buffers if it has any, are in a record of that name, and the name is in
 * their paths and in the errors of the part. `init` throws if two sibling parts inside have the same name.
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
  // TypeScript loses the type of a computed key, which is restored here.
  const wrap = <R>(records: R): readonly [Under<N, R>] => [{ [name]: records } as Under<N, R>];
  const init = <R extends readonly unknown[]>(records: Initial<R>, key: Key): R => {
    const fresh = records.init(key);
    parameterPaths(fresh);
    return fresh;
  };
  const hasBuffers = inner.buffers.size > 0;
  // `NamedBuffers` says in types whether there is a record; here `hasBuffers` does.
  const wrapBuffers = (s: S): NamedBuffers<N, S> => {
    const records: Buffers = hasBuffers ? wrap(s) : [];
    return records as NamedBuffers<N, S>;
  };
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
