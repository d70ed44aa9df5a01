/** Why a codec refused a value, in one short line: `$.x[3]: got "abc", needed number`. */
import type { Context, ContextEntry, Errors, ValidationError } from 'io-ts';
import { cut, showPlace } from './unsafe-value.js';

/** The largest length of codec names and values in a reason. */
const MOST = 60;

const tagOf = ({ type }: ContextEntry): unknown => ('_tag' in type ? type._tag : undefined);

/** Whether the key is the number of a branch of a union or intersection, which is not a path in the value. */
const isBranch = (context: Context, i: number): boolean => {
  const above = context[i - 1];
  return above !== undefined && ['UnionType', 'IntersectionType'].includes(String(tagOf(above)));
};

/** The outermost union of which several branches have failed: the union was needed, not a single branch. */
const unionIn = (errors: Errors, { context }: ValidationError): number =>
  context.findIndex(
    (entry, i) =>
      tagOf(entry) === 'UnionType' &&
      errors.some((other) => {
        const [mine, its] = [context[i + 1], other.context[i + 1]];
        return other.context[i]?.type === entry.type && mine?.key !== its?.key;
      }),
  );

const showValue = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null) return 'null';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return cut(JSON.stringify(cut(value, MOST)), MOST);
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : `a ${typeof value}`;
};

/** The reason of the first error, and the number of further errors. */
export const codecReason = (errors: Errors): string => {
  const [first] = errors;
  if (first === undefined) return 'the codec does not say why';
  const union = unionIn(errors, first);
  const context = union < 0 ? first.context : first.context.slice(0, union + 1);
  const last = context.at(-1);
  const place = context
    .map(({ key }) => key)
    .filter((key, i) => key !== '' && !isBranch(context, i))
    .map((key) => (/^\d{1,9}$/.test(key) ? Number(key) : key));
  const needed = cut(last?.type.name ?? 'something else', MOST);
  const own = union < 0 && first.message !== undefined ? ` (${cut(first.message, MOST)})` : '';
  const more = union < 0 && errors.length > 1 ? `; ${errors.length - 1} more` : '';
  return `${cut(showPlace(place), 2 * MOST)}: got ${showValue(last?.actual)}, needed ${needed}${own}${more}`;
};
