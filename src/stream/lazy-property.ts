/** Properties that are made when they are read: what a step tells of, without the cost of copying it out of the machine. */

const MAKE = Symbol('make');

interface Making {
  [MAKE]?: () => unknown;
}

/**
 * One getter for all. Of a getter in a literal V8 makes a pair of accessors each time, in the old generation, where it
 * keeps alive all that the getter knows of until the next full collection, and a dictionary of the object: 3 µs a
 * step of `train`, and 13 of an online run, whose steps know of more.
 */
const getter: PropertyDescriptor & ThisType<Making> = {
  enumerable: true,
  configurable: true,
  get() {
    return this[MAKE]?.();
  },
};

/** Gives a fresh object, which nobody else has yet, its one property of this name that `make` makes whenever it is read. */
export const withLazy = <T extends object, N extends string, V>(
  fresh: T,
  name: N,
  make: () => V,
): T & { readonly [K in N]: V } => {
  const making: T & Making = fresh;
  making[MAKE] = make;
  // The getter gives what `make` gives, which is what the type says.
  return Object.defineProperty(making, name, getter) as T & { readonly [K in N]: V };
};
