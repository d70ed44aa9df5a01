/** The functions of the whole float32 line, against those of float64. */
import { describe, expect, test } from 'vitest';
import { approximatedPrimitives } from '../../src/tensor/primitive/table.js';
import { run, single, ulps } from './support.js';

const FUNCTIONS = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  expm1: Math.expm1,
  log1p: Math.log1p,
  erf: approximatedPrimitives.erf.of,
  sin: Math.sin,
  cos: Math.cos,
} as const;

type Name = keyof typeof FUNCTIONS;

const applied = (name: Name, x: Float32Array): Float32Array => {
  const spec = { shape: [x.length], dtype: 'float32' } as const;
  return Float32Array.from(run(single(name, [spec], {}, spec), [x])[0] ?? []);
};

/** Every 40,009th float32, as bits: about 107,000 of them, NaN and infinities among them. */
const LINE = new Float32Array(
  Uint32Array.from({ length: Math.floor(2 ** 32 / 40009) }, (_, i) => i * 40009).buffer,
);

const ENDS = Float32Array.of(
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  Number.NaN,
  1e-45,
  -1e-45,
  1.17549435e-38,
  1e-40,
  3.4028235e38,
  -3.4028235e38,
  88.7228,
  88.7229,
  -87.3365,
  -103.97,
  -103.98,
  -104.1,
  0.625,
  Math.SQRT1_2,
  16777216,
  9.01,
  -17,
  0.99999994,
  1.0000001,
);

describe('within 2 ulp', () => {
  for (const name of Object.keys(FUNCTIONS) as readonly Name[])
    test(name, () => {
      for (const line of [LINE, ENDS]) {
        const actual = applied(name, line);
        const far = line.findIndex((x, i) => ulps(actual[i] ?? 0, Math.fround(FUNCTIONS[name](x))) > 2);
        expect({ far, x: line[far], got: actual[far] }).toMatchObject({ far: -1 });
      }
    });
});

test('a value does not depend on its position, nor on its neighbours', () => {
  const values = Float32Array.from({ length: 64 }, (_, i) => (i - 32) * 0.37);
  for (const name of ['exp', 'log', 'tanh', 'sigmoid', 'expm1'] as const) {
    const whole = applied(name, values);
    for (const length of [1, 2, 3, 5, 6, 7]) {
      const shifted = applied(name, values.subarray(5, 5 + length));
      expect(shifted).toEqual(whole.subarray(5, 5 + length));
    }
  }
});
