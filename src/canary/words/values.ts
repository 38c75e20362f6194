import type { Kpi } from "#src/canary/kpi";

/** At most so many decimals, without zeros at the end. */
const trim = (value: number, decimals: number): string => String(Number(value.toFixed(decimals)));

/** ".56", ".562", "1", "0": a score as people write it. */
export function score(value: number): string {
  const text = value.toFixed(3);
  if (Number(text) === Math.trunc(Number(text))) return String(Number(text));
  return text.replace(/0$/, "").replace(/^(-?)0\./, "$1.");
}
/** "94.2 %", "98.97 %". */
export const percent = (share: number): string => `${trim(100 * share, 2)} %`;
/** "2 points", "1 point", ".4 points": differences of shares. */
export function points(difference: number): string {
  const value = Number((100 * difference).toPrecision(2));
  return `${String(value).replace(/^0\./, ".")} ${value === 1 ? "point" : "points"}`;
}
const seconds = (value: number): string => `${trim(value, value < 1 ? 3 : value < 10 ? 2 : 1)} s`;

/** A KPI's value in its own unit: ".56", "2.41 s", "94.2 %", "52". Infinity is a p95 that lies among the failed requests; null no data. */
export function sayValue(kpi: Kpi, value: number | null): string {
  if (value === null || Number.isNaN(value)) return "no data";
  if (!Number.isFinite(value)) return "among the failed";
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return score(value);
    case "p95-ratio":
      return seconds(value);
    case "rate":
    case "band":
    case "traffic-split":
      return percent(value);
    case "breadth":
      return trim(value, 1);
    case "zero":
      return value.toLocaleString("en-US");
  }
}

/** The level that the value must not cross, beside the baseline as it is now; without one, in words: "2 points below the baseline". */
export function sayThreshold(kpi: Kpi, baseline: number | null): string {
  const known = baseline !== null && Number.isFinite(baseline) ? baseline : null;
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      if (known !== null) return score(Math.max(0, known - kpi.threshold));
      return kpi.threshold === 0 ? "the baseline" : `${points(kpi.threshold)} below the baseline`;
    case "p95-ratio":
      return known === null ? `${kpi.threshold} × the baseline's` : seconds(known * kpi.threshold);
    case "rate":
      return percent(kpi.threshold);
    case "band":
      return `${trim(100 * kpi.least, 2)} to ${percent(kpi.most)}`;
    case "breadth":
      if (known === null) return `± ${percent(kpi.threshold)} of the baseline's`;
      return `${trim(known * (1 - kpi.threshold), 1)} to ${trim(known * (1 + kpi.threshold), 1)}`;
    case "zero":
      return "0";
    case "traffic-split":
      return percent(kpi.share);
  }
}

/** The smallest change that 80 % of such canaries would have shown: "2.3 points". Null: too little data to say, or nothing to infer. */
export function detectableWords(kpi: Kpi, detectable: number | null): string {
  if (kpi.kind === "zero") return "a single one";
  if (detectable === null || !Number.isFinite(detectable)) return "too little data to say";
  switch (kpi.kind) {
    case "p95-ratio":
      return `${points(detectable)} more requests beyond it`;
    case "breadth":
      return `${trim(100 * detectable, detectable < 0.1 ? 1 : 0)} % of the baseline's`;
    default:
      return points(detectable);
  }
}
