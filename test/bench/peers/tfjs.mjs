/** tfjs on its WebAssembly backend, one thread. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { GEMMS, gemmName, gigaflops, matrix, median, say, timesOf, wanted } from './protocol.mjs';

const ENGINE = 'tfjs wasm';
const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
setWasmPaths(`${folder}/`);
setThreadsCount(1);
await tf.setBackend('wasm');
await tf.ready();

for (const size of GEMMS.filter((each) => wanted(gemmName(each)))) {
  const [m, k, n] = size;
  const [a, b] = [tf.tensor(matrix(m, k), [m, k]), tf.tensor(matrix(k, n), [k, n])];
  const times = await timesOf(() => {
    const c = tf.matMul(a, b);
    c.dataSync();
    c.dispose();
  });
  say(ENGINE, gemmName(size), 'rate', gigaflops(size, median(times)), 'GFLOP/s');
}

const trainer = (batch, inputs, hidden, outputs, optimizer) => {
  const variable = (rows, columns) => tf.variable(tf.tensor(matrix(rows, columns, 0.05), columns ? [rows, columns] : [rows]));
  const [w1, w2] = [variable(inputs, hidden), variable(hidden, outputs)];
  const [b1, b2] = [tf.variable(tf.zeros([hidden])), tf.variable(tf.zeros([outputs]))];
  const x = tf.tensor(matrix(batch, inputs), [batch, inputs]);
  const y = tf.oneHot(tf.tensor1d(Int32Array.from({ length: batch }, (_, i) => i % outputs), 'int32'), outputs);
  return () => {
    const value = optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(y, x.matMul(w1).add(b1).relu().matMul(w2).add(b2)),
      true,
    );
    value.dataSync();
    value.dispose();
  };
};
if (wanted('mnist step')) {
  const mnist = await timesOf(trainer(128, 784, 512, 10, tf.train.rmsprop(1e-3, 0.9)), { seconds: 3, warmUp: 3 });
  say(ENGINE, 'mnist step', 'step, median', median(mnist), 'ms');
}
for (const batch of [1, 32].filter((size) => wanted(`tiny step, batch ${size}`))) {
  const times = await timesOf(trainer(batch, 4, 16, 3, tf.train.sgd(0.01)), { warmUp: 100 });
  say(ENGINE, `tiny step, batch ${batch}`, 'rate', 1000 / median(times), 'steps/s');
}
