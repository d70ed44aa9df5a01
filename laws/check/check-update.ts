/** One call for a user's optimizer: is it a pure function of its state that treats parameters as it should? */
import { drawing } from '../arbitrary/draw.js';
import { check, type CheckOptions } from '../base/runner.js';
import type { Law } from '../base/verdict.js';
import type { Update } from '../../src/update/update.js';
import { drawUpdate, type ParameterSpecifications, type UpdateAtPoint } from '../update/random-update.js';
import { type UpdateBattery, updateLaws } from './update-battery.js';

export interface UpdateOptions extends CheckOptions, UpdateBattery {
  /** What it is called in messages. */
  readonly name?: string | undefined;
  /** More laws, of every example. */
  readonly laws?: readonly Law<UpdateAtPoint>[] | undefined;
}

/**
 * Holds an update to the laws (`updateLaws`) over drawn trees of parameters, gradients and the states that they
 * lead to; over trees like `specifications` where they are given. What kind of update it is, where that matters,
 * is said by `scope`, `decays`, `memoryless`, `linear`, `exact`, `ahead`, `still`, `corrected` and `withRate`. Throws a `LawError` that
 * names the law, the leaf and the entry, with the smallest example.
 *
 * @example
 * checkUpdate(adam({ learningRate: 0.01 }), undefined, { name: 'adam' });
 */
export const checkUpdate = (
  update: Update,
  specifications?: ParameterSpecifications,
  options: UpdateOptions = {},
): void => {
  const { name = 'update', laws = [], runs = 10 } = options;
  const example = drawing((sampler) => drawUpdate(sampler, { name, update }, specifications));
  check(name, example, [...updateLaws(options), ...laws], { ...options, runs });
};
