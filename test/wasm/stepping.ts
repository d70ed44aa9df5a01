/** A process that steps with workers, and then has nothing more to do. Its argument: how many numbers a step has. */
import { type Tensor, wasm } from 'paralens';
import { compileChecked, trace } from 'paralens/program';
import { tanh } from 'paralens/operation';

const size = Number(process.argv[2]);
const program = trace((x) => tanh(x as Tensor), [{ shape: [size], dtype: 'float32' }], 0);
const machine = compileChecked(wasm({ threads: 3 }), program).start([]);
for (let i = 0; i < 50; i++) machine.step([new Float32Array(size)]);
console.log('done');
