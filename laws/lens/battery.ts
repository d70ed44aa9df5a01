/** L-1 to L-9 of a category of lenses: each asked of lenses, values and changes that are drawn. */
import { every, type Law, law } from '../base/verdict.js';
import { associativity, composition, identityLaw } from './category.js';
import { type LensCategory, lenses } from './lens-category.js';
import { associator, interchange, pentagon, symmetry, units } from './monoidal.js';
import { type LensExample, lensOf } from './random-lens.js';
import { pureLens, reentrantLens, residualForm } from './residual.js';

/** L-4, L-5 and L-6 are asked of composites and pairs: of what the category makes. */
export const lensLaws = (category: LensCategory = lenses): readonly Law<LensExample>[] => [
  law('L-1', ({ f, values: [a], changes: [db] }) => identityLaw(f, { a, db }, category)),
  law('L-2', ({ f, g, h, values: [a], changes: [db] }) => associativity(f, g, h, { a, db }, category)),
  law('L-3', ({ f, g, values: [a], changes: [db] }) => composition(f, g, { a, db }, category)),
  law('L-4', ({ f, g, values: [a], changes: [db] }) => residualForm(category.compose(f, g), { a, db })),
  law('L-5', ({ f, g, values: [a, elsewhere], changes: [db, other] }) =>
    reentrantLens(category.compose(f, g), { a, db }, other, elsewhere),
  ),
  law('L-6', ({ f, g, values, changes }) => {
    const one = category.parallel(f, g);
    const each = lensOf<readonly [number, number], readonly [number, number]>(
      (pair) => one.run(pair)[0],
      (pair, back) => one.run(pair)[1](back),
    );
    const [a, b] = values;
    const [da, db] = changes;
    return pureLens(each, { a: [a, b], db: [da, db] });
  }),
  law('L-7', ({ f, g, h, k, values: [a, d], changes: [dc, df] }) =>
    interchange(f, g, h, k, { a: [a, d], db: [dc, df] }, category),
  ),
  law('L-8', (example) =>
    every([
      () => associator([example.f, example.g, example.h], example, category),
      () => units(example.f, example, category),
      () => pentagon(example, category),
    ]),
  ),
  law('L-9', (example) => symmetry([example.f, example.g], example, category)),
];
