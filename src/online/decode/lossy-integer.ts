/** Integers in JSON that no double holds: `JSON.parse` rounds them and says nothing. */

/** Integers of fewer digits are always exact. */
const MAY_LOSE = /(?<![\d.])\d{16,}(?![\d.eE])/;

/** Texts, which are passed over, and numbers. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;

/**
 * The first integer of a text of JSON that would lose digits, if there is one: `9007199254740993` of `[9007199254740993]`.
 * With `written`, those pass that a double is written as, so that its text is read again: `1152921504606847000`, which
 * `JSON.stringify` makes of 2⁶⁰.
 */
export const lossyInteger = (
  json: string,
  { written = false }: { readonly written?: boolean } = {},
): string | undefined => {
  // Nearly all texts have no number that is long enough.
  if (!MAY_LOSE.test(json)) return undefined;
  for (const [token] of json.matchAll(TOKENS)) {
    if (token.length < 16 || !/^-?\d+$/.test(token)) continue;
    const number = Number(token);
    // One that is beyond all doubles is told as a number that is not finite.
    const isExact = !Number.isFinite(number) || BigInt(number) === BigInt(token);
    if (!isExact && !(written && String(number) === token)) return token;
  }
  return undefined;
};
