/** One call for a user's layer: its backward, its parameters, and its place in a composite. */
import { check } from '../base/runner.js';
import { drawing } from '../arbitrary/draw.js';
import { every, broken, holds, type Verdict } from '../base/verdict.js';
import type { Para, Parameters } from '../../src/lens/para.js';
import { type Key, key } from '../../src/operation/random.js';
import { type ParaArgument, type ParaSpecification, subjectOfPara } from '../map/para-subject.js';
import { sameOutcome } from '../para/same.js';
import { checkSubject, type DifferentiableOptions } from './check-gradient.js';

/** What `init` owes: as many records as `size` says, and from the same key the same bytes. */
export const initLaws = <P extends Parameters, A, B>(
  name: string,
  layer: Para<P, A, B>,
  from: Key,
): Verdict =>
  every([
    () => {
      const made = layer.init(from).length;
      return made === layer.size
        ? holds
        : broken({
            law: 'P-2',
            subject: name,
            what: 'init makes another number of records than size says',
            got: made,
            expected: layer.size,
            hint: 'a composite cuts its parameters where the sizes say',
          });
    },
    () => sameOutcome('P-2', `${name}: init of one key, twice`, layer.init(from), layer.init(from)),
  ]);

/**
 * Holds a layer to the laws: those of `checkGradient` for its result against parameters and input together, and
 * P-2 for its `init`. Parameters are drawn like those that `init` makes. Throws a `LawError` that names the law,
 * the leaf (`parameters.0.kernel`, `input`) and the entry, with the smallest example.
 *
 * @example
 * checkPara(dense(4, 3), { input: { shape: [2, 4] } });
 */
export const checkPara = <P extends Parameters, A, B>(
  layer: Para<P, A, B>,
  specification: ParaSpecification<P, A>,
  options: DifferentiableOptions<ParaArgument<P, A>> = {},
): void => {
  const { name = 'layer' } = options;
  const keys = drawing(({ integer }) => integer(0, 2 ** 30));
  check(name, keys, (seed) => initLaws(name, layer, key(seed)), { ...options, runs: 3, path: undefined });
  checkSubject(subjectOfPara(name, layer, specification), options);
};
