/** From a raw record to the input of the model, as in the run that trains on such records. */
import { either as E } from 'fp-ts';
import { fail } from '../../error.js';
import { thrown } from '../decode/decoder.js';
import { type ExampleDTypes, type ExampleForm, type Numbers, stacker } from '../run/example.js';
import { misfit, showMisfit } from '../run/example-form.js';
import type { Fold } from '../../stream/fold.js';
import type { Json } from '../../tree/tree.js';

export interface RecordOptions<F extends Json, Q> {
  /**
   * A fold from records to inputs of the model. Its state must be that of the run's `examples`, so that records without
   * targets get the same features.
   */
  readonly inputs: Fold<F, Q, Numbers>;
  /** The same option as that of the run. */
  readonly dtypes?: ExampleDTypes;
}

/**
 * The parts of a run's state to predict a record: the state of the features after a step, and the form of the examples.
 */
export type RecordState = { readonly features: Json; readonly form: ExampleForm };

/**
 * The input of one record. Returns the reason as `Left` if its features threw, or if it has another form than those of
 * the run.
 */
export const inputOf = <F extends Json, Q>(
  { inputs, dtypes = {} }: RecordOptions<F, Q>,
  { features, form }: RecordState,
  record: Q,
): E.Either<string, unknown> => {
  let input: Numbers;
  try {
    // The fold has the state type of the run's fold.
    [, input] = inputs.step(features as F, record);
  } catch (error) {
    return E.left(thrown(error));
  }
  // A record has no target yet, and the model does not use one.
  const [example, like] = [
    { input, target: 0 },
    { ...form, target: 'number' as const },
  ];
  const found = misfit(like, example, { ...dtypes, target: 'float32' });
  if (found !== undefined) return E.left(showMisfit(found));
  const batch = stacker(like, dtypes)([example]) as { readonly input: unknown };
  return E.right(batch.input);
};

/** Throws if records cannot be predicted: without `inputs`, or if the steps are not those of an online run. */
export const requireRecords = <T>(operation: string, part: T | undefined, needed: string): T =>
  part ?? fail({ operation, what: 'records cannot be predicted', needed });
