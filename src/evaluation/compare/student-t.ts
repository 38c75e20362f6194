/**
 * The value that Student's t with `degrees` (a whole number, 1 or more) degrees of freedom stays within, on both sides, with
 * probability `confidence` (0 to 1, both excluded): 1.959964 for 0.95 in the limit. Bisection over the distribution function,
 * to 1e-10.
 */
export function studentT(degrees: number, confidence: number): number {
  let [low, high] = [0, 1];
  while (within(high, degrees) < confidence) high *= 2;
  while (high - low > 1e-10 * Math.max(1, high)) {
    const middle = (low + high) / 2;
    if (within(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(|T| ≤ t): the finite series for whole degrees of freedom (Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and
 * 26.7.4), with θ = atan(t / √ν).
 */
function within(t: number, degrees: number): number {
  const theta = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const odd = degrees % 2 === 1;
  // Odd: cos θ, cos³θ·2/3, cos⁵θ·2·4/(3·5), …; even: 1, cos²θ·1/2, cos⁴θ·1·3/(2·4), …; each up to the power ν − 2.
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let power = odd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= (cosine * cosine * (power + 1)) / (power + 2);
    if (term < 1e-17) break;
  }
  return odd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}
