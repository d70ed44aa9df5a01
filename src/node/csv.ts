/** CSV files: rows as records by column name. */
import type { Options } from 'csv-parse/sync';
import { fail } from '../error.js';
import { required } from '../require.js';
import { type Broken, isBroken, type RawRecord } from '../online/source/raw-record.js';
import type { Received, Source } from '../online/source/source.js';
import { requireColumns, rowOf } from './columns.js';
import { abortable } from '../stream/async-iterator.js';
import { bytesBehind, bytesOfLine } from './file-lag.js';
import { type FilePosition, filePosition } from './file-position.js';
import { linesOf } from './lines.js';
import type { Found } from './open-file.js';
import { peer } from './optional-package.js';
import { CHUNK } from './file-content.js';
import { type FileOptions, MAX_BYTES, type Reading, readFile, requireFileOptions } from './follow-file.js';
import { outsideQuotes } from './record-boundaries.js';

export interface CsvOptions extends FileOptions {
  /** The column names, for files without a header row. */
  readonly columns?: readonly string[];
  /** One ASCII character; default: a comma. */
  readonly delimiter?: string;
}

/** A row of strings, or a `Broken` record. */
export type Row = Readonly<Record<string, string>> | Broken;

/** Never used: there is a row for each text. */
const NONE: Broken = { broken: 'not CSV', text: '' };

type Parse = (text: string, options: Options) => readonly unknown[];

/** Parses texts that contain one row each. If one of them does not, each is parsed by itself to find it. */
const rowsOf = (texts: readonly string[], parse: Parse, options: Options): readonly Row[] => {
  try {
    const rows = parse(texts.join('\n'), options);
    // With `columns`, csv-parse returns objects of strings.
    if (rows.length === texts.length) return rows as readonly Row[];
  } catch (error) {
    if (texts.length === 1)
      return [{ broken: 'not CSV', text: `${error instanceof Error ? error.message : ''}\n${texts[0]}` }];
  }
  if (texts.length === 1) return [{ broken: 'not CSV', text: `not exactly one row\n${texts[0]}` }];
  return texts.flatMap((text) => rowsOf([text], parse, options));
};

type MakeRow = ReturnType<typeof rowOf>;

/** Splits a row without quotes at its delimiters, ten times faster than the parser; `undefined` for other rows. */
const plainRow = (text: string, count: number, makeRow: MakeRow, delimiter: string): Row | undefined => {
  if (text.includes('"')) return undefined;
  const fields = text.split(delimiter);
  return fields.length === count ? makeRow((column) => required(fields[column], 'a field')) : undefined;
};

const namesOf = (path: string, header: RawRecord, parse: Parse, options: Options): readonly string[] => {
  const [names] = isBroken(header) ? [] : parse(header, options);
  const hasZeros = !isBroken(header) && header.includes('\0');
  if (Array.isArray(names) && !hasZeros) {
    requireColumns('csv', path, names as readonly string[]);
    return names as readonly string[];
  }
  return fail({
    operation: 'csv',
    what: `the header row of ${path} cannot be read`,
    got: isBroken(header) ? header.broken : hasZeros ? 'zero bytes, as in UTF-16' : 'nothing',
    needed: 'column names in the first row',
    hint: 'for a file without a header row pass the option `columns`; convert other encodings to UTF-8',
  });
};

/** The first record of a file. */
const headerOf = async (
  { read }: Found,
  delimiter: number,
  maxBytes: number,
): Promise<RawRecord | undefined> => {
  const lines = linesOf({ maxBytes, start: 0, at: () => 0, ends: outsideQuotes(delimiter) });
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; ;) {
    const bytesRead = await read(buffer, 0, CHUNK, at);
    at += bytesRead;
    const [first] = bytesRead > 0 ? lines.push(buffer.subarray(0, bytesRead)) : lines.end();
    if (first !== undefined || bytesRead === 0) return first?.value;
  }
};

const readingOf = (
  { columns, delimiter = ',', maxBytes = MAX_BYTES }: CsvOptions,
  parse: Parse,
): Reading<Row> => {
  const code = delimiter.charCodeAt(0);
  // Fixed options, since guessing would depend on the rows before.
  const options: Options = { delimiter, record_delimiter: '\n', columns: false };
  const rowsWith = (texts: readonly string[], names: readonly string[]): readonly Row[] => {
    const makeRow = rowOf(names);
    const plain = texts.map((text) => plainRow(text, names.length, makeRow, delimiter));
    const others = texts.filter((_, i) => plain[i] === undefined);
    if (others.length === 0) return plain as readonly Row[];
    // Numbered columns, whose names never collide with inherited properties.
    const numbered = { ...options, columns: names.map((_, i) => `${i}`) };
    const rows = rowsOf(others, parse, numbered);
    let next = 0;
    const parsed = (): Row => {
      const row = rows[next++] ?? NONE;
      return isBroken(row) ? row : makeRow((column) => row[column] ?? '');
    };
    return plain.map((row) => row ?? parsed());
  };
  return {
    ends: () => outsideQuotes(code),
    begin: async (file, offset) => {
      const header = columns === undefined && offset > 0 ? await headerOf(file, code, maxBytes) : undefined;
      let names = header === undefined ? columns : namesOf(file.path, header, parse, options);
      return (lines) => {
        const rows: Received<Row, FilePosition>[] = [];
        const [first, ...others] = lines;
        if (first === undefined) return rows;
        const data = names === undefined ? others : lines;
        names ??= namesOf(file.path, first.value, parse, options);
        const texts = data.flatMap(({ value }) => (isBroken(value) ? [] : [value]));
        const parsed = rowsWith(texts, names);
        let next = 0;
        for (const { value, position } of data)
          rows.push({ position, value: isBroken(value) ? value : (parsed[next++] ?? NONE) });
        return rows;
      };
    },
  };
};

const requireDelimiter = (delimiter: string): void => {
  if (typeof delimiter !== 'string' || !/^[\t\x20-\x7e]$/.test(delimiter) || delimiter === '"')
    fail({
      operation: 'csv',
      what: '`delimiter` must be one ASCII character other than a quote, or a tab',
      got: JSON.stringify(delimiter),
    });
};

/** The bytes of a row with delimiters and line end. Quotes are not counted, since the parser removes them. */
const bytesOfRow = (row: Row): number => {
  if (isBroken(row)) return bytesOfLine(row);
  let bytes = 0;
  for (const name in row) bytes += Buffer.byteLength(required(row[name], 'a field')) + 1;
  return bytes;
};

/**
 * A source of the rows of a CSV file, as records of strings by the names in its header row. Invalid rows, such as rows
 * with too many fields, arrive as `Broken`. Quoted fields may contain delimiters, newlines and doubled quotes. Rows end
 * with a newline, a carriage return or both. Positions, `follow`, rotation and `maxBytes` are those of `ndjson`. Each
 * file has its own header row, which is read again on resuming. Needs the package csv-parse.
 *
 * Throws if the delimiter is not one ASCII character, or if two columns have the same name; while running, if a file
 * has no header row, and in the cases of `ndjson`.
 *
 * Source: RFC 4180. Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const weather = csv('weather.csv', { delimiter: ';' });
 */
export const csv = (path: string, options: CsvOptions = {}): Source<Row, FilePosition> => {
  requireFileOptions('csv', options);
  const { delimiter = ',', columns } = options;
  requireDelimiter(delimiter);
  if (columns !== undefined) requireColumns('csv', '`columns`', columns);
  return {
    name: path,
    position: filePosition,
    open: (after) =>
      abortable(async function* (signal) {
        const { parse } = await peer('csv', 'csv-parse', () => import('csv-parse/sync'));
        yield* readFile(path, options, after, readingOf(options, parse), signal);
      }),
    bytesOf: bytesOfRow,
    behind: (position) => bytesBehind(path, position),
  };
};
