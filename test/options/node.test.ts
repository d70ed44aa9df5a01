/** Every option of every function of `paralens/node` refuses what it cannot mean, at the call. */
import { Readable } from 'node:stream';
import * as exported from 'paralens/node';
import { expect, test } from 'vitest';
import { namedIn, names, type Options, refuses } from './meaning.js';

const named = namedIn({ ...exported });

const file = { follow: 'boolean', poll: 'rate', maxBytes: 'length', report: 'function' } as const;
const table = { timeout: 'count', memory: 'count' } as const;

const taken: Readonly<Record<string, Options>> = {
  arrow: named('arrow', ['a.arrow'], table),
  csv: named('csv', ['a.csv'], { ...file, delimiter: 'choice' }),
  directory: named('directory', ['a', exported.ndjson], { follow: 'boolean', poll: 'rate' }),
  folderCheckpoints: named('folderCheckpoints', ['a'], { keep: 'count' }),
  jetStream: named(
    'jetStream',
    [],
    { buffer: 'count', follow: 'boolean', report: 'function' },
    { servers: '127.0.0.1', stream: 'events' },
  ),
  lineStream: named('lineStream', ['a', () => Readable.from([])], { maxBytes: 'length' }),
  ndjson: named('ndjson', ['a.ndjson'], file),
  parquet: named('parquet', ['a.parquet'], table),
  standardInput: named('standardInput', [], { maxBytes: 'length' }),
};

/** Functions that take no option that has bounds. */
const without = new Set(['shutdown']);

test('every exported function is in the table, or takes no option that has bounds', () => {
  expect(names(exported).filter((name) => !(name in taken || without.has(name)))).toEqual([]);
});

refuses(taken);
