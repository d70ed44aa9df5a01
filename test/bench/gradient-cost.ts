/** What a gradient costs, in evaluations of the loss alone: perceptrons of several widths, batch 64. */
import {
  type Backend,
  type Data,
  dense,
  evaluate,
  key,
  relu,
  sequential,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
} from 'paralens';
import { compileChecked, force, leaves, trace, unflatten } from 'paralens/program';
import { uniform, valueAndGradient } from 'paralens/operation';
import { type Figure, figureOf, median, timesOf } from './measure.js';

const BATCH = 64;

export const gradientCost = (backend: Backend): readonly Figure[] =>
  [32, 128, 512].flatMap((width) => {
    const size: number = width;
    const model = sequential(dense(size, size), relu(), dense(size, size), relu(), dense(size, 10));
    const parameters = force(model.init(key(1)));
    const parts = leaves<Tensor>(parameters);
    const input = uniform(key(2), [BATCH, size]);
    const target = tensor(
      Float32Array.from({ length: BATCH * 10 }, (_, i) => Number(i % 10 === 0)),
      [BATCH, 10],
    );
    const loss = softmaxCrossEntropy<readonly [number, 10]>();
    const lossAt =
      (x: Tensor<readonly [number, number]>, t: Tensor<readonly [number, 10]>) => (p: typeof parameters) =>
        loss.run([model.run(p, x)[0], t])[0];
    const specs = [
      ...parts,
      { shape: [BATCH, size], dtype: 'float32' as const },
      { shape: [BATCH, 10], dtype: 'float32' as const },
    ];
    const data: readonly Data[] = [...parts, input, target].map((each) => evaluate(each).data);
    const msOf = (what: (f: ReturnType<typeof lossAt>, p: typeof parameters) => unknown): number => {
      // Parameters stay in the machine, and so do the gradients, which an update would read there.
      const count = parts.length;
      const program = trace(
        (...values) => {
          const [x, t] = values.slice(2 * count);
          return [
            ...values.slice(0, count),
            what(lossAt(x as never, t as never), unflatten(parameters, values)),
          ];
        },
        [...parts, ...parts, ...specs.slice(count)],
        2 * count,
      );
      const own = data.slice(0, count);
      const machine = compileChecked(backend, program).start([...own, ...own]);
      const inputs = data.slice(parts.length);
      // Long enough for the engine to have optimized what it runs.
      return median(timesOf(() => void machine.step(inputs), 1000, 1000));
    };
    const forward = msOf((f, p) => [p, f(p)]);
    const both = msOf((f, p) => {
      const [value, gradient] = valueAndGradient(f)(p);
      return [gradient, value];
    });
    const unit = '× the loss alone';
    const count = parts.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    return [
      figureOf(`loss and gradient, width ${width}`, backend)('cost', both / forward, unit),
      // Central differences evaluate the loss twice for each parameter.
      figureOf(`finite differences, width ${width}`, backend)('cost', 2 * count, unit),
    ];
  });
