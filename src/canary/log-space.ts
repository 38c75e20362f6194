/** ln Σ exp(values), without leaving the range of a double. −∞ for none. */
export function logSumExp(values: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > most) most = value;
  if (!Number.isFinite(most)) return most;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}

/** ln of the mean of exp(values): the average of E-values, which is an E-value again. */
export const logMeanExp = (values: readonly number[]): number => logSumExp(values) - Math.log(values.length);

/** Coefficients B₂ₖ / (2k(2k−1)) of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
/** From here on eight terms of the series are exact to the last bits of a double. */
const FROM = 15;
const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(x) for x > 0: Stirling's series (Abramowitz & Stegun 6.1.41), after x is raised by Γ(x+1) = x Γ(x). */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`ln Γ is asked for ${x}; it is defined here above 0`);
  let raised = 1;
  let at = x;
  for (; at < FROM; at++) raised *= at;
  const inverse = 1 / at;
  let [series, power] = [0, inverse];
  for (const coefficient of STIRLING) {
    series += coefficient * power;
    power *= inverse * inverse;
  }
  return (at - 0.5) * Math.log(at) - at + HALF_LOG_TAU + series - Math.log(raised);
}

/** ln B(a, b), both above 0. */
export const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

const MOST_STEPS = 100_000;
const TINY = 1e-300;

/**
 * The continued fraction of the incomplete beta function (Numerical Recipes 6.4, by Lentz's method): B_x(a, b) =
 * x^a (1−x)^b / a · fraction. It converges fast for x < (a+1)/(a+b+2), and is then between 1 and some hundreds: nothing under- or overflows.
 */
function betaFraction(x: number, a: number, b: number): number {
  const keep = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / keep(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MOST_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keep(1 + even * d);
    c = keep(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keep(1 + odd * d);
    c = keep(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-16) return fraction;
  }
  return fraction;
}

/**
 * ln ( B_x(a, b) / (x^a (1−x)^b) ), B_x the unregularised incomplete beta function, 0 < x < 1, a and b above 0. Without the powers:
 * whoever needs them usually divides by them again, and a difference of two large logarithms would cost the last digits.
 */
export function logScaledBeta(x: number, a: number, b: number): number {
  if (x < (a + 1) / (a + b + 2)) return Math.log(betaFraction(x, a, b) / a);
  // The other tail is the small one: B_x(a, b) = B(a, b) − B_{1−x}(b, a).
  const powers = a * Math.log(x) + b * Math.log1p(-x);
  const whole = logBeta(a, b) - powers;
  const other = Math.log(betaFraction(1 - x, b, a) / b);
  return whole + Math.log1p(-Math.exp(other - whole));
}
