/** Records by names that anybody may choose: what a record inherits is never read, and a name never reaches a prototype. */

/** The value that a record has under a name itself, if it has one. */
export const ownOf = <V>(record: Readonly<Record<string, V>>, name: string): V | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/**
 * Sets a property of a fresh record. An assignment to `__proto__` would change its prototype, and one to `constructor`
 * throws if prototypes are frozen: names that are inherited are defined instead.
 */
export const setOwn = <V>(fresh: Record<string, V>, name: string, value: V): void => {
  if (name in fresh)
    Object.defineProperty(fresh, name, { value, writable: true, enumerable: true, configurable: true });
  else fresh[name] = value;
};
