/** From a raw record to what the model takes, as the run does that learns from such records. */
import { either as E } from 'fp-ts';
import { fail } from '../../error.js';
import { thrown } from '../decode/decoder.js';
import { type ExampleDTypes, type ExampleForm, type Numbers, stacker } from '../run/example.js';
import { misfit, showMisfit } from '../run/example-form.js';
import type { Fold } from '../fold/fold.js';
import type { Json } from '../json.js';

export interface RecordOptions<F extends Json, Q> {
  /**
   * From a record to the numbers that the model takes: a fold whose state is that of the run's `examples`, which makes
   * inputs of records without targets.
   */
  readonly inputs: Fold<F, Q, Numbers>;
  /** As those of the run. */
  readonly dtypes?: ExampleDTypes;
}

/** What of a run's state a record is answered with: the features' state behind a step, and the form of its examples. */
export type RecordState = { readonly features: Json; readonly form: ExampleForm };

/** The input of one record, or why there is none: its features threw, or it has another form than the run's. */
export const inputOf = <F extends Json, Q>(
  { inputs, dtypes = {} }: RecordOptions<F, Q>,
  { features, form }: RecordState,
  record: Q,
): E.Either<string, unknown> => {
  let input: Numbers;
  try {
    // The state of a fold that begins as the run's does: its type says so.
    [, input] = inputs.step(features as F, record);
  } catch (error) {
    return E.left(thrown(error));
  }
  // A record has no target yet, and the model does not look at one.
  const [example, like] = [
    { input, target: 0 },
    { ...form, target: 'number' as const },
  ];
  const found = misfit(like, example, { ...dtypes, target: 'float32' });
  if (found !== undefined) return E.left(showMisfit(found));
  const batch = stacker(like, dtypes)([example]) as { readonly input: unknown };
  return E.right(batch.input);
};

/** Throws if records cannot be predicted: nothing says how, or the steps are not those of an online run. */
export const requireRecords = <T>(operation: string, part: T | undefined, needed: string): T =>
  part ?? fail({ operation, what: 'records cannot be predicted', needed });
