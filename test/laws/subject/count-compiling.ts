/**
 * Counts what compiling each family costs, and prints it as JSON. A process of its own: blocks are counted of what is
 * loaded after the counting has begun, and tests share the modules of their worker.
 */
import { countingVisits } from './visits.js';

const visitsOf = countingVisits();
const { compile, dense, evaluate, key, learner, meanSquaredError, sgd, wasm } = await import('paralens');
const { compileChecked, force, reference, traceTensors } = await import('paralens/program');
const { full, uniform } = await import('paralens/operation');
const { families, sizeOf } = await import('./compile-families.js');

const growth = [wasm(), reference()].flatMap((backend) =>
  Object.entries(families).map(([name, make]) => {
    const cost = (n: number): number =>
      visitsOf(() => {
        const { inputs, outputs } = make(n);
        compileChecked(backend, traceTensors(inputs, outputs)).print();
      });
    // What is done once, such as tables.
    cost(1);
    const size = sizeOf(name);
    return { backend: backend.name, name, size, costs: [cost(size), cost(2 * size), cost(4 * size)] };
  }),
);

const xor = learner({ model: dense(3, 1), loss: meanSquaredError(), update: sgd() });

/** A prediction of one state and another. */
const backend = wasm();
const predictions = [1, 2].map((seed) =>
  visitsOf(() => {
    const state = xor.init(key(seed));
    evaluate(xor.predict(force(state), uniform(key(seed), [4, 3])), { backend });
  }),
);

/** Steps of a loop that is compiled. */
const step = compile(xor.step);
const batch = { input: full([4, 3], 0.5), target: full([4, 1], 1) };
let state = force(xor.init(key(1)));
const steps = Array.from({ length: 20 }, () =>
  visitsOf(() => {
    const [next, { loss }] = step(state, batch);
    state = next;
    evaluate(loss);
  }),
);

console.log(JSON.stringify({ growth, predictions, steps }));
