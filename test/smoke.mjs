// Imports the built package by its own name under plain node: what a user gets, with no `source` condition,
// no bundler and no TypeScript. It catches what those forgive, such as `fp-ts/function`. Then it trains.
import assert from 'node:assert/strict';
import { from, lastValueFrom } from 'rxjs';

for (const name of [
  'paralens',
  'paralens/operation',
  'paralens/format',
  'paralens/online',
  'paralens/laws',
]) {
  const url = import.meta.resolve(name);
  assert.match(url, /\/dist\/.*index\.js$/, `${name} resolves to ${url}: not to the built package`);
  const exported = Object.keys(await import(name));
  assert.ok(exported.length > 0, `${name} exports nothing`);
  console.log(`${name}: ${exported.length} exports: ${exported.join(', ')}`);
}

const { batches, dense, key, learner, meanSquaredError, sgd, tensor, train } = await import('paralens');
const data = { input: tensor([[1], [2], [3]]), target: tensor([[2], [4], [6]]) };
const line = learner({ model: dense(1, 1), loss: meanSquaredError(), update: sgd({ learningRate: 0.05 }) });
const steps = from(batches(data, { size: 3, epochs: 500 })).pipe(train(line, { key: key(1) }));
const { loss, step } = await lastValueFrom(steps);
assert.ok(loss < 1e-3, `a line through three points is not learned: loss ${loss}`);
console.log(`trained: loss ${loss} after ${step} steps`);
