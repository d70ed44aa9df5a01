/** Families of programs of any size: what compiling costs must grow with the size as a line. */
import {
  adam,
  type AnyTensor,
  compose,
  dense,
  differentiable,
  key,
  type Learner,
  learner,
  meanSquaredError,
  type Para,
  type Parameters,
  relu,
  sgd,
  type Tensor,
} from 'paralens';
import { leaves, placeholder, unflatten } from 'paralens/program';
import {
  add,
  concat,
  full,
  gradient,
  matmul,
  multiply,
  reshape,
  scan,
  sin,
  slice,
  subtract,
  sum,
  tanh,
} from 'paralens/operation';

type Vector = Tensor<readonly [3]>;
type Matrix = Tensor<readonly [4, 4]>;
type Rows = Tensor<readonly [number, number]>;

const VECTOR = { shape: [3], dtype: 'float32' } as const;

/** What a program of a family is made from: what goes in, and what comes out. */
export interface Made {
  readonly inputs: readonly AnyTensor[];
  readonly outputs: readonly AnyTensor[];
}

const ofVector = (f: (x: Vector) => AnyTensor | readonly AnyTensor[]): Made => {
  const x = placeholder(VECTOR, 'x');
  return { inputs: [x], outputs: [f(x as Vector)].flat() };
};

/** x after n times f, or all of them. */
const times = <T>(n: number, f: (x: T, i: number) => T, x: T): T => {
  let now = x;
  for (let i = 0; i < n; i++) now = f(now, i);
  return now;
};

const cubic = (x: Vector): Tensor<readonly []> => sum(tanh(multiply(x, multiply(x, x))));

/** The step of a learner of n parameters, each a tensor of its own. */
const ofLeaves = (n: number): Made => {
  const model = differentiable(
    () => Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, full([3], i)])),
    (p: Readonly<Record<string, Vector>>, x: Rows): Rows => {
      const terms = Object.values(p).map((each) => multiply(each, each));
      return add(
        x,
        terms.reduce((total, each) => add(total, each)),
      );
    },
  );
  return ofLearner(learner({ model, loss: meanSquaredError(), update: adam() }), [1, 3]);
};

const ofLayers = (n: number): Made => {
  const layer = () => compose(dense<number, number>(4, 4), relu<readonly [number, number]>());
  const layers = Array.from({ length: n }, layer);
  const model = layers.reduce<Para<Parameters, Rows, Rows>>(
    (f, g) => compose(f, g),
    dense<number, number>(4, 4),
  );
  return ofLearner(learner({ model, loss: meanSquaredError(), update: sgd() }), [8, 4]);
};

/** A step from a state and a batch of one shape for both. */
const ofLearner = <State>(subject: Learner<State, Rows, Rows, Rows>, shape: readonly number[]): Made => {
  const state = subject.init(key(1));
  const places = leaves<AnyTensor>(state).map((each, i) => placeholder(each, `${i}`));
  const input = placeholder({ shape, dtype: 'float32' }, 'input') as Rows;
  const target = placeholder({ shape, dtype: 'float32' }, 'target') as Rows;
  const [next, { loss }] = subject.step(unflatten(state, places), { input, target });
  return { inputs: [...places, input, target], outputs: [...leaves<AnyTensor>(next), loss] };
};

/** tanh(h·w + b), n times, with the gradient. */
const ofRecurrence = (n: number): Made => {
  const w = placeholder({ shape: [4, 4], dtype: 'float32' }, 'w') as Matrix;
  const b = placeholder({ shape: [4], dtype: 'float32' }, 'b') as Tensor<readonly [4]>;
  const unrolled = (p: { readonly w: Matrix; readonly b: Tensor<readonly [4]> }): Tensor<readonly []> =>
    sum(times(n, (h: Matrix) => tanh(add(matmul(h, p.w), p.b)), full([4, 4], 0.1)));
  const { w: dw, b: db } = gradient(unrolled)({ w, b });
  return { inputs: [w, b], outputs: [dw, db] };
};

export const families: Readonly<Record<string, (n: number) => Made>> = {
  'a chain': (n) => ofVector((x) => times(n, (y: Vector) => add(multiply(y, 0.9), 0.1), x)),
  'a chain, and its gradient': (n) =>
    ofVector((x) => gradient((y: Vector) => sum(times(n, (z: Vector) => tanh(z), y)))(x)),
  'a value used three times in each link': (n) =>
    ofVector((x) => times(n, (y: Vector) => subtract(y, multiply(0.01, multiply(y, multiply(y, y)))), x)),
  'its gradient': (n) =>
    ofVector((x) =>
      gradient((start: Vector) =>
        sum(times(n, (y: Vector) => subtract(y, multiply(0.01, multiply(y, multiply(y, y)))), start)),
      )(x),
    ),
  doubling: (n) => ofVector((x) => times(n, (y: Vector) => add(y, y), x)),
  'every link of a chain handed out': (n) =>
    ofVector((x) => {
      const links: Vector[] = [x];
      for (let i = 0; i < n; i++) links.push(sin(multiply(links[i] ?? x, links[i >> 1] ?? x)));
      return links;
    }),
  'a view of a view, each read': (n) => {
    const x = placeholder({ shape: [1000], dtype: 'float32' }, 'x');
    const found: AnyTensor[] = [];
    times(
      n,
      (view: AnyTensor) => {
        const size = (view.shape[0] ?? 1) - 1;
        const next = slice(view, { start: [1], stop: [size + 1] });
        found.push(sum(sin(next as Vector)));
        return reshape(reshape(next, [1, size]), [size]);
      },
      x,
    );
    return { inputs: [x], outputs: found };
  },
  'pieces put together': (n) =>
    ofVector((x) =>
      concat(
        Array.from({ length: n }, (_, i) => multiply(x, i)),
        0,
      ),
    ),
  'sums over one array': (n) =>
    ofVector((x) => Array.from({ length: n }, (_, i) => sum(sin(multiply(x, i))))),
  'parameters with Adam': ofLeaves,
  layers: ofLayers,
  'an unrolled recurrence with its gradient': ofRecurrence,
  'the gradient through steps of descent': (n) =>
    ofVector((x) =>
      gradient((start: Vector) =>
        cubic(times(n, (w: Vector) => subtract(w, multiply(0.01, gradient(cubic)(w))), start)),
      )(x),
    ),
  'a loop with many parts of its state, and its gradient': (n) =>
    ofVector((x) => {
      const state = Array.from({ length: n }, (_, i) => multiply(x, i));
      const looped = (parts: readonly Vector[]): Tensor<readonly []> => {
        const [last] = scan(
          (before: readonly Vector[]) => [before.map((each) => tanh(each)), {}] as const,
          parts,
          {},
          { length: 3 },
        );
        return last.map((each) => sum(each)).reduce((a, b) => add(a, b));
      };
      return gradient(looped)(state);
    }),
};

/** Where what each item costs by itself hides at small sizes what it costs beside all others. */
const LARGER: Readonly<Record<string, number>> = {
  'parameters with Adam': 150,
  'a view of a view, each read': 150,
};

/** The smallest of the three sizes at which a family is compiled. */
export const sizeOf = (name: string): number => LARGER[name] ?? 24;
