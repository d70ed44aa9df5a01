/** Names of columns, the same for every kind of table. */
import { fail } from '../error.js';
import { required } from '../require.js';
import { setOwn } from '../tree/own.js';

/** Throws if two columns that are read have one name, or if one that is wanted is not there. */
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
  // A row of these two could not be told from a record that is broken.
  if (selected.length === 2 && selected.includes('broken') && selected.includes('text'))
    refuse(
      'the two columns have the names of a broken record',
      'broken, text',
      'other column names',
      'rename one of them',
    );
};

/** Makes a row of the value in each column: a record of its own properties, whatever the names. */
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
