// Imports the built package by its own name under plain node: what a user gets, with no `source` condition,
// no bundler and no TypeScript. It catches what those forgive, such as `fp-ts/function`.
import assert from 'node:assert/strict';

for (const name of ['paralens', 'paralens/laws']) {
  const url = import.meta.resolve(name);
  assert.match(url, /\/dist\/(src|laws)\/index\.js$/, `${name} resolves to ${url}: not to the built package`);
  const exported = Object.keys(await import(name));
  assert.ok(exported.length > 0, `${name} exports nothing`);
  console.log(`${name}: ${exported.length} exports: ${exported.join(', ')}`);
}
