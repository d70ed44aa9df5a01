/** C-1: one backward pass evaluates each layer's forward once, and what it costs grows with depth as a line. */
import type { Sampler } from '../arbitrary/draw.js';
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { compose } from '../../src/lens/compose.js';
import type { Buffers, Para, Parameters } from '../../src/lens/para.js';
import type { ParaPoint } from '../para/same.js';

/** A layer that counts how often it is run, and how often its way back is gone. */
export interface Counted<P extends Parameters, A, B, S extends Buffers> {
  readonly layer: Para<P, A, B, S>;
  readonly forwards: () => number;
  readonly backwards: () => number;
}

export const counted = <P extends Parameters, A, B, S extends Buffers>(
  f: Para<P, A, B, S>,
): Counted<P, A, B, S> => {
  let [forwards, backwards] = [0, 0];
  const layer: Para<P, A, B, S> = {
    ...f,
    run: (p, a, ...s) => {
      forwards++;
      const [b, back, ...next] = f.run(p, a, ...s);
      return [
        b,
        (db) => {
          backwards++;
          return back(db);
        },
        ...next,
      ];
    },
  };
  return { layer, forwards: () => forwards, backwards: () => backwards };
};

type AnyLayer<A> = Para<Parameters, A, A, Buffers>;

/** The composition of these layers under a random bracketing. */
export const bracketed = <A>(sampler: Sampler, layers: readonly AnyLayer<A>[]): AnyLayer<A> | undefined => {
  const [only] = layers;
  if (layers.length <= 1) return only;
  const cut = sampler.integer(1, layers.length - 1);
  const [left, right] = [bracketed(sampler, layers.slice(0, cut)), bracketed(sampler, layers.slice(cut))];
  return left && right && compose(left, right);
};

/** C-1. After one forward and one backward of the composite, each layer has run once each way. */
export const oneForwardEach = <A>(
  layers: readonly Counted<Parameters, A, A, Buffers>[],
  model: AnyLayer<A>,
  { p, a, w, s }: ParaPoint<Parameters, A, A>,
): Verdict => {
  const [, back] = model.run(p, a, ...s);
  back(w);
  const counts = (of: (each: Counted<Parameters, A, A, Buffers>) => number): Int32Array =>
    Int32Array.from(layers.map(of));
  const once = Int32Array.from(layers, () => 1);
  const claim = { law: 'C-1', subject: `composite of ${layers.length} layers` } as const;
  return every([
    () =>
      same(
        bitwise,
        { forwards: counts(({ forwards }) => forwards()) },
        { forwards: once },
        {
          ...claim,
          what: 'a layer has run forward more or less than once',
          hint: 'composition must keep the residual and not run forward again on the way back',
        },
      ),
    () =>
      same(
        bitwise,
        { backwards: counts(({ backwards }) => backwards()) },
        { backwards: once },
        {
          ...claim,
          what: 'a layer has gone back more or less than once',
        },
      ),
  ]);
};

/** C-1. A size that grows with depth as a line: size(3n) − size(2n) = size(2n) − size(n) */
export const linearInDepth = (subject: string, size: (depth: number) => number, depth: number): Verdict => {
  const [one, two, three] = [size(depth), size(2 * depth), size(3 * depth)];
  return three - two === two - one
    ? holds
    : broken({
        law: 'C-1',
        subject,
        what: `sizes ${one}, ${two} and ${three} at depths ${depth}, ${2 * depth} and ${3 * depth} are on no line`,
        got: three - two,
        expected: two - one,
        hint: 'something is computed again for each layer above it',
      });
};
