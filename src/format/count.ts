/** How many numbers a file says that an array has. */

/**
 * The product of sizes, if it is a whole number that a double holds, whatever their order: a size of 0 does not excuse
 * others that have no product.
 */
export const countOf = (shape: readonly number[]): number | undefined => {
  let product = 1;
  for (const size of shape) if (size !== 0) product *= size;
  if (!Number.isSafeInteger(product)) return undefined;
  return shape.includes(0) ? 0 : product;
};
