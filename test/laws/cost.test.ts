import {
  compile,
  compose,
  dense,
  evaluate,
  key,
  type Para,
  type Parameters,
  sequential,
  tanh,
  type Tensor,
  tensor,
} from 'paralens';
import { asLens } from 'paralens/lens';
import { defaultBackend, leaves, placeholder, simplify } from 'paralens/program';
import { sum } from 'paralens/operation';
import { check } from 'paralens/laws';
import {
  assertHolds,
  bracketed,
  counted,
  drawing,
  drawPara,
  drawParas,
  linearInDepth,
  oneForwardEach,
  traceLens,
} from 'paralens/laws/kit';
import { expect, test } from 'vitest';

type Square = Para<Parameters, Tensor<readonly [number, 4]>, Tensor<readonly [number, 4]>>;

/** dense and tanh, as deep as asked for. */
const deep = (depth: number): Square => {
  const layers = Array.from({ length: depth }, (): Square =>
    compose(dense(4, 4), tanh<readonly [number, 4]>()),
  );
  return layers.reduce((f, g): Square => sequential(f, g));
};

const like = (model: Square): readonly [Parameters, Tensor<readonly [number, 4]>] => [
  model.init(key(0)),
  placeholder({ shape: [2, 4], dtype: 'float32' }, 'x') as Tensor<readonly [number, 4]>,
];

test('C-1 each layer runs once each way, under every bracketing', () => {
  const example = drawing((sampler) => {
    const layers = Array.from({ length: sampler.integer(1, 12) }, () => counted(drawPara(sampler, 2)));
    const model = bracketed(
      sampler,
      layers.map(({ layer }) => layer),
    );
    const { a, w } = drawParas(sampler);
    return { layers, model, a, w };
  });
  check('C-1', example, ({ layers, model, a, w }) => {
    if (model === undefined) throw new Error('no layers');
    return oneForwardEach(layers, model, { p: model.init(key(0)), a, w, s: model.buffers.init(key(0)) });
  });
});

test('C-1 the cost of forward and backward is linear in the depth', () => {
  const size = (depth: number): number => {
    const model = deep(depth);
    return simplify(traceLens(asLens(model), like(model)).backward).instructions.length;
  };
  assertHolds(linearInDepth('dense and tanh, forward and backward', size, 10));
});

test('C-1 200 layers are traced, differentiated and compiled', () => {
  const model = deep(200);
  const parameters = model.init(key(0));
  const start = performance.now();
  const step = compile((p: Parameters, x: Tensor<readonly [number, 4]>) => {
    const [y, back] = model.run(p, x);
    return [sum(y), back(y)[0]] as const;
  });
  const [value] = step(parameters, tensor([[1, 2, 3, 4]]));
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `200 layers (${leaves(parameters).length} tensors of parameters): traced, differentiated, compiled and run in ${seconds.toFixed(2)} s on ${defaultBackend.name}`,
  );
  expect(Number.isFinite(evaluate(value).data[0])).toBe(true);
});
