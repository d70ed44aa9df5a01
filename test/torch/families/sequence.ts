/** Embedding and attention. */
import * as paralens from 'paralens';
import { caseOf, type Draws, type Family, type Fitting, type Input } from '../case.js';

const projections = ['query', 'key', 'value', 'output'] as const;

/** Kernels and biases of four projections, by name. */
const weights = (width: number): Readonly<Record<string, Input>> =>
  Object.fromEntries(
    projections.flatMap((name) => [
      [`${name}Kernel`, { shape: [width, width] }],
      [`${name}Bias`, { shape: [width] }],
    ]),
  );

const parametersOf = (inputs: Readonly<Record<string, Fitting>>): paralens.AttentionParameters<number> => {
  const part = (name: string): paralens.DenseParameters<number, number> => {
    const [kernel, bias] = [inputs[`${name}Kernel`], inputs[`${name}Bias`]];
    if (kernel === undefined || bias === undefined) throw new TypeError(`no ${name}`);
    return { kernel, bias };
  };
  return { query: part('query'), key: part('key'), value: part('value'), output: part('output') };
};

const sizes = ({ integer }: Draws) => {
  const heads = integer(1, 3);
  return { batch: integer(1, 3), time: integer(1, 4), heads, width: heads * integer(1, 3) };
};

type Cell = paralens.Cell<readonly [never], unknown, Fitting, paralens.Tensor>;

/** A cell over time, in the words of PyTorch: what it gives at each place. */
const overTime =
  (gates: number, made: (inputs: number, units: number) => unknown, recurrentBias: boolean): Family =>
  (draws) => {
    const [inputs, units] = [draws.integer(1, 3), draws.integer(1, 3)];
    const reverse = draws.pick([true, false]);
    const layer = paralens.recurrentSequence(made(inputs, units) as Cell as never, { reverse });
    const vector = { shape: [gates * units] };
    const inputsOf: Readonly<Record<string, Input>> = {
      x: { shape: [draws.integer(1, 3), draws.integer(1, 4), inputs] },
      kernel: { shape: [inputs, gates * units] },
      recurrentKernel: { shape: [units, gates * units] },
      bias: vector,
      ...(recurrentBias && { recurrentBias: vector }),
    };
    return caseOf({
      options: { reverse },
      inputs: inputsOf,
      f: ({ x, ...parameters }) => layer.run([parameters as never], x as Fitting)[0],
    });
  };

export const sequences: { readonly [name: string]: Family } = {
  simpleCell: overTime(1, paralens.simpleCell, false),
  gruCell: overTime(3, paralens.gruCell, true),
  lstmCell: overTime(4, paralens.lstmCell, false),
  embedding: ({ integer }) => {
    const [words, width] = [integer(1, 6), integer(1, 4)];
    return caseOf({
      inputs: {
        x: { shape: [integer(1, 3), integer(1, 4)], dtype: 'int32', low: 0, high: words - 1 },
        table: { shape: [words, width] },
      },
      f: ({ x, table }) => paralens.embedding(words, width).run([{ table }], x)[0],
    });
  },
  selfAttention: (draws) => {
    const { batch, time, heads, width } = sizes(draws);
    const causal = draws.pick([true, false]);
    return caseOf({
      options: { heads, causal },
      inputs: { x: { shape: [batch, time, width] }, ...weights(width) },
      f: ({ x, ...inputs }) =>
        paralens.selfAttention(width, heads, { causal }).run([parametersOf(inputs)], x)[0],
    });
  },
  crossAttention: (draws) => {
    const { batch, time, heads, width } = sizes(draws);
    return caseOf({
      options: { heads, causal: false },
      inputs: {
        x: { shape: [batch, time, width] },
        memory: { shape: [batch, draws.integer(1, 4), width] },
        ...weights(width),
      },
      f: ({ x, memory, ...inputs }) =>
        paralens.crossAttention(width, heads).run([parametersOf(inputs)], [x, memory])[0],
    });
  },
};
