/** Column names, for all kinds of tables. */
import { fail } from '../error.js';
import { required } from '../require.js';
import { setOwn } from '../tree/tree.js';

/** Throws if two selected columns have the same name, or if a selected column does not exist. */
export const requireColumns = (
  operation: string,
  path: string,
  names: readonly string[],
  selected: readonly string[] = names,
): void => {
  const refuse = (what: string, name: string, needed: string, hint: string): never =>
    fail({ operation, what: `${path}: ${what}`, got: JSON.stringify(name), needed, hint });
  const missing = selected.find((name) => !names.includes(name));
  if (missing !== undefined)
    refuse('no column has this name', missing, `some of ${names.join(', ')}`, 'change `columns`');
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const twice = selected.find(
    (name, i) => required(counts.get(name), 'a column') > 1 || selected.indexOf(name) !== i,
  );
  if (twice !== undefined)
    refuse('two columns have the same name', twice, 'different names', 'name the columns with `columns`');
  // A row with exactly these two columns would look like a `Broken` record.
  if (selected.length === 2 && selected.includes('broken') && selected.includes('text'))
    refuse(
      'the two columns have the names of a broken record',
      'broken, text',
      'other column names',
      'rename one of them',
    );
};

/** Makes a function that builds a row from the value of each column: a record with own properties, for any names. */
export const rowOf = (
  names: readonly string[],
): (<V>(valueIn: (column: number) => V) => Readonly<Record<string, V>>) => {
  const isPlain = names.every((name) => !(name in Object.prototype));
  return <V>(valueIn: (column: number) => V) => {
    const row: Record<string, V> = {};
    if (isPlain) for (let i = 0; i < names.length; i++) row[required(names[i], 'a column')] = valueIn(i);
    else for (const [i, name] of names.entries()) setOwn(row, name, valueIn(i));
    return row;
  };
};
