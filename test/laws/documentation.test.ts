/** What laws/README.md says is so: the laws it lists are those there are, and its example gives its output. */
import { readdirSync, readFileSync } from 'node:fs';
import { para, tensor, type Tensor } from 'paralens';
import { checkPara, LawError } from 'paralens/laws';
import { multiply, sum } from 'paralens/operation';
import { expect, test } from 'vitest';
import { LAW_ID } from './subject/law-id.js';

const folder = new URL('../../laws/', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

const idsIn = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set(Array.from(text.matchAll(pattern), ([, id = '']) => id))].toSorted();

test('the table has exactly one row for each law that can be reported', () => {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const code = sources.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  const reported = idsIn(code, new RegExp(`'(${LAW_ID})'`, 'g'));
  const listed = idsIn(readme, new RegExp(`^\\| (${LAW_ID}) `, 'gm'));
  expect(listed.filter((id) => !['G-3', 'L-10'].includes(id))).toEqual(reported);
});

test('the example gives the documented output', () => {
  const scale = para({
    init: () => ({ factor: tensor([2, 2, 2]) }),
    run: ({ factor }, x: Tensor<readonly [number, 3]>) => [
      multiply(x, factor),
      (dy: Tensor<readonly [number, 3]>) => [{ factor: sum(dy, [0]) }, multiply(dy, factor)],
    ],
  });
  const run = (): void => {
    checkPara(scale, { input: { shape: [2, 3] } }, { name: 'scale', seed: 20_210_301 });
  };
  expect(run).toThrow(LawError);
  try {
    run();
  } catch (error) {
    // The second line says how many examples were run, which a thorough run multiplies.
    const [finding = '', , example = ''] = String(error).split('\n');
    for (const line of [finding, example]) expect(readme).toContain(line);
  }
});
