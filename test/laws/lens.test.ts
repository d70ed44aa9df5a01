import { scalar, tensor, type Tensor } from 'paralens';
import { differentiate, evaluate } from 'paralens';
import {
  associativity,
  associator,
  check,
  composition,
  drawing,
  drawLenses,
  every,
  identityLaw,
  interchange,
  type LensExample,
  lensOf,
  pentagon,
  pureLens,
  reentrantLens,
  residualForm,
  symmetry,
  units,
  type Verdict,
} from 'paralens/laws';
import { multiply, sum, tanh } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const laws: { readonly [id: string]: (example: LensExample) => Verdict } = {
  'L-1 identity': ({ f, values: [a], changes: [db] }) => identityLaw(f, { a, db }),
  'L-2 associativity': ({ f, g, h, values: [a], changes: [db] }) => associativity(f, g, h, { a, db }),
  'L-3 composition': ({ f, g, values: [a], changes: [db] }) => composition(f, g, { a, db }),
  'L-4 residual form': ({ f, values: [a], changes: [db] }) => residualForm(f, { a, db }),
  'L-5 re-entrancy': ({ f, values: [a], changes: [db, other] }) => reentrantLens(f, { a, db }, other),
  'L-6 purity': ({ f, values, changes }) => {
    const each = lensOf<readonly number[], readonly number[]>(
      (numbers) => numbers.map((x) => f.run(x)[0]),
      (numbers, back) => numbers.map((x, i) => f.run(x)[1](back[i] ?? 0)),
    );
    return pureLens(each, { a: values, db: changes });
  },
  'L-7 interchange': ({ f, g, h, k, values: [a, d], changes: [dc, df] }) =>
    interchange(f, g, h, k, { a: [a, d], db: [dc, df] }),
  'L-8 associator, units, triangle, pentagon': (example) => {
    const { f, g, h } = example;
    return every([() => associator([f, g, h], example), () => units(f, example), () => pentagon(example)]);
  },
  'L-9 symmetry': (example) => symmetry([example.f, example.g], example),
};

describe('lenses are a symmetric monoidal category', () => {
  test.each(Object.entries(laws))('%s', (name, law) => {
    check(name, drawing(drawLenses), law, { runs: 200 });
  });
});

describe('the suite can fail', () => {
  test('L-5: a residual that is used up', () => {
    const consumed = {
      run: (a: number) => {
        let uses = 0;
        return [a, (db: number) => db + uses++] as const;
      },
    };
    expect(() => {
      check('consumed', drawing(drawLenses), ({ values: [a], changes: [db, other] }) =>
        reentrantLens(consumed, { a, db }, other),
      );
    }).toThrow(/^L-5 lens: the second time/);
  });

  test('L-6: an argument that is written to', () => {
    const writing = lensOf<number[], number>(
      (a) => (a[0] = Math.max(...a) + 1),
      (a, db) => a.map(() => db),
    );
    expect(() => {
      check('writing', drawing(drawLenses), ({ values, changes: [db] }) =>
        pureLens(writing, { a: [...values], db }),
      );
    }).toThrow(/^L-6 lens: an argument has been written to at a\.\d/);
  });
});

test('L-6: evaluating leaves the data of a tensor alone', () => {
  const given = Float32Array.of(1, -2, 3);
  const x: Tensor<readonly [3]> = tensor(given, [3]);
  const [y, back] = differentiate((a: Tensor<readonly [3]>) => sum(multiply(tanh(a), a))).run(x);
  evaluate([y, back(scalar(1))]);
  expect([...given]).toEqual([1, -2, 3]);
  expect([...evaluate(x).data]).toEqual([1, -2, 3]);
});
