/** C-5: compiling costs as much as there is to compile, counted in visits and in bytes; families of programs. */
import { describe, expect, test } from 'vitest';
import type { AnyTensor, Backend, Learner, Para, Parameters, Tensor } from 'paralens';
import { countingVisits } from './subject/visits.js';

const visitsOf = countingVisits();
// Behind the counter, so that the engine counts every block of it.
const {
  adam,
  compile,
  compileChecked,
  compose,
  dense,
  differentiable,
  evaluate,
  force,
  gradient,
  key,
  learner,
  leaves,
  meanSquaredError,
  placeholder,
  reference,
  relu,
  sgd,
  traceTensors,
  unflatten,
  wasm,
} = await import('paralens');
const { add, concat, full, matmul, multiply, reshape, scan, sin, slice, subtract, sum, tanh, uniform } =
  await import('paralens/operation');
const { assertHolds, growsAsALine } = await import('paralens/laws');

type Vector = Tensor<readonly [3]>;
type Matrix = Tensor<readonly [4, 4]>;
type Rows = Tensor<readonly [number, number]>;

const VECTOR = { shape: [3], dtype: 'float32' } as const;

/** What a program of a family is made from: what goes in, and what comes out. */
interface Made {
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
const ofLearner = <P extends Parameters>(
  subject: Learner<P, Rows, Rows, Rows>,
  shape: readonly number[],
): Made => {
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

const families: Readonly<Record<string, (n: number) => Made>> = {
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
const SIZES: Readonly<Record<string, number>> = {
  'parameters with Adam': 150,
  'a view of a view, each read': 150,
};

const backends: Readonly<Record<string, Backend>> = {
  wasm: wasm(),
  reference: reference(),
};

describe.each(Object.entries(backends))('C-5 on %s', (_, backend) => {
  test.each(Object.entries(families))('%s', (name, make) => {
    const cost = (n: number): number =>
      visitsOf(() => {
        const { inputs, outputs } = make(n);
        compileChecked(backend, traceTensors(inputs, outputs)).print();
      });
    cost(1);
    assertHolds(growsAsALine(name, cost, SIZES[name] ?? 32));
  });
});

describe('what has been compiled is not compiled again', () => {
  const xor = learner({ model: dense(3, 1), loss: meanSquaredError(), update: sgd() });

  test('the same expression over other data, such as a prediction, costs its tracing', () => {
    const backend = wasm();
    const predict = (seed: number): number =>
      visitsOf(() => {
        const state = xor.init(key(seed));
        evaluate(xor.predict(force(state), uniform(key(seed), [4, 3])), { backend });
      });
    const first = predict(1);
    expect(predict(2)).toBeLessThan(first / 3);
  });

  test('a loop of compiled steps costs as much at its end as at its beginning', () => {
    const step = compile(xor.step);
    const batch = { input: full([4, 3], 0.5), target: full([4, 1], 1) };
    let state = force(xor.init(key(1)));
    const costs = Array.from({ length: 20 }, () =>
      visitsOf(() => {
        const [next, { loss }] = step(state, batch);
        state = next;
        evaluate(loss);
      }),
    );
    expect(costs[19]).toBeLessThanOrEqual(1.1 * (costs[2] ?? 0));
  });
});
