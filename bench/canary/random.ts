/** Seeded chance: the same seed, the same canary. */
export type Random = {
  /** Evenly in [0, 1). */
  uniform(): number;
  normal(): number;
  /** Beta with this mean and standard deviation. */
  beta(mean: number, sd: number): number;
  poisson(mean: number): number;
};

/** sfc32 of C. Doty-Humphrey (PractRand): 32-bit integers alone, passes its own battery. */
export function seeded(seed: number): Random {
  let [a, b, c, d] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1];
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  const uniform = () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  /** Marsaglia & Tsang 2000; a shape below 1 by Γ(a) = Γ(a+1) U^(1/a). */
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * uniform() ** (1 / shape);
    const [e, f] = [shape - 1 / 3, 1 / Math.sqrt(9 * shape - 3)];
    for (;;) {
      const x = normal();
      const v = (1 + f * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + e - e * v + e * Math.log(v)) return e * v;
    }
  };
  return {
    uniform,
    normal,
    beta(mean, sd) {
      const spread = (mean * (1 - mean)) / (sd * sd) - 1;
      const [x, y] = [gamma(mean * spread), gamma((1 - mean) * spread)];
      return x / (x + y);
    },
    poisson(mean) {
      // Only small means are asked for: count until the product of uniforms is below e^−mean.
      let count = 0;
      for (let left = uniform(); left > Math.exp(-mean); left *= uniform()) count++;
      return count;
    },
  };
}
