/** The error class of the library, for mistakes of programmers. */

/** The parts of an error message: `when: path: operation: what, got …, needed …; hint`. */
export interface Mistake {
  /** The public name of the operation: `dense`, `add`, `batches`. */
  readonly operation: string;
  readonly what: string;
  readonly got?: string | undefined;
  readonly needed?: string;
  readonly hint?: string;
  /** The time in a run, such as `step 3`. */
  readonly when?: string;
  /** The path in the model, outermost first. */
  readonly path?: readonly string[];
  /** Whether the data are wrong and not the program, such as a label out of range. */
  readonly isInData?: true;
}

const message = ({ when, path = [], operation, what, got, needed, hint }: Mistake): string =>
  [
    when === undefined ? '' : `${when}: `,
    path.length > 0 ? `${path.join('.')}: ` : '',
    `${operation}: ${what}`,
    got === undefined ? '' : `, got ${got}`,
    needed === undefined ? '' : `, needed ${needed}`,
    hint === undefined ? '' : `; ${hint}`,
  ].join('');

/**
 * A programmer's mistake, with the layer path, the operation, what it got, what it needed and a hint.
 *
 * @example
 * try { tensor([[1, 2], [3]]); } catch (error) { error instanceof ParalensError; } // true
 */
export class ParalensError extends Error {
  override readonly name = 'ParalensError';
  readonly mistake: Mistake;

  constructor(mistake: Mistake, options?: ErrorOptions) {
    super(message(mistake), options);
    this.mistake = mistake;
  }
}

/** Throws the mistake. It is an expression, so that a function can end with it. */
export const fail = (mistake: Mistake): never => {
  throw new ParalensError(mistake);
};

/** The same error, with `segment` added to the front of its path. */
export const withSegment = (segment: string, error: unknown): unknown => {
  if (!(error instanceof ParalensError)) return error;
  const { mistake } = error;
  return new ParalensError({ ...mistake, path: [segment, ...(mistake.path ?? [])] }, { cause: error });
};

/** The same error, with its time in a run. */
export const withTime = (when: string, error: unknown): unknown =>
  error instanceof ParalensError ? new ParalensError({ ...error.mistake, when }, { cause: error }) : error;

/** Runs `body`, and adds `segment` to the front of the path of its errors. */
export const within = <T>(segment: string, body: () => T): T => {
  try {
    return body();
  } catch (error) {
    throw withSegment(segment, error);
  }
};

/** A list of sizes as text: `[128, 784]`. */
export const showShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
