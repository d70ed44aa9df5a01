/** jax-js on its WebAssembly backend, which in Node is one thread. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { GEMMS, gemmName, gigaflops, matrix, median, say, timesOf, wanted } from './protocol.mjs';

const ENGINE = 'jax-js wasm';
const of = (data, shape) => np.array(data).reshape(shape);

for (const size of GEMMS.filter((each) => wanted(gemmName(each)))) {
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

if (wanted('mnist step')) {
  const mnist = await timesOf(trainer(128, 784, 512, 10, rmsprop), { seconds: 3 });
  say(ENGINE, 'mnist step', 'step, median', median(mnist), 'ms');
}
for (const batch of [1, 32].filter((size) => wanted(`tiny step, batch ${size}`))) {
  const times = await timesOf(trainer(batch, 4, 16, 3, sgd), { warmUp: 200 });
  say(ENGINE, `tiny step, batch ${batch}`, 'rate', 1000 / median(times), 'steps/s');
}

/** A training step by gradient descent of parameters by name, on a loss of parameters and batch. */
const descent = (shapes, loss, ...batch) => {
  const names = Object.keys(shapes);
  const step = jit((p, ...data) => {
    const refs = Object.fromEntries(names.map((name) => [name, p[name].ref]));
    const [value, g] = valueAndGrad(loss)(refs, ...data);
    return [value, Object.fromEntries(names.map((name) => [name, p[name].sub(g[name].mul(0.01))]))];
  });
  let p = Object.fromEntries(
    names.map((name) => [name, of(matrix(1, shapes[name].reduce((n, size) => n * size, 1), 0.05), shapes[name])]),
  );
  return async () => {
    const [value, next] = step(p, ...batch.map((each) => each.ref));
    p = next;
    await value.data();
  };
};

const oneHot = (rows, classes) =>
  of(
    Float32Array.from({ length: rows * classes }, (_, i) => Number(i % classes === Math.floor(i / classes) % classes)),
    [rows, classes],
  );

const crossEntropy = (logits, y, rows) => nn.logSoftmax(logits, -1).mul(y).sum().mul(-1 / rows);

if (wanted('wide perceptron step')) {
  const layers = [1, 2, 3];
  const shapes = { w4: [1024, 10], b4: [10] };
  for (const i of layers) Object.assign(shapes, { [`w${i}`]: [1024, 1024], [`b${i}`]: [1024] });
  const loss = (p, x, y) => {
    const h = layers.reduce((a, i) => np.maximum(np.matmul(a, p[`w${i}`]).add(p[`b${i}`]), 0), x);
    return crossEntropy(np.matmul(h, p.w4).add(p.b4), y, 256);
  };
  const step = descent(shapes, loss, of(matrix(256, 1024), [256, 1024]), oneHot(256, 10));
  say(ENGINE, 'wide perceptron step', 'step, median', median(await timesOf(step, { seconds: 4, warmUp: 2 })), 'ms');
}

if (wanted('transformer step, SGD')) {
  const [B, T, W, H, V] = [32, 64, 128, 4, 64];
  const blocks = [0, 1, 2, 3];
  const shapes = { table: [V, W], places: [T, W], s: [W], o: [W], head: [W, V], headBias: [V] };
  for (const i of blocks)
    Object.assign(shapes, {
      [`s1${i}`]: [W], [`o1${i}`]: [W], [`s2${i}`]: [W], [`o2${i}`]: [W],
      [`qkv${i}`]: [W, 3 * W], [`qkvBias${i}`]: [3 * W], [`out${i}`]: [W, W], [`outBias${i}`]: [W],
      [`up${i}`]: [W, 4 * W], [`upBias${i}`]: [4 * W], [`down${i}`]: [4 * W, W], [`downBias${i}`]: [W],
    });
  const normalized = (x, s, o) => nn.standardize(x, -1).mul(s).add(o);
  const loss = (p, x, y, future) => {
    let a = np.matmul(x, p.table).reshape([B, T, W]).add(p.places);
    for (const i of blocks) {
      const n = normalized(a.ref, p[`s1${i}`], p[`o1${i}`]).reshape([B * T, W]);
      const qkv = np.matmul(n, p[`qkv${i}`]).add(p[`qkvBias${i}`]).reshape([B, T, 3, H, W / H]);
      const [q, k, v] = np.split(qkv, 3, 2).map((each) => each.reshape([B, T, H, W / H]));
      const [qh, kh, vh] = [q, k, v].map((each) => np.permuteDims(each, [0, 2, 1, 3]));
      const scores = np.matmul(qh, np.permuteDims(kh, [0, 1, 3, 2])).mul((W / H) ** -0.5).add(future.ref);
      const seen = np.permuteDims(np.matmul(nn.softmax(scores, -1), vh), [0, 2, 1, 3]).reshape([B * T, W]);
      a = a.add(np.matmul(seen, p[`out${i}`]).add(p[`outBias${i}`]).reshape([B, T, W]));
      const m = normalized(a.ref, p[`s2${i}`], p[`o2${i}`]).reshape([B * T, W]);
      const up = nn.gelu(np.matmul(m, p[`up${i}`]).add(p[`upBias${i}`]), { approximate: false });
      a = a.add(np.matmul(up, p[`down${i}`]).add(p[`downBias${i}`]).reshape([B, T, W]));
    }
    future.dispose();
    const last = normalized(a, p.s, p.o).reshape([B * T, W]);
    return crossEntropy(np.matmul(last, p.head).add(p.headBias), y, B * T);
  };
  const mask = of(Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e9 : 0)), [T, T]);
  const step = descent(shapes, loss, oneHot(B * T, V), oneHot(B * T, V), mask);
  const times = await timesOf(step, { seconds: 5, warmUp: 1 });
  say(ENGINE, 'transformer step, SGD', 'step, median', median(times), 'ms');
}
process.exit(0);
