/** The one error class of the library: a person's mistake, told so that it can be mended. */

/** What an error says: `when: path: operation: what, got …, needed …; hint`. */
export interface Mistake {
  /** The operation that refused, in the user's words: `dense`, `add`, `batches`. */
  readonly operation: string;
  readonly what: string;
  readonly got?: string | undefined;
  readonly needed?: string;
  readonly hint?: string;
  /** When, in a run: `step 3`. */
  readonly when?: string;
  /** Where in the model, outermost first. */
  readonly path?: readonly string[];
  /** The numbers that a program ran on are at fault, and not who wrote it: a label is out of range. */
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

/** Throws the mistake; an expression, so that a rule can end in it. */
export const fail = (mistake: Mistake): never => {
  throw new ParalensError(mistake);
};

/** The same error, with `segment` in front of the path of a mistake. */
export const withSegment = (segment: string, error: unknown): unknown => {
  if (!(error instanceof ParalensError)) return error;
  const { mistake } = error;
  return new ParalensError({ ...mistake, path: [segment, ...(mistake.path ?? [])] }, { cause: error });
};

/** The same error, with when in a run it was. */
export const withTime = (when: string, error: unknown): unknown =>
  error instanceof ParalensError ? new ParalensError({ ...error.mistake, when }, { cause: error }) : error;

/** Runs `body`; a mistake made inside is told with `segment` in front of its path. */
export const within = <T>(segment: string, body: () => T): T => {
  try {
    return body();
  } catch (error) {
    throw withSegment(segment, error);
  }
};

/** A list of sizes as an error shows it: `[128, 784]`. */
export const showShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
