import type { Share } from "#src/evaluation/metrics/share";

/**
 * The mean of shares that come one by one, with nothing forgotten: hits are summed for each denominator, so memory depends on
 * how many different numbers of claims there are, not on how many results.
 */
export type MacroMean = {
  add(share: Share): void;
  /** How many shares were added. */
  count(): number;
  /** 0 to 1, unrounded; null without any share. The order of adding makes no difference to it. */
  value(): number | null;
  /** In per cent with one decimal, half to even; null without any share. */
  percent(): number | null;
};

export function createMacroMean(): MacroMean {
  const hitsOver = new Map<number, number>();
  let count = 0;
  const value = (): number | null => {
    if (count === 0) return null;
    let sum = 0;
    for (const [total, hits] of sorted(hitsOver)) sum += hits / total;
    return sum / count;
  };
  return {
    add(share) {
      count++;
      if (share.hits === 0) return;
      const common = greatestCommonDivisor(share.hits, share.total);
      const total = share.total / common;
      hitsOver.set(total, (hitsOver.get(total) ?? 0) + share.hits / common);
    },
    count: () => count,
    value,
    percent() {
      const mean = value();
      return mean === null ? null : roundTenths(mean, () => exactTotal(hitsOver), count);
    },
  };
}

/** Closer to a tie than this, the sum of quotients can't be trusted to say on which side it is (its error is about 1e-12). */
const NEAR_A_TIE = 1e-6;

/**
 * `mean` × 100, one decimal, half to even.
 *
 * Whether a mean is a tie is a question about fractions, and binary quotients answer it wrongly: 23/80 is 28.75 %, which rounds to
 * the even 28.8, but 0.2875 * 100 is 28.749999999999996, which rounds to 28.7. So near a tie, and only there, the exact total
 * decides. (numpy's own rounding takes the binary value: of 200,000 random documents with up to ten results, 0.13 % of the
 * means are ties on which the two differ.)
 */
function roundTenths(mean: number, total: () => Fraction, count: number): number {
  const tenths = mean * 1000;
  const below = Math.floor(tenths);
  if (Math.abs(tenths - below - 0.5) > NEAR_A_TIE) return Math.round(tenths) / 10;
  const [numerator, denominator] = total();
  const divisor = denominator * BigInt(count);
  const floor = (numerator * 1000n) / divisor;
  const twiceTheRest = 2n * (numerator * 1000n - floor * divisor);
  const up = twiceTheRest > divisor || (twiceTheRest === divisor && floor % 2n === 1n);
  return Number(up ? floor + 1n : floor) / 10;
}

type Fraction = readonly [numerator: bigint, denominator: bigint];

function exactTotal(hitsOver: ReadonlyMap<number, number>): Fraction {
  return sumOf(sorted(hitsOver).map(([total, hits]): Fraction => [BigInt(hits), BigInt(total)]));
}

/** By halves: numbers stay as short as they can for as long as they can. */
function sumOf(fractions: readonly Fraction[]): Fraction {
  const [only] = fractions;
  if (only === undefined) return [0n, 1n];
  if (fractions.length === 1) return only;
  const half = fractions.length >> 1;
  const [a, b] = sumOf(fractions.slice(0, half));
  const [c, d] = sumOf(fractions.slice(half));
  return [a * d + c * b, b * d];
}

const sorted = (hitsOver: ReadonlyMap<number, number>): [number, number][] => [...hitsOver].sort(([a], [b]) => a - b);

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
