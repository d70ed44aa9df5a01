/** Programs of matrix products, and factors on which every order of a sum gives the same. */
import { builder } from '../../src/graph/builder.js';
import type { KernelName, Program, SomeOperation } from '../../src/graph/program.js';
import type { DType } from '../../src/tensor/dtype.js';
import type { Shape } from '../../src/tensor/shape.js';
import { randomOf } from '../random-of.js';
import { fill, single } from './support.js';

type Sizes = Readonly<Record<string, number>>;

const shapeOf = (word: string, sizes: Sizes): Shape => word.split('').map((letter) => sizes[letter] ?? 1);

export const programOf = (words: string, sizes: Sizes, dtype: DType = 'float32'): Program => {
  const [left = '', right = '', out = ''] = words.split(/,|->/);
  const inputs = [left, right].map((word) => ({ shape: shapeOf(word, sizes), dtype }));
  return single('contract', inputs, { left, right, out }, { shape: shapeOf(out, sizes), dtype });
};

export const wholeNumbers = (program: Program, seed: number): readonly (Float32Array | Int32Array)[] => {
  const random = randomOf(seed);
  return program.inputs.map((spec) => {
    const data = fill(random, { ...spec, low: -4, high: 4 });
    return spec.dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data, Math.round);
  });
};

export const WORDS = [
  'ik,kj->ij',
  'ki,kj->ij',
  'ik,jk->ij',
  'ki,jk->ij',
  'ik,kj->ji',
  'ki,jk->ji',
  'bik,bkj->bij',
  'bik,bjk->bij',
  'ibk,kbj->bij',
  'ibk,kbj->ibj',
  'bik,kj->bij',
  'ik,bkj->bij',
  'ik,bkj->ibj',
  'ikl,lkj->ij',
  'ikl,lkj->ji',
  'bikl,blkj->ibj',
  'kbi,ib->bk',
];

/** A dense layer: the product, its bias broadcast along the rows, relu. */
export const layer = (rows: number, inner: number, columns: number): Program => {
  const { add, instructions } = builder();
  const float = { dtype: 'float32', path: '' } as const;
  const out = [rows, columns];
  const operation = (name: KernelName, attributes: object, inputs: readonly number[], shape: Shape): number =>
    add({ ...float, kind: 'operation', name, attributes, inputs, shape } as SomeOperation);
  const x = add({ ...float, kind: 'input', position: 0, shape: [rows, inner] });
  const kernel = add({ ...float, kind: 'input', position: 1, shape: [inner, columns] });
  const bias = add({ ...float, kind: 'input', position: 2, shape: [columns] });
  const zero = add({ ...float, kind: 'constant', data: Float32Array.of(0), exact: 0, shape: [] });
  const product = operation('contract', { left: 'ik', right: 'kj', out: 'ij' }, [x, kernel], out);
  const spread = operation('broadcast', { shape: out, axes: [1] }, [bias], out);
  const floor = operation('broadcast', { shape: out, axes: [] }, [zero], out);
  const sum = operation('add', {}, [product, spread], out);
  const relu = operation('maximum', {}, [sum, floor], out);
  const inputs = [[rows, inner], [inner, columns], [columns]].map((shape) => ({
    shape,
    dtype: 'float32' as const,
  }));
  return { inputs, instructions, outputs: [relu], checks: [], carried: 0 };
};

/** A state to which each step adds the product of two square matrices. */
export const accumulator = (size: number): Program => {
  const { add, instructions } = builder();
  const shape = [size, size];
  const common = { dtype: 'float32', path: '', shape } as const;
  const [state, left, right] = [0, 1, 2].map((position) => add({ ...common, kind: 'input', position }));
  const attributes = { left: 'ik', right: 'kj', out: 'ij' };
  const inputs = [left ?? 0, right ?? 0];
  const product = add({ ...common, kind: 'operation', name: 'contract', attributes, inputs });
  const sum = add({
    ...common,
    kind: 'operation',
    name: 'add',
    attributes: {},
    inputs: [state ?? 0, product],
  });
  const specs = [0, 1, 2].map(() => ({ shape, dtype: 'float32' as const }));
  return { inputs: specs, instructions, outputs: [sum, product], checks: [], carried: 1 };
};
