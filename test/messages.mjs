/**
 * `npm run messages`: every error message that is written in `src`, with its place, to be read as a whole. What stands
 * in `${…}` is filled in when it is thrown. Options that are refused share the sentences of `src/require.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** The text of an expression: of a string what is in it, of anything else its code. */
const textOf = (node, source) => {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  const text = node.getText(source).replaceAll(/\s+/gu, ' ');
  return ts.isTemplateExpression(node) ? text.slice(1, -1) : `\${${text}}`;
};

/** The message that an object literal with an operation and a fault becomes, as `src/error.ts` puts it together. */
const messageOf = (literal, source) => {
  const part = (name) => {
    const found = literal.properties.find((each) => each.name?.getText(source) === name);
    if (found === undefined) return undefined;
    return ts.isPropertyAssignment(found) ? textOf(found.initializer, source) : `\${${name}}`;
  };
  const [operation, what, got, needed, hint] = ['operation', 'what', 'got', 'needed', 'hint'].map(part);
  if (operation === undefined || what === undefined) return undefined;
  const ends = [got && `, got ${got}`, needed && `, needed ${needed}`, hint && `; ${hint}`];
  return `${operation}: ${what}${ends.filter(Boolean).join('')}`;
};

const messagesIn = (path) => {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const thrown = ts.isNewExpression(node) && node.expression.getText(source).endsWith('Error');
    const message = ts.isObjectLiteralExpression(node)
      ? messageOf(node, source)
      : thrown && node.arguments?.[0] !== undefined && !ts.isIdentifier(node.arguments[0])
        ? textOf(node.arguments[0], source)
        : undefined;
    if (message !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${path}:${line + 1}\n  ${message}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

const files = readdirSync('src', { recursive: true }).filter((path) => path.endsWith('.ts'));
const all = files.toSorted().flatMap((path) => messagesIn(`src/${path}`));
console.log(`${all.join('\n')}\n${all.length} messages`);
