/** Every example in a docstring runs, and gives what the comment behind it says. */
import { Readable } from 'node:stream';
import { compileFunction } from 'node:vm';
import { either, function as F } from 'fp-ts';
import * as t from 'io-ts';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as paralens from 'paralens';
import * as format from 'paralens/format';
import * as lens from 'paralens/lens';
import * as node from 'paralens/node';
import * as online from 'paralens/online';
import * as operation from 'paralens/operation';
import * as program from 'paralens/program';
import * as update from 'paralens/update';
import { permutation } from '../../src/random/permutation.js';
import { docstringExamples } from './examples.js';
import * as prelude from './prelude.js';

const examples = docstringExamples('src');

const nested = (data: readonly number[], [size, ...rest]: readonly number[]): unknown => {
  if (size === undefined) return data[0];
  const length = data.length / size;
  return Array.from({ length: size }, (_, i) => nested(data.slice(i * length, (i + 1) * length), rest));
};

/** Plain numbers in place of tensors and typed arrays. */
const plain = (value: unknown): unknown => {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || !('node' in value)) return value;
  const { shape, data } = paralens.evaluate(value as paralens.Tensor);
  return nested([...data], shape);
};

const near = (got: unknown, wanted: unknown): void => {
  if (Array.isArray(wanted)) {
    expect(Array.isArray(got) && got.length).toBe(wanted.length);
    for (const [i, each] of wanted.entries()) near((got as readonly unknown[])[i], each);
  } else if (typeof wanted === 'number')
    expect(Math.abs(Number(got) - wanted)).toBeLessThan(1e-6 + 1e-5 * Math.abs(wanted));
  else expect(got).toEqual(wanted);
};

/** What a comment promises, if it is a value. */
const promised = (comment: string): unknown => {
  const text = comment
    .replace(/^(Float32Array|Uint32Array) /, '')
    .replaceAll("'", '"')
    .replace(/, not .*$/, '');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** A line `expression; // value` becomes a comparison. */
const checked = (code: string): string =>
  code.replaceAll(
    /^((?!const |let |\/\/| |try |for )[^\n]*); \/\/ ([^\n]*)$/gm,
    (line, expression: string, comment: string) => {
      const value = promised(comment);
      return value === undefined ? line : `$near($plain(${expression}), ${JSON.stringify(value)});`;
    },
  );

/** Functions over tensors and layers share some names; what a file is about decides. */
const scopeOf = (file: string): Record<string, unknown> => {
  const aboutTensors = !/^src\/(layer|lens|learner|stream)\//.test(file);
  const names = aboutTensors ? { ...paralens, ...operation } : { ...operation, ...paralens };
  return {
    ...rxjs,
    ...online,
    ...lens,
    ...update,
    ...program,
    ...format,
    ...node,
    Readable,
    WebSocket,
    ...names,
    ...(/^src\/(online|node)\//.test(file) ? online : {}),
    either,
    t,
    map: rxjs.map,
    pipe: F.pipe,
    permutation,
    $near: near,
    $plain: plain,
  };
};

describe.each([...new Set(examples.map(({ file }) => file))])('%s', (file) => {
  test.each(examples.filter((each) => each.file === file).map(({ code }) => code))('%s', async (code) => {
    const scope = { ...prelude, ...scopeOf(file) };
    const { outputText } = ts.transpileModule(checked(code), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    });
    // In a block of its own, so that an example may name a variable as the library names a function.
    const body = `return (async () => { ${outputText.replace(/^export \{\};?$/m, '')} })();`;
    const run = compileFunction(body, Object.keys(scope)) as (...values: unknown[]) => Promise<void>;
    await run(...Object.values(scope));
    expect(code).not.toBe('');
  });
});

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(40);
});
