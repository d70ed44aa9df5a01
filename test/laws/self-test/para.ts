/** Ways to put layers together with planted bugs: of parameters, of sharing, of freezing. */
import { type AnyTensor, type Buffers, type Key, type Parameters } from 'paralens';
import { addTrees, zerosLike } from 'paralens/lens';
import { mapTree, reference } from 'paralens/program';
import { add, fullLike, stopGradient } from 'paralens/operation';
import {
  drawParas,
  drawRemade,
  paraLaws,
  type ParaOperations,
  paras,
  rematerializeLaws,
} from 'paralens/laws/kit';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const suspect = (
  name: string,
  killedBy: readonly string[],
  changed: Partial<ParaOperations>,
  runs = 8,
): Suspect => {
  const comparison = { operations: { ...paras, ...changed }, backend: reference() };
  return plant(`layers: ${name}`, killedBy, drawParas, paraLaws(comparison), { runs });
};

/** Composition with something done to its changes, or to its next buffers. */
const composing =
  (
    change: (dp: Parameters, dq: Parameters) => Parameters,
    next: (s: Buffers, t: Buffers) => Buffers = (s, t) => [...s, ...t],
  ): ParaOperations['compose'] =>
  (f, g) => ({
    ...paras.compose(f, g),
    run: (parameters, a, ...buffers) => {
      const [p, q] = [parameters.slice(0, f.size), parameters.slice(f.size)];
      const [s, t] = [buffers.slice(0, f.buffers.size), buffers.slice(f.buffers.size)];
      const [b, backF, ...nextF] = f.run(p as never, a, ...(s as never));
      const [c, backG, ...nextG] = g.run(q as never, b, ...(t as never));
      return [
        c,
        (dc) => {
          const [dq, db] = backG(dc);
          const [dp, da] = backF(db);
          return [change(dp, dq) as never, da];
        },
        ...(next(nextF, nextG) as never),
      ];
    },
  });

/** Sharing with another way to join the changes of both uses. */
const sharing =
  (join: <R>(first: R, second: R) => R): ParaOperations['share'] =>
  (f) =>
    paras.reparametrize(
      {
        size: 1,
        init: (key) => [f.init(key)[0]],
        lens: { run: ([r]) => [[r, r] as const, ([first, second]) => [join(first, second)]] },
      },
      f,
    );

const added = <R>(first: R, second: R): R => addTrees(first, second);

/** A rematerialization that goes back through another run than the first. */
const remaking =
  (again: {
    readonly parameters?: <P>(p: P) => P;
    readonly argument?: <A>(a: A) => A;
    readonly cotangent?: <B>(db: B) => B;
    readonly buffers?: <S>(s: S) => S;
    readonly next?: <S>(next: S, s: S) => S;
  }): ParaOperations['rematerialize'] =>
  (f) => ({
    ...paras.rematerialize(f),
    run: (p, a, ...s) => {
      const { parameters, argument, cotangent, buffers, next } = again;
      const [, back] = f.run(parameters?.(p) ?? p, argument?.(a) ?? a, ...(buffers?.(s) ?? s));
      const [b, , ...after] = f.run(p, a, ...s);
      return [b, (db) => back(cotangent?.(db) ?? db), ...(next?.(after, s) ?? after)];
    },
  });

const each = <T>(tree: T, f: (x: AnyTensor) => AnyTensor): T => mapTree(tree, (x) => f(x as AnyTensor));

const rematerializing = (
  name: string,
  killedBy: readonly string[],
  rematerialize: ParaOperations['rematerialize'],
): Suspect => {
  const comparison = { operations: { ...paras, rematerialize }, backend: reference() };
  return plant(`rematerialize: ${name}`, killedBy, drawRemade, () => rematerializeLaws(comparison), {
    runs: 15,
  });
};

export const rematerializeSuspects: readonly Suspect[] = [
  rematerializing('sound', [], paras.rematerialize),
  rematerializing('sound, nothing run again', [], (f) => f),
  rematerializing(
    'runs again with another key',
    ['F-18'],
    remaking({
      buffers: (s) => each(s, (x) => (x.dtype === 'uint32' ? add(x as never, fullLike(x, 1) as never) : x)),
    }),
  ),
  rematerializing(
    'runs again on another argument',
    ['F-18'],
    remaking({
      argument: (a) => each(a, (x) => add(x as never, fullLike(x, 0.5) as never)),
    }),
  ),
  rematerializing('drops the cotangent', ['F-18'], remaking({ cotangent: (db) => zerosLike(db) })),
  rematerializing('keeps its buffers as they are', ['F-18'], remaking({ next: (_, s) => s })),
  rematerializing(
    'holds what it computes again constant',
    ['F-18'],
    remaking({
      parameters: (p) => each(p, stopGradient),
    }),
  ),
];

export const paraSuspects: readonly Suspect[] = [
  suspect('sound', [], {}),
  suspect('sound, written by hand', [], {
    compose: composing((dp, dq) => [...dp, ...dq]),
    share: sharing(added),
  }),
  suspect('next buffers in reverse order', ['P-7'], {
    compose: composing(
      (dp, dq) => [...dp, ...dq],
      (s, t) => [...t, ...s],
    ),
  }),
  suspect(
    'buffers of all layers from one key',
    ['P-2'],
    {
      compose: (f, g) => {
        const both = paras.compose(f, g);
        const init = (key: Key) => [...f.buffers.init(key), ...g.buffers.init(key)] as never;
        return { ...both, buffers: { ...both.buffers, init } };
      },
    },
    60,
  ),
  suspect('the second layer learns while the first predicts', ['P-11'], {
    compose: (f, g) => ({
      ...paras.compose(f, g),
      evaluation: (...buffers) => {
        const [s, t] = [buffers.slice(0, f.buffers.size), buffers.slice(f.buffers.size)];
        const learning = { ...g, ...paras.lift({ run: () => [] as never }), size: g.size, init: g.init };
        const run = (p: never, a: never) => g.run(p, a, ...(t as never)).slice(0, 2);
        return paras.compose(f.evaluation(...(s as never)), { ...learning, run } as never) as never;
      },
    }),
  }),
  suspect('changes of parameters in reverse order', ['P-6'], {
    compose: composing((dp, dq) => [...dq, ...dp]),
  }),
  suspect('parameters of all layers from one key', ['P-2'], {
    compose: (f, g) => ({ ...paras.compose(f, g), init: (key) => [...f.init(key), ...g.init(key)] }),
  }),
  suspect('a size that counts the first layer only', ['P-2'], {
    compose: (f, g) => ({ ...paras.compose(f, g), size: f.size }),
  }),
  suspect('a wrapper applied twice', ['P-3'], {
    reparametrize: (along, f) => paras.reparametrize(along, paras.reparametrize(along as never, f)),
  }),
  suspect('a wrapper that the way back forgets', ['P-3'], {
    reparametrize: ({ size, init, lens }, f) =>
      paras.reparametrize({ size, init, lens: { run: (q) => [lens.run(q)[0], (dp) => dp as never] } }, f),
  }),
  suspect('lifting leaves a unit among the parameters’ changes', ['P-5'], {
    lift: (lens) => ({
      ...paras.lift(lens),
      run: (_, a) => {
        const [b, back] = lens.run(a);
        return [b, (db) => [[[]] as never, back(db)]];
      },
    }),
  }),
  suspect('side by side, the argument’s changes change places', ['P-7'], {
    parallel: (f, g) => ({
      ...paras.parallel(f, g),
      run: (p, a, ...s) => {
        const [b, back, ...next] = paras.parallel(f, g).run(p, a, ...(s as never));
        return [
          b,
          (db) => {
            const [dp, [da, dc]] = back(db);
            return [dp, [dc, da] as never];
          },
          ...(next as never),
        ];
      },
    }),
  }),
  suspect('a shared record keeps the last use’s change alone', ['P-8'], {
    share: sharing((_, last) => last),
  }),
  suspect('a shared record counts a use twice', ['P-8'], {
    share: sharing((first, last) => added(added(first, first), last)),
  }),
  suspect('what is frozen still learns', ['P-9'], {
    freeze: (parameters, f, ...s) => ({
      ...paras.freeze(parameters, f, ...s),
      run: (_, a) => {
        const [b, back] = f.evaluation(...s).run(parameters, a);
        return [
          b,
          (db) => {
            const [dp, da] = back(db);
            return [dp as never, da];
          },
        ];
      },
    }),
  }),
  suspect('what is frozen acts as it learns', ['P-9'], {
    freeze: (parameters, f, ...s) => ({
      ...paras.freeze(parameters, f, ...s),
      run: (_, a) => {
        const [b, back] = f.run(parameters, a, ...s);
        return [b, (db) => [[], back(db)[1]]];
      },
    }),
  }),
  suspect('flipping does not flip the changes', ['P-10'], {
    swap: () => ({ run: ([a, b]) => [[b, a], (changes) => changes as never] }),
  }),
];
