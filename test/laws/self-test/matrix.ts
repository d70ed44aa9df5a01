/** Bug × law, as a table to print: an × where the law finds the bug. */
export const matrix = (found: ReadonlyMap<string, readonly string[]>): string => {
  const laws = [...new Set([...found.values()].flat())].toSorted((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const width = Math.max(...[...found.keys()].map((name) => name.length));
  const cells = (of: (law: string) => string): string =>
    laws.map((law) => of(law).padEnd(law.length)).join(' ');
  return [
    `${''.padEnd(width)}  ${cells((law) => law)}`,
    ...[...found].map(
      ([name, broken]) => `${name.padEnd(width)}  ${cells((law) => (broken.includes(law) ? '×' : ''))}`,
    ),
  ].join('\n');
};
