/** One call for a user's layer: its backward, its parameters, and its place in a composite. */
import { begun, check, type CheckOptions, LawError } from '../base/runner.js';
import { drawing } from '../arbitrary/draw.js';
import { drawCotangent, drawData } from '../arbitrary/point.js';
import { specified } from '../arbitrary/specification.js';
import { every, broken, holds, law, type Verdict } from '../base/verdict.js';
import { type RowExample, rowsApart } from '../equivariance/rows.js';
import { showShape } from '../../src/error.js';
import type { Buffers, Initial, Para, Parameters } from '../../src/lens/para.js';
import { type Key, key } from '../../src/operation/random.js';
import { leaves } from '../../src/tree/tree.js';
import { float64 } from '../map/engine.js';
import type { Subject } from '../map/subject.js';
import type { Place, Vector } from '../map/vector.js';
import { type ParaArgument, type ParaSpecification, subjectOfPara } from '../map/para-subject.js';
import { sameOutcome } from '../para/same.js';
import {
  checkContinuous,
  checkSubject,
  type ContinuityOptions,
  type DifferentiableOptions,
} from './check-gradient.js';

/** What `init` owes, of parameters and of buffers: as many records as `size` says, and from the same key the same bytes. */
export const initLaws = <R extends readonly unknown[]>(name: string, layer: Initial<R>, from: Key): Verdict =>
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
            hint: 'a composite cuts its parameters and buffers where the sizes say',
          });
    },
    () => sameOutcome('P-2', `${name}: init of one key, twice`, layer.init(from), layer.init(from)),
  ]);

export interface ParaOptions<P, A> extends DifferentiableOptions<ParaArgument<P, A>>, ContinuityOptions {
  /**
   * Whether the examples of a batch must not look at each other, as in every layer but those that normalize over
   * the batch: law E-1. Every tensor of the input and of the result begins with the batch axis, of 2 or more.
   */
  readonly independentRows?: boolean | undefined;
}

/** E-1 of a layer over a batch: each row by itself, whatever stands in the others. */
const checkRows = (subject: Subject, inputs: number, options: CheckOptions): void => {
  const map = subject.on(float64);
  const places = [...map.domain.slice(0, inputs), ...map.codomain];
  const rows = places[0]?.shape[0] ?? 0;
  const other = places.find(({ shape }) => shape[0] !== rows);
  if (rows < 2 || other !== undefined)
    throw new LawError(
      `${subject.name}: independentRows: every tensor of the input and the result must begin with one batch axis of 2 or more, got ${showShapes(places)}; give an input such as { shape: [4, …] }`,
    );
  const example = drawing((sampler): RowExample => {
    const draw = (): Vector => subject.ranges.map((range) => drawData(sampler, range));
    const [w, otherW] = [drawCotangent(sampler, map.codomain), drawCotangent(sampler, map.codomain)];
    return { x: draw(), other: draw(), w, otherW, rows, row: sampler.integer(0, rows - 1), leaves: inputs };
  });
  check(
    subject.name,
    example,
    law('E-1', (at) => rowsApart(map, at)),
    { ...options, path: undefined },
  );
};

const showShapes = (places: readonly Place[]): string =>
  places.map(({ path, shape }) => `${path === '' ? 'result' : path} ${showShape(shape)}`).join(', ');

/**
 * Holds a layer to the laws: those of `checkGradient` for its result against parameters and input together, when it
 * learns and when it predicts, and P-2 for its `init`; with `independentRows` also E-1; where it is small, that it has no
 * jumps, G-11. Parameters are drawn like those that `init` makes; buffers are those before the first step. Throws a `LawError` that names the
 * law, the leaf (`parameters.0.kernel`, `input`) and the entry, with the smallest example.
 *
 * @example
 * checkPara(dense(4, 3), { input: { shape: [2, 4] } });
 */
export const checkPara = <P extends Parameters, A, B, S extends Buffers>(
  layer: Para<P, A, B, S>,
  specification: ParaSpecification<P, A>,
  options: ParaOptions<P, A> = {},
): void => {
  const { name = 'layer', independentRows = false } = options;
  const timed = begun(options);
  const keys = drawing(({ integer }) => integer(0, 2 ** 30));
  const once = { ...timed, path: undefined };
  check(name, keys, (seed) => initLaws(name, layer, key(seed)), { ...once, runs: 3 });
  check(name, keys, (seed) => initLaws(`${name}: buffers`, layer.buffers, key(seed)), { ...once, runs: 3 });
  if (layer.buffers.size > 0)
    checkSubject(
      subjectOfPara(`${name}: evaluation`, layer.evaluation(...layer.buffers.init(key(0))), specification),
      timed,
    );
  const subject = subjectOfPara(name, layer, specification);
  checkSubject(subject, timed);
  checkContinuous(subject, timed);
  if (independentRows) checkRows(subject, leaves(specified<A>(specification.input).like).length, timed);
};
