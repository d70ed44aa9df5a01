/**
 * Mills' ratio of the normal distribution in float64, Φ(−a)/φ(a) for a ≥ 0, to a few ulp: from √(π/2) at 0 it falls
 * like 1/a. A tail is the density times this, and has all its digits where 1 − Φ has none.
 *
 * The coefficients are a Chebyshev interpolation of Φ(−a)/(φ(a)·t) in t = 1/(1 + 0.3a), made for this with 50 digits.
 */

/** Refers to nothing outside itself: workers get it as text. */
export const millsRatio = (x: number): number => {
  const coefficients = [
    0.6661841095960604, 0.46126843846705423, 0.11016292455330767, 0.01569706371449932, 3.420578934017199e-4,
    -3.160081879229263e-4, -3.3255157317982106e-5, 7.844873227267488e-6, 1.274090762627543e-6,
    -2.829655837590411e-7, -4.346118458521725e-8, 1.3425077579486804e-8, 1.1402765367744957e-9,
    -7.020271389227659e-10, 6.347154114987449e-12, 3.475261496588353e-11, -4.304247669822517e-12,
    -1.3448036132578406e-12, 4.275500582735323e-13, 1.433203436405076e-14, -2.7819567551362378e-14,
    3.82662825225193e-15, 1.0693414958773223e-15, -4.477389021662541e-16, 1.7214784692776516e-17,
    2.6728081438670632e-17,
  ];
  const t = 1 / (1 + 0.3 * Math.abs(x));
  const y = 4 * t - 2;
  // Clenshaw's recurrence
  let [first, second] = [0, 0];
  for (let i = coefficients.length - 1; i > 0; i--)
    [first, second] = [(coefficients[i] ?? 0) + y * first - second, first];
  return t * ((coefficients[0] ?? 0) + (y / 2) * first - second);
};
