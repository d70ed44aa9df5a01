/** Places for records that are files: of lines, of rows, of columns, and folders of them. */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Field, RecordBatch, Schema, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Medium, PlacedRecord, SourceSubject } from 'paralens/laws';
import {
  arrow,
  type Columns,
  csv,
  directory,
  type DirectoryPosition,
  type FilePosition,
  ndjson,
  parquet,
} from 'paralens/node';
import type { Broken, Json, RawRecord, Source } from 'paralens/online';
import { openIn } from '../../node/collect.js';

type Records = readonly PlacedRecord[];

/** A byte that no text begins with stands before what is unsound. */
export const bytesOf = ({ text, sound }: PlacedRecord): Buffer =>
  sound ? Buffer.from(text) : Buffer.concat([Buffer.of(0xff), Buffer.from(text)]);

export const valueOf = ({ text, sound }: PlacedRecord): RawRecord =>
  sound ? text : { broken: 'not UTF-8', text: `\uFFFD${text}` };

/** So many bytes, or values, at a time; from the beginning on when the sizes are through. */
export const inPieces = <T extends { readonly length: number; slice: (from: number, to: number) => T }>(
  whole: T,
  sizes: readonly number[],
): readonly T[] => {
  const pieces: T[] = [];
  for (let at = 0; at < whole.length;) {
    const end = at + (sizes[pieces.length % sizes.length] ?? 1);
    pieces.push(whole.slice(at, end));
    at = end;
  }
  return pieces;
};

/** A medium in a folder of its own. */
export const inFolder = <A, P extends Json>(
  values: readonly A[],
  sourceIn: (folder: string) => Source<A, P>,
  stop: () => void = () => {},
): Medium<A, P> => {
  const folder = mkdtempSync(join(tmpdir(), 'paralens-source-'));
  return {
    source: sourceIn(folder),
    values,
    held: () => openIn(folder).length,
    dispose: () => {
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Does one thing after the other, a little later each. */
export const oneByOne = (acts: readonly (() => void)[]): (() => void) => {
  let next = 0;
  const timer = setInterval(() => {
    acts[next++]?.();
    if (next >= acts.length) clearInterval(timer);
  }, 1);
  return () => {
    clearInterval(timer);
  };
};

const FOLLOWING = { follow: true, poll: 1 } as const;

/** Files that are there, or that grow piece by piece while they are read. */
const ofBytes = <A, P extends Json>(
  name: string,
  source: (path: string, options: { readonly follow?: boolean; readonly poll?: number }) => Source<A, P>,
  written: (record: PlacedRecord) => Buffer,
  read: (record: PlacedRecord) => A,
  header = '',
): SourceSubject<A, P> => {
  const bytes = (records: Records): Buffer =>
    Buffer.concat([
      Buffer.from(header),
      ...records.flatMap((record) => [written(record), Buffer.from('\n')]),
    ]);
  return {
    name,
    medium: (records) =>
      Promise.resolve(
        inFolder(records.map(read), (folder) => {
          writeFileSync(join(folder, 'a'), bytes(records));
          return source(join(folder, 'a'), {});
        }),
      ),
    arriving: (records, pieces) => {
      let stop = (): void => {};
      const medium = inFolder(
        records.map(read),
        (folder) => {
          const path = join(folder, 'a');
          writeFileSync(path, '');
          const parts = inPieces(bytes(records), pieces);
          stop = oneByOne(
            parts.map((part) => () => {
              appendFileSync(path, part);
            }),
          );
          return source(path, FOLLOWING);
        },
        () => {
          stop();
        },
      );
      return Promise.resolve(medium);
    },
  };
};

/** The bad byte is within the quotes: before them a comma in the text would begin a field, and a quote behind it another. */
const cell = ({ text, sound }: PlacedRecord): Buffer => {
  const bad = sound ? [] : [Buffer.of(0xff)];
  return Buffer.concat([Buffer.from('"'), ...bad, Buffer.from(`${text.replaceAll('"', '""')}",1`)]);
};

/** Files of three records each. */
const filesOf = (records: Records): readonly Buffer[] =>
  inPieces(records, [3]).map((each) =>
    Buffer.concat(each.flatMap((record) => [bytesOf(record), Buffer.from('\n')])),
  );

const directories: SourceSubject<RawRecord | Broken, DirectoryPosition<FilePosition>> = {
  name: 'directory',
  medium: (records) =>
    Promise.resolve(
      inFolder(records.map(valueOf), (folder) => {
        for (const [i, bytes] of filesOf(records).entries()) writeFileSync(join(folder, `${i}`), bytes);
        return directory(folder, (path) => ndjson(path));
      }),
    ),
  arriving: (records) => {
    let stop = (): void => {};
    const medium = inFolder(
      records.map(valueOf),
      (folder) => {
        stop = oneByOne(
          filesOf(records).map((bytes, i) => () => {
            writeFileSync(join(folder, `.${i}`), bytes);
            renameSync(join(folder, `.${i}`), join(folder, `${i}`));
          }),
        );
        return directory(folder, (path) => ndjson(path), FOLLOWING);
      },
      () => {
        stop();
      },
    );
    return Promise.resolve(medium);
  },
};

/** Files of columns, written in groups of rows. */
const ofColumns = (
  name: string,
  source: (path: string) => Source<Columns | Broken, number>,
  write: (texts: readonly string[], groups: readonly number[]) => Uint8Array,
): SourceSubject<Columns | Broken, number> => {
  const medium = (records: Records, groups: readonly number[]) =>
    Promise.resolve(
      inFolder(
        records.map(({ text }): Columns | Broken => ({ s: text })),
        (folder) => {
          const path = join(folder, 'a');
          writeFileSync(
            path,
            write(
              records.map(({ text }) => text),
              groups,
            ),
          );
          return source(path);
        },
      ),
    );
  return { name, medium: (records) => medium(records, [4]), arriving: medium };
};

const parquetOf = (data: readonly string[], [rowGroupSize = 1]: readonly number[]): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({ columnData: [{ name: 's', data: [...data], type: 'STRING' }], rowGroupSize }),
  );

const arrowOf =
  (format: 'file' | 'stream') =>
  (texts: readonly string[], groups: readonly number[]): Uint8Array => {
    const schema = new Schema([new Field('s', new Utf8())]);
    const batches = inPieces(texts, groups).flatMap((each) =>
      new Table({ s: vectorFromArray([...each], new Utf8()) }).batches.map(
        ({ data }) => new RecordBatch(schema, data),
      ),
    );
    return tableToIPC(new Table(schema, batches), format);
  };

export const fileSources = {
  ndjson: ofBytes('ndjson', ndjson, bytesOf, valueOf),
  csv: ofBytes(
    'csv',
    csv,
    cell,
    ({ text, sound }) =>
      sound ? { a: text, b: '1' } : { broken: 'not UTF-8', text: `"\uFFFD${text.replaceAll('"', '""')}",1` },
    'a,b\n',
  ),
  directory: directories,
  parquet: ofColumns('parquet', (path) => parquet(path), parquetOf),
  arrow: ofColumns('arrow', arrow, arrowOf('file')),
  'arrow, of its format for streams': ofColumns('arrow, stream', arrow, arrowOf('stream')),
} as const;
