/** jax-js on its WebAssembly backend, which in Node is one thread. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { GEMMS, gemmName, gigaflops, matrix, median, say, timesOf } from './protocol.mjs';

const ENGINE = 'jax-js wasm';
const of = (data, shape) => np.array(data).reshape(shape);

for (const size of GEMMS) {
  const [m, k, n] = size;
  const [a, b] = [of(matrix(m, k), [m, k]), of(matrix(k, n), [k, n])];
  const times = await timesOf(async () => void (await np.matmul(a.ref, b.ref).data()));
  say(ENGINE, gemmName(size), 'rate', gigaflops(size, median(times)), 'GFLOP/s');
}

/** A training step of inputs→hidden relu→outputs; the state is taken and given back by reference counts. */
const trainer = (batch, inputs, hidden, outputs, update) => {
  const names = ['w1', 'b1', 'w2', 'b2'];
  const shapes = { w1: [inputs, hidden], b1: [hidden], w2: [hidden, outputs], b2: [outputs] };
  const tree = (scale) =>
    Object.fromEntries(
      names.map((name) => {
        const [rows, columns = 1] = shapes[name];
        return [name, of(matrix(rows, columns, scale), shapes[name])];
      }),
    );
  const loss = (p, x, y) => {
    const h = np.maximum(np.matmul(x, p.w1).add(p.b1), 0);
    return nn.logSoftmax(np.matmul(h, p.w2).add(p.b2), -1).mul(y).sum().mul(-1 / batch);
  };
  const step = jit((p, s, x, y) => {
    const refs = Object.fromEntries(names.map((name) => [name, p[name].ref]));
    const [value, g] = valueAndGrad(loss)(refs, x, y);
    const next = names.map((name) => update(p[name], s[name], g[name]));
    return [
      value,
      Object.fromEntries(names.map((name, i) => [name, next[i][0]])),
      Object.fromEntries(names.map((name, i) => [name, next[i][1]])),
    ];
  });
  let [p, s] = [tree(0.05), tree(0)];
  const x = of(matrix(batch, inputs), [batch, inputs]);
  const y = of(
    Float32Array.from({ length: batch * outputs }, (_, i) => Number(i % outputs === Math.floor(i / outputs) % outputs)),
    [batch, outputs],
  );
  return async () => {
    const [value, nextP, nextS] = step(p, s, x.ref, y.ref);
    [p, s] = [nextP, nextS];
    await value.data();
  };
};

const rmsprop = (p, s, g) => {
  const square = s.mul(0.9).add(g.ref.mul(g.ref).mul(0.1));
  return [p.sub(g.mul(1e-3).div(np.sqrt(square.ref).add(1e-7))), square];
};
const sgd = (p, s, g) => [p.sub(g.mul(0.01)), s];

const mnist = await timesOf(trainer(128, 784, 512, 10, rmsprop), { seconds: 3 });
say(ENGINE, 'mnist step', 'step, median', median(mnist), 'ms');
for (const batch of [1, 32]) {
  const times = await timesOf(trainer(batch, 4, 16, 3, sgd), { warmUp: 200 });
  say(ENGINE, `tiny step, batch ${batch}`, 'rate', 1000 / median(times), 'steps/s');
}
process.exit(0);
