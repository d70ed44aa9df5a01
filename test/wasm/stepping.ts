/** A process that steps with workers, and then has nothing more to do. Its argument: how many numbers a step has. */
import { compileChecked, type Tensor, trace, wasm } from 'paralens';
import { tanh } from 'paralens/operation';

const size = Number(process.argv[2]);
const program = trace((x) => tanh(x as Tensor), [{ shape: [size], dtype: 'float32' }], 0);
const machine = compileChecked(wasm({ threads: 3 }), program).start([]);
for (let i = 0; i < 50; i++) machine.step([new Float32Array(size)]);
console.log('done');
