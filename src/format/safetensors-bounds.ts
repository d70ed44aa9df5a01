/**
 * Limits of a header, checked before it is parsed: one pass over its text finds the depth, the number of values and
 * duplicate names, without building any values.
 */

/** The deepest nesting of lists and records; the format needs three levels. */
const DEEPEST = 16;

/** The most values in a header; one tensor has about ten. Parsing this many takes about a second and 200 MB. */
export const MOST_VALUES = 2 ** 21;

/** The index after the string that starts at a quotation mark, or the end of the text for an unclosed string. */
const endOfString = (json: string, start: number): number => {
  let at = start + 1;
  for (;;) {
    const quote = json.indexOf('"', at);
    if (quote < 0) return json.length;
    let before = quote;
    while (json.charCodeAt(before - 1) === 0x5c) before -= 1;
    // An odd number of backslashes escapes the quotation mark, an even number does not.
    if ((quote - before) % 2 === 0) return quote + 1;
    at = quote + 1;
  }
};

/** The name in a string literal. The parser refuses invalid strings later. */
const nameOf = (string: string): string => {
  if (!string.includes('\\')) return string.slice(1, -1);
  try {
    return String(JSON.parse(string));
  } catch {
    return string;
  }
};

/** What is wrong with the text of a header, with the name if a name is wrong. */
export interface OutOfBounds {
  readonly kind: 'header' | 'name';
  readonly message: string;
}

const tooMuch = (message: string): OutOfBounds => ({ kind: 'header', message });

/**
 * The first limit that a text breaks, if any. A name must not occur twice in a record, since parsers differ in which
 * one they keep, nor be `__proto__`; `JSON.parse` reports neither. The text need not be valid JSON.
 */
export const outOfBounds = (json: string): OutOfBounds | undefined => {
  const open: Set<string>[] = [];
  let values = 0;
  let last = '';
  for (let at = 0; at < json.length; at++) {
    if (values > MOST_VALUES) return tooMuch(`more than ${MOST_VALUES} values`);
    switch (json.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(json, at);
        last = json.slice(at, end);
        at = end - 1;
        break;
      }
      case 0x7b:
      case 0x5b:
        open.push(new Set());
        if (open.length > DEEPEST) return tooMuch(`deeper than ${DEEPEST}`);
        values += 1;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        break;
      case 0x2c:
        values += 1;
        break;
      case 0x3a: {
        const name = nameOf(last);
        const names = open.at(-1);
        if (name === '__proto__') return { kind: 'name', message: `'${name}' can be no name` };
        if (names?.has(name) === true)
          return { kind: 'name', message: `'${name}' stands twice in one record` };
        names?.add(name);
        values += 1;
        break;
      }
    }
  }
  return undefined;
};
