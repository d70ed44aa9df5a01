/**
 * erf in float64, to a few ulp, by the series whose terms are all of one sign and so never cancel:
 * erf x = 2/√π · e^(−x²) · Σₙ 2ⁿ·x²ⁿ⁺¹ / (1·3·5⋯(2n+1)).
 *
 * Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 7.1.6.
 */

/** Refers to nothing outside itself: workers get it as text. */
export const errorFunction = (x: number): number => {
  // From there on erf is 1 to the last bit of float64.
  if (Number.isNaN(x) || Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > Math.abs(total) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
};
