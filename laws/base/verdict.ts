/** What a law says of one example: it holds, it is broken, or it has nothing to say there. */

/** What broke, told so that a person can act on it. */
export interface Finding {
  /** The law's name in the catalogue: `G-1`, `RD.7`. */
  readonly law: string;
  /** What was under test: `tanh`, `dense`. */
  readonly subject: string;
  readonly what: string;
  /** The leaf of the tree: `1.kernel`. */
  readonly path?: string | undefined;
  /** The place within the leaf, row-major. */
  readonly index?: number | undefined;
  readonly got?: number | string | undefined;
  readonly expected?: number | string | undefined;
  readonly tolerance?: number | undefined;
  readonly hint?: string | undefined;
}

export type Verdict =
  | { readonly kind: 'holds' }
  /** The example is one that the law does not speak of, such as a kink; runners count these. */
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'broken'; readonly finding: Finding };

/** A law of examples of one kind. */
export interface Law<T> {
  (example: T): Verdict;
  /** Its name in the catalogue, where it has one. */
  readonly id?: string;
}

export const holds: Verdict = { kind: 'holds' };

export const rejected = (reason: string): Verdict => ({ kind: 'rejected', reason });

export const broken = (finding: Finding): Verdict => ({ kind: 'broken', finding });

/** The first that is broken; if none is, the first that was rejected; if none was, they hold. */
export const every = (parts: readonly (() => Verdict)[]): Verdict => {
  let outcome: Verdict = holds;
  for (const part of parts) {
    const verdict = part();
    if (verdict.kind === 'broken') return verdict;
    if (outcome.kind === 'holds') outcome = verdict;
  }
  return outcome;
};

const part = (name: string, value: number | string | undefined): string =>
  value === undefined ? '' : `, ${name} ${Object.is(value, -0) ? '-0' : value}`;

const place = ({ path, index }: Finding): string => {
  if (path === undefined && index === undefined) return '';
  return ` at ${path ?? ''}${index === undefined ? '' : `[${index}]`}`;
};

/** `G-1 tanh: the slopes differ at input[2], got 0.5, expected 0.25, tolerance 1e-6; hint` */
export const showFinding = (finding: Finding): string => {
  const { law, subject, what, got, expected, tolerance, hint } = finding;
  return [
    `${law} ${subject}: ${what}${place(finding)}`,
    part('got', got),
    part('expected', expected),
    part('tolerance', tolerance),
    hint === undefined ? '' : `; ${hint}`,
  ].join('');
};

/** A law under its name. Throws if it reports a break under another. */
export const law = <T>(id: string, f: (example: T) => Verdict): Law<T> =>
  Object.assign(
    (example: T) => {
      const verdict = f(example);
      if (verdict.kind === 'broken' && verdict.finding.law !== id)
        throw new TypeError(`law ${id} reports ${showFinding(verdict.finding)}`);
      return verdict;
    },
    { id },
  );
