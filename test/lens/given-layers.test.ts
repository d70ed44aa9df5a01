/** Every function that takes layers, cells or lenses says so when it is given something else, at the call. */
import { readdirSync, readFileSync } from 'node:fs';
import * as paralens from 'paralens';
import * as lenses from 'paralens/lens';
import { layersOf } from 'paralens/program';
import { dense, key, ParalensError, relu } from 'paralens';
import { identityLens } from 'paralens/lens';
import ts from 'typescript';
import { expect, test } from 'vitest';

type Call = (...given: readonly unknown[]) => unknown;

const exported: Readonly<Record<string, unknown>> = { ...paralens, ...lenses, layersOf };
const layer = dense(1, 1);
const parameters = layer.init(key(1));
const by = lenses.reparametrization(1, layer.init, (q: typeof parameters) => q);
const lens = identityLens();
/** In place of an argument that is tried. */
const TRIED = Symbol('tried');

/** What each of these functions may be given; each argument that is `TRIED` is wrong in turn, one at a time. */
const taken: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  andThen: [[TRIED]],
  asLens: [[TRIED]],
  backward: [[TRIED]],
  batched: [[TRIED]],
  buffered: [[TRIED]],
  rematerialize: [[TRIED]],
  compose: [
    [TRIED, layer],
    [layer, TRIED],
  ],
  composeLenses: [
    [TRIED, lens],
    [lens, TRIED],
  ],
  concatenate: [
    [TRIED, layer],
    [layer, TRIED],
  ],
  evaluation: [[TRIED]],
  fanOut: [
    [TRIED, layer],
    [layer, TRIED],
  ],
  forward: [[TRIED]],
  freeze: [[parameters, TRIED]],
  layersOf: [[TRIED, [1, 1]]],
  learner: [[{ model: TRIED, loss: paralens.meanSquaredError(), update: paralens.sgd() }]],
  lift: [[TRIED]],
  located: [['part', TRIED]],
  maskedRecurrent: [[TRIED]],
  maskedRecurrentSequence: [[TRIED]],
  named: [['part', TRIED]],
  para: [[TRIED]],
  parallel: [
    [TRIED, layer],
    [layer, TRIED],
  ],
  parallelLenses: [
    [TRIED, lens],
    [lens, TRIED],
  ],
  recurrent: [[TRIED]],
  recurrentSequence: [[TRIED]],
  reinitialize: [[TRIED, parameters, 'part', key(1)]],
  reparametrize: [
    [TRIED, layer],
    [by, TRIED],
  ],
  repeat: [[2, TRIED]],
  residual: [[TRIED]],
  sequential: [
    [TRIED, layer],
    [layer, TRIED],
  ],
  share: [[TRIED]],
  summary: [[TRIED, [1, 1]]],
};

const put = (given: unknown, wrong: unknown): unknown => {
  if (given === TRIED) return wrong;
  if (typeof given !== 'object' || given === null || !('model' in given)) return given;
  return { ...given, model: wrong };
};

const cases = Object.entries(taken).flatMap(([name, uses]) =>
  uses.flatMap((given) =>
    [undefined, relu, 5, null, {}, [layer]].map((wrong) => [name, given, wrong] as const),
  ),
);

const thrownBy = (use: () => unknown): unknown => {
  try {
    use();
  } catch (error) {
    return error;
  }
  return undefined;
};

test.each(cases)('%s refuses an invalid layer', (name, given, wrong) => {
  const error = thrownBy(() => (exported[name] as Call)(...given.map((each) => put(each, wrong))));
  expect(error).toBeInstanceOf(ParalensError);
  expect(String(error)).toMatch(new RegExp(`^ParalensError: ${name}: .*, got `));
  // What makes a layer and was not called is the likeliest mistake.
  if (wrong === relu) expect(String(error)).toContain('call it with its options');
});

test('the second half of andThen, a part of a reparametrization, and functions instead of layers', () => {
  const use = (f: Call, ...given: readonly unknown[]) => String(thrownBy(() => f(...given)));
  const after = lenses.andThen(layer) as Call;
  expect(use(after, relu)).toContain('andThen: `f` must be a layer, got a function; ');
  expect(use(lenses.reparametrize as Call, { ...by, lens: 5 }, layer)).toContain(
    'reparametrize: `by.lens` must be a lens, got 5',
  );
  for (const name of ['stateless', 'differentiate'])
    expect(use(exported[name] as Call, layer)).toContain(`${name}: \`f\` must be a function, got an object`);
  for (const name of ['differentiable', 'reparametrization']) {
    const f = (): void => undefined;
    const before = name === 'differentiable' ? [] : [1];
    expect(use(exported[name] as Call, ...before, 5, f)).toContain(`${name}: \`init\` must be a function`);
    expect(use(exported[name] as Call, ...before, f, 5)).toContain(`${name}: \`f\` must be a function`);
  }
});

test('an undefined layer of a sequence is refused', () => {
  expect(() => (paralens.sequential as Call)(layer, undefined, layer)).toThrow(
    'sequential: `layers[1]` must be a layer, got undefined',
  );
  expect(paralens.sequential().size).toBe(0);
});

test('frozen parameters must belong to the layer', () => {
  const freeze = paralens.freeze as Call;
  expect(() => freeze(undefined, layer)).toThrow(
    'freeze: the parameters belong to another layer, got undefined, needed an array of 1; ',
  );
  expect(() => freeze([...parameters, ...parameters], layer)).toThrow(
    'freeze: the parameters belong to another layer, got an array of 2, needed an array of 1; ',
  );
});

test('a name that is not a string is refused', () => {
  for (const name of ['named', 'located'])
    expect(() => (exported[name] as Call)(5, layer)).toThrow(
      /^(?:named|located): `\w+` must be a string, got 5$/,
    );
});

/** The exported functions of a file one of whose parameters is a layer, a cell or a lens, as it is written there. */
const taking = (file: string): readonly string[] => {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return [];
    if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }) => {
      if (initializer === undefined || !ts.isArrowFunction(initializer)) return [];
      const types = initializer.parameters.map(({ type }) => type?.getText(source) ?? '');
      const takes = types.some((type) => /^(?:Para|AnyPara|\w*Cell|\w*Lens|Reparametrization)</.test(type));
      return takes ? [name.getText(source)] : [];
    });
  });
};

test('the table contains every function that takes a layer', () => {
  const all = ['lens', 'layer', 'learner', 'stream', 'update'].flatMap((part) =>
    readdirSync(`src/${part}`).flatMap((name) => taking(`src/${part}/${name}`)),
  );
  expect(all).toContain('compose');
  expect(all.filter((name) => name in exported && !(name in taken))).toEqual([]);
});
