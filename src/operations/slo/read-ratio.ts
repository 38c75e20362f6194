import type { Bars } from "#src/operations/slo/bars";
import { burnRates, HOUR_MS, users } from "#src/operations/slo/burn";
import { leastEvents, logTail } from "#src/operations/slo/chance";
import { allowedOf, type Counted, countEvents, type RatioSlo } from "#src/operations/slo/count-events";
import { sumOf } from "#src/operations/slo/figures";
import { quantile } from "#src/operations/slo/histogram";
import type { SloInputs, TimedFigures } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";
import type { SloReading } from "#src/operations/slo/slo";
import { NAMED } from "#src/operations/slo/titles";
import { hoursWords, milliseconds, number, percent, seconds } from "#src/operations/slo/words";
import type { Instant } from "#src/release/policy";

/** Hours with requests below which a window says nothing, and for how long nobody may have asked. */
const LEAST_HOURS = 24;
const SILENT_HOURS = 72;
/** A budget of so many bad events is spent when it is counted out; a smaller one where chance doesn't explain it. */
const CERTAIN_BUDGET = 10;
const LOG_CHANCE = Math.log(0.01);
/** Standard errors between two halves of a window that aren't chance. */
const TREND_Z = 3;

type Context = {
  readonly policy: SloPolicy;
  readonly inputs: Pick<SloInputs, "hours" | "slots">;
  /** Of the window alone. */
  readonly recent: readonly TimedFigures[];
  readonly bars: Bars;
  readonly now: Instant;
};

/** What an SLO comes to that is counted request by request. */
export function readRatio(slo: RatioSlo, context: Context): SloReading {
  const { policy, inputs, bars, now } = context;
  const recent = users(context.recent);
  const allowed = allowedOf(slo, policy, bars);
  const counted = countEvents(slo, recent, 1, policy, bars);
  const base = {
    id: slo,
    family: NAMED[slo].family,
    kind: NAMED[slo].kind,
    ...shown(slo, recent, counted, policy, bars),
    ...counted,
  };
  const why = allowed === null ? baselineMissing(slo, bars) : whyNot(slo, counted, allowed, recent, now);
  if (allowed === null || why !== null) {
    const burn = allowed === null ? [] : burnRates(slo, allowed, inputs, policy, bars, now);
    return {
      ...base,
      standing: "inconclusive",
      says: why ?? "",
      allowed: allowed ?? 0,
      budgetLeft: null,
      spent: false,
      burn,
      trend: null,
    };
  }
  const { events, bad } = counted;
  const budget = allowed * events;
  // "Less than" is the one bar that equality misses.
  const over = slo === "tool_retries" ? bad >= budget - 1e-9 : bad > budget + 1e-9;
  return {
    ...base,
    standing: over ? "fail" : "pass",
    says: `${number(bad)} of ${number(events)} ${UNITS[slo]}; ${number(Math.floor(budget + 1e-9))} may be.${followsWords(slo, policy)}`,
    allowed,
    budgetLeft: 1 - bad / budget,
    spent: over && (budget >= CERTAIN_BUDGET || logTail(bad, events, allowed) <= LOG_CHANCE),
    burn: burnRates(slo, allowed, inputs, policy, bars, now),
    trend: trendOf(slo, context, allowed),
  };
}

const UNITS: Readonly<Record<RatioSlo, string>> = {
  answered: "requests got no answer",
  tool_retries: "tries of tool calls were retries",
  degradation: "requests under overload got no answer in time",
  p95_latency: "requests were slower than the bar, or failed",
  embedding_latency: "embedded texts were slower than the bar",
  throughput: "requests in the busiest hours got no answer",
};

/** A measured baseline follows what it measures: whoever reads "kept" reads that as well. */
function followsWords(slo: RatioSlo, { objectives, windowDays }: SloPolicy): string {
  const isMeasured = {
    ...{ answered: false, tool_retries: false, embedding_latency: false },
    degradation: objectives.p95BaselineS === null,
    p95_latency: objectives.p95BaselineS === null,
    throughput: objectives.throughputBaseline === null,
  }[slo];
  return isMeasured ? ` The baseline is that of the ${windowDays} days before, so a slow decline isn't seen.` : "";
}

const baselineMissing = (slo: RatioSlo, { why }: Bars): string =>
  `Nothing to compare with: ${slo === "throughput" ? why.throughput : why.latency}.`;

/** Why a share can't be told; null: it can. */
function whyNot(
  slo: RatioSlo,
  { events }: Counted,
  allowed: number,
  recent: readonly TimedFigures[],
  now: Instant,
): string | null {
  const heard = recent.filter(({ figures }) => figures.offered > 0);
  const newest = heard.at(-1);
  if (newest === undefined) return "No request was reported in this window.";
  const silence = (now - newest.from) / HOUR_MS - 1;
  if (silence > SILENT_HOURS) return `No request was reported for ${hoursWords(Math.floor(silence))}.`;
  if (heard.length < LEAST_HOURS) {
    return `Requests in ${heard.length} hours so far; ${LEAST_HOURS} are the least that says something of a month.`;
  }
  if (slo === "degradation" && events === 0) return noOverload(recent);
  const least = leastEvents(allowed);
  if (events >= least) return null;
  if (events === 0) return NEVER_SAID[slo];
  return `${number(events)} events so far; with fewer than ${number(least)} even a spotless record could be chance.`;
}

const NEVER_SAID: Readonly<Record<RatioSlo, string>> = {
  answered: "No request was reported in this window.",
  tool_retries: "No trace says `retries` of a tool call.",
  degradation: "No trace says `rejected`.",
  p95_latency: "No trace says `latency_s`.",
  embedding_latency: "No trace says `embedding_ms`.",
  throughput: "No request was reported in this window.",
};

function noOverload(recent: readonly TimedFigures[]): string {
  if (recent.every(({ figures }) => figures.saysRejected === 0))
    return "No trace says `rejected`, so nobody can tell when there was too much to do.";
  return "Nobody was turned away in this window: there was no overload to judge.";
}

/** The number as people read it, beside its bar. */
function shown(
  slo: RatioSlo,
  recent: readonly TimedFigures[],
  { events, bad }: Counted,
  { objectives }: SloPolicy,
  bars: Bars,
): Pick<SloReading, "value" | "bar"> {
  const good = events === 0 ? null : percent(1 - bad / events);
  switch (slo) {
    case "answered":
      return { value: good, bar: `≥ ${percent(objectives.answeredMin)}` };
    case "tool_retries":
      return { value: events === 0 ? null : percent(bad / events), bar: `< ${percent(objectives.toolRetriesMax)}` };
    case "degradation":
      return { value: good, bar: `≥ ${percent(objectives.degradationMin)}` };
    case "p95_latency": {
      const sum = sumOf(recent.map(({ figures }) => figures));
      const p95 = quantile(sum.latency, sum.offered - sum.answered, 0.95);
      const bar = bars.latencyS === null ? `baseline + ${percent(objectives.p95RatioMax - 1)}` : seconds(bars.latencyS);
      return { value: p95 === null ? null : seconds(p95), bar: `≤ ${bar}` };
    }
    case "embedding_latency": {
      const p95 = quantile(sumOf(recent.map(({ figures }) => figures)).embedding, 0, 0.95);
      return { value: p95 === null ? null : milliseconds(p95), bar: `≤ ${milliseconds(bars.embeddingMs)}` };
    }
    case "throughput": {
      const least = bars.throughputAllowed === null ? null : 1 - bars.throughputAllowed;
      return {
        value: good,
        bar:
          least === null
            ? `baseline − ${number(objectives.throughputPoints * 100)} ${objectives.throughputPoints === 0.01 ? "point" : "points"}`
            : `≥ ${percent(least)}`,
      };
    }
  }
}

/** Whether the newer half of the window is better or worse than the older one by more than chance. */
function trendOf(slo: RatioSlo, { policy, bars, recent, now }: Context, allowed: number): SloReading["trend"] {
  const middle = now - (policy.windowDays / 2) * 24 * HOUR_MS;
  const half = (newer: boolean) =>
    countEvents(
      slo,
      users(recent).filter(({ from }) => from >= middle === newer),
      1,
      policy,
      bars,
    );
  const [before, after] = [half(false), half(true)];
  const least = leastEvents(allowed);
  if (before.events < least || after.events < least) return null;
  const all = (before.bad + after.bad) / (before.events + after.events);
  const error = Math.sqrt(all * (1 - all) * (1 / before.events + 1 / after.events));
  const rise = after.bad / after.events - before.bad / before.events;
  if (error === 0 || Math.abs(rise) < TREND_Z * error) return "same";
  return rise > 0 ? "worse" : "better";
}
