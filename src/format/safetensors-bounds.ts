/**
 * What a header is held to before any of it is parsed: one pass over its text, which tells how deep it is, how many
 * values it has and which names stand twice, without building anything of it.
 */

/** Lists and records within each other; the format itself needs three. */
const DEEPEST = 16;

/** Values in a header: one tensor has about ten. Parsing so many takes about a second and 200 MB. */
export const MOST_VALUES = 2 ** 21;

/** Behind the string that begins at a quotation mark, or at the end of the text if it has no end. */
const endOfString = (json: string, start: number): number => {
  let at = start + 1;
  for (;;) {
    const quote = json.indexOf('"', at);
    if (quote < 0) return json.length;
    let before = quote;
    while (json.charCodeAt(before - 1) === 0x5c) before -= 1;
    // An even number of backslashes are characters, and an odd one escapes the quotation mark.
    if ((quote - before) % 2 === 0) return quote + 1;
    at = quote + 1;
  }
};

/** The name that a string stands for; a text that is no string is refused by the parser afterwards. */
const nameOf = (string: string): string => {
  if (!string.includes('\\')) return string.slice(1, -1);
  try {
    return String(JSON.parse(string));
  } catch {
    return string;
  }
};

/** What is wrong with the text of a header; of the name that is, if it is a name. */
export interface OutOfBounds {
  readonly kind: 'header' | 'name';
  readonly message: string;
}

const tooMuch = (message: string): OutOfBounds => ({ kind: 'header', message });

/**
 * The first bound that a text breaks, if it does. A name may not stand twice in a record, since a parser keeps of these
 * what it likes, nor be `__proto__`; of neither `JSON.parse` tells. The text need not be JSON.
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
