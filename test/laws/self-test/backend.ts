/** Backends with planted bugs, under a dense layer: tails, digits, buffers, arguments. */
import { type Backend, type Data, dense, wasm } from 'paralens';
import { backendLaws, drawSubject, subjectOfPara } from 'paralens/laws/kit';
import { changedBackend } from './changed-backend.js';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const suspect = (name: string, killedBy: readonly string[], backend: Backend): Suspect =>
  plant(
    `backend: ${name}`,
    killedBy,
    (sampler) => {
      const size = sampler.integer(1, 7);
      return drawSubject(sampler, subjectOfPara('dense', dense(size, 5), { input: { shape: [3, size] } }));
    },
    backendLaws(backend),
  );

/** Every buffer that was ever handed out is the same one. */
const aliasing = (): Backend => {
  const buffers = new Map<string, Data>();
  return changedBackend((run, inputs) =>
    run(inputs).map((data, i) => {
      const key = `${i} of ${data.length}`;
      const buffer = buffers.get(key) ?? data;
      buffer.set(data);
      buffers.set(key, buffer);
      return buffer;
    }),
  );
};

export const backendSuspects: readonly Suspect[] = [
  suspect(
    'sound',
    [],
    changedBackend((run, inputs) => run(inputs)),
  ),
  suspect('sound, in WebAssembly', [], wasm()),
  suspect(
    'the last element of a kernel’s tail',
    ['B-1', 'G-10'],
    changedBackend((run, inputs) =>
      run(inputs).map((data) => data.map((x, i) => (data.length > 4 && i === data.length - 1 ? 2 * x : x))),
    ),
  ),
  suspect(
    'half of the digits',
    ['B-1', 'G-10'],
    changedBackend((run, inputs) => run(inputs).map((data) => data.map((x) => x * (1 + 2 ** -12)))),
  ),
  suspect(
    'an argument written to',
    ['L-6'],
    changedBackend((run, inputs) => {
      const results = run(inputs);
      const [first] = inputs;
      if (first !== undefined && first.length > 0) first[0] = (first[0] ?? 0) + 1;
      return results;
    }),
  ),
  suspect(
    'a buffer that is not cleared between steps',
    ['B-3'],
    changedBackend((run, inputs, calls) =>
      run(inputs).map((data) => data.map((x) => (calls % 3 === 1 ? x + 1 : x))),
    ),
  ),
  suspect('results of all steps in one buffer', ['RD.2'], aliasing()),
];
