import type { Verdict } from "#src/evaluation/oracle/gold";

/** What one answer shows of the data behind it. Null: the trace doesn't say. */
export type DataTrace = {
  readonly contextTokens: number | null;
  readonly contextBudget: number | null;
  /** Search texts of the retrieved chunks. */
  readonly searchTexts: readonly string[] | null;
  readonly candidates: {
    readonly beforeClamp: number;
    readonly beforeDedup: number;
    readonly afterDedup: number;
  } | null;
};

/** One finding: its number, and what that means. `value` is null where nothing could be measured. */
export type Finding = { readonly verdict: Verdict; readonly value: number | null; readonly sentence: string };

export type DataQuality = {
  readonly budgetViolations: Finding;
  readonly prefixLeakage: Finding;
  readonly dedupRate: Finding;
  readonly breadth: Finding;
};

export const DEDUP_RATE = { least: 0.1, most: 0.35 };
export const BREADTH_DRIFT = 0.2;
/** Fewer answers than this show no clamp: a few queries may happen to find equally much. */
export const FEWEST_FOR_A_CLAMP = 20;

/**
 * Data quality from traces. `prefix`: what ingestion puts before a chunk, which must not be in its search text. `baselineBreadth`:
 * the baseline's mean number of candidates before any clamp; null for a first go-live, where only a clamp can be seen.
 */
export function dataQuality(
  traces: readonly DataTrace[],
  { prefix, baselineBreadth }: { readonly prefix: RegExp; readonly baselineBreadth: number | null },
): DataQuality {
  return {
    budgetViolations: budgetViolations(traces),
    prefixLeakage: prefixLeakage(traces, prefix),
    dedupRate: dedupRate(traces),
    breadth: breadth(traces, baselineBreadth),
  };
}

const unknown = (what: string): Finding => ({
  verdict: "inconclusive",
  value: null,
  sentence: `Not all traces show ${what}: what isn't shown can't pass.`,
});

function budgetViolations(traces: readonly DataTrace[]): Finding {
  const known = traces.flatMap(({ contextTokens, contextBudget }) =>
    contextTokens === null || contextBudget === null ? [] : [contextTokens > contextBudget],
  );
  const value = known.filter((violated) => violated).length;
  if (value > 0)
    return { verdict: "fail", value, sentence: `${value} of ${known.length} contexts are over their token budget.` };
  if (known.length === 0 || known.length < traces.length) return unknown("the tokens of the context and their budget");
  return { verdict: "pass", value, sentence: `All ${known.length} contexts are within their token budget.` };
}

function prefixLeakage(traces: readonly DataTrace[], prefix: RegExp): Finding {
  const known = traces.flatMap(({ searchTexts }) => (searchTexts === null ? [] : [searchTexts]));
  const texts = known.flat();
  // `search` starts anew each time, whatever flags the expression has.
  const value = texts.filter((text) => text.search(prefix) >= 0).length;
  if (value > 0) {
    return {
      verdict: "fail",
      value,
      sentence: `${value} of ${texts.length} retrieved chunks carry the ingestion prefix in their search text.`,
    };
  }
  if (texts.length === 0 || known.length < traces.length) return unknown("the search texts of what was retrieved");
  return { verdict: "pass", value, sentence: `None of ${texts.length} retrieved chunks carries the ingestion prefix.` };
}

/** (before − after) / before for each query, then the mean: over all queries together it would grow with their number. */
function dedupRate(traces: readonly DataTrace[]): Finding {
  const rates = traces.flatMap(({ candidates }) =>
    candidates === null || candidates.beforeDedup === 0
      ? []
      : [(candidates.beforeDedup - candidates.afterDedup) / candidates.beforeDedup],
  );
  const value = meanOf(rates);
  if (value === null || traces.some(({ candidates }) => candidates === null))
    return unknown("candidates before and after deduplication");
  const { least, most } = DEDUP_RATE;
  const sentence = `Deduplication takes ${inPercent(value)} of the candidates away; ${inPercent(least)} to ${inPercent(most)} is healthy.`;
  return { verdict: value >= least && value <= most ? "pass" : "fail", value, sentence };
}

function breadth(traces: readonly DataTrace[], baseline: number | null): Finding {
  const counts = traces.flatMap(({ candidates }) => (candidates === null ? [] : [candidates.beforeClamp]));
  const value = meanOf(counts);
  if (value === null || counts.length < traces.length) return unknown("the number of candidates before any clamp");
  if (counts.length >= FEWEST_FOR_A_CLAMP && new Set(counts).size === 1) {
    return {
      verdict: "fail",
      value,
      sentence: `All ${counts.length} queries found exactly ${value} candidates: something clamps them silently.`,
    };
  }
  if (baseline === null)
    return {
      verdict: "pass",
      value,
      sentence: `${value.toFixed(1)} candidates on average; there is no baseline to compare with.`,
    };
  const drift = baseline === 0 ? Number.POSITIVE_INFINITY : Math.abs(value - baseline) / baseline;
  const sentence = `${value.toFixed(1)} candidates on average, the baseline has ${baseline.toFixed(1)}; within ±${inPercent(BREADTH_DRIFT)} is stable.`;
  return { verdict: drift <= BREADTH_DRIFT + 1e-9 ? "pass" : "fail", value, sentence };
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const inPercent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
