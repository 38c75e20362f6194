/** Beyond this the number says nothing more to anybody. */
const MOST = 1e12;
/** exp and division are off by their last bits: 3,999.9999999999995 is 4,000. */
const ROUNDING = 1e-9;

/** "1 in 4,000": e to the `logE`, rounded down to two digits so that it never claims more than there is. Null below 1 in 2. */
export function odds(logE: number | null): string | null {
  if (logE === null || !(logE >= Math.log(2) - ROUNDING)) return null;
  if (logE >= Math.log(MOST)) return "1 in a trillion";
  const value = Math.exp(logE);
  const unit = Math.max(1, 10 ** (Math.floor(Math.log10(value) + ROUNDING) - 1));
  return `1 in ${(Math.floor(value / unit + ROUNDING) * unit).toLocaleString("en-US")}`;
}

/**
 * ln E in words: "1 in 4,000 if nothing were wrong". Of canaries in which nothing is wrong, at most so many ever show as much, however often
 * one looks.
 */
export function oddsWords(logE: number | null): string {
  const text = odds(logE);
  return text === null ? "no evidence so far" : `${text} if nothing were wrong`;
}

const STEPS = ["▁", "▂", "▃", "▅", "▇"] as const;

/** How far the evidence has come on the way to a proof: "▁▂▃"; all five steps only where it is one. "·": nowhere; "–": nothing is tested. */
export function evidenceBar(logE: number | null, bar: number | null): string {
  if (logE === null || bar === null) return "–";
  const share = bar > 0 ? logE / bar : Number.NaN;
  const full = share >= 1 ? STEPS.length : Math.min(STEPS.length - 1, Math.floor(STEPS.length * share));
  return full >= 1 ? STEPS.slice(0, full).join("") : "·";
}
