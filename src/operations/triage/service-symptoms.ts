import type { Comparison } from "#src/evaluation/compare/compare-runs";
import { whyUnscored } from "#src/evaluation/compare/evaluated-run";
import type { JudgedFloors } from "#src/evaluation/compare/judge-floors";
import { dataQuality } from "#src/evaluation/oracle/data-quality";
import { MOST_MISSING } from "#src/evaluation/oracle/quality-floors";
import { CONFORMING } from "#src/evaluation/oracle/tool-governance";
import { because } from "#src/operations/triage/causes";
import { explainMissing } from "#src/operations/triage/explain-missing";
import { explainSlowness } from "#src/operations/triage/explain-slowness";
import type { CasePairSeen, SeenCase } from "#src/operations/triage/seen-case";
import type { Symptom } from "#src/operations/triage/symptom";
import type { Weighed } from "#src/operations/triage/weigh";

type Comparable = Extract<Comparison, { comparable: true }>;

/** Two evaluations are of two hours with other load: a p95 that is longer by less than this nobody notices. Seconds. */
export const SLOWER_SECONDS = 0.5;
/** At least this share of tool calls that took more than one try is too much (a reliability objective). */
export const MOST_RETRIED = 0.01;

/** The p95 above its ceiling, or proven longer than the baseline's by at least `SLOWER_SECONDS`. */
export function latencySymptoms(
  pairs: readonly CasePairSeen[],
  comparison: Comparable | null,
  floors: JudgedFloors,
): Symptom[] {
  const ceiling = floors.findings.find(({ floor, verdict }) => floor === "latency_max" && verdict === "fail") ?? null;
  const latency = comparison?.latency ?? null;
  const isSlower = latency !== null && latency.standing === "breach" && slowerBy(latency) >= SLOWER_SECONDS;
  if (ceiling === null && !isSlower) return [];
  // What is beyond the bar is what makes the percentile: the baseline's p95 with its margin, else the ceiling.
  const ratio = comparison?.margins.latency.threshold ?? 1;
  const bar = isSlower && latency.baseline !== null ? latency.baseline * ratio : (ceiling?.limit ?? 0);
  const cases = pairs.flatMap((pair): Weighed[] => {
    const requests = pair.now.of.trials.flatMap(({ request }) => request ?? []);
    const beyond = requests.filter(({ seconds, failed }) => failed || seconds > bar).length;
    return beyond === 0 ? [] : [{ ...explainSlowness(pair), weight: beyond / requests.length }];
  });
  return [
    {
      metric: "p95_latency",
      how: ceiling === null ? "proven" : "floor",
      unit: "seconds",
      value: ceiling?.value ?? latency?.candidate ?? null,
      baseline: latency?.baseline ?? null,
      bar: ceiling?.limit ?? bar,
      n: latency?.n ?? ceiling?.n ?? 0,
      cases,
    },
  ];
}

/** Infinity: so many of the candidate's failed. */
function slowerBy({ baseline, candidate }: Comparable["latency"]): number {
  return baseline === null || candidate === null ? 0 : candidate - baseline;
}

/** Cases without a score, tool calls that took several tries, and a search that finds a fixed number. */
export function workingSymptoms(pairs: readonly CasePairSeen[]): Symptom[] {
  return [...withoutScore(pairs), ...retries(pairs), ...clampedSearch(pairs)];
}

function withoutScore(pairs: readonly CasePairSeen[]): Symptom[] {
  const cases = pairs.flatMap((pair): Weighed[] => {
    const found = explainMissing(pair);
    return found === null ? [] : [{ ...found, weight: 1 }];
  });
  const before = pairs.flatMap((pair) => pair.before ?? []);
  const was = before.length === 0 ? null : before.filter(({ of }) => whyUnscored(of) !== null).length / before.length;
  const share = pairs.length === 0 ? 0 : cases.length / pairs.length;
  if (share <= MOST_MISSING) return [];
  return [broken("without_score", { value: share, baseline: was, bar: MOST_MISSING, n: pairs.length, cases })];
}

function retries(pairs: readonly CasePairSeen[]): Symptom[] {
  const sum = (of: readonly (SeenCase | null)[]) => {
    const calls = of.reduce((total, seen) => total + (seen?.trace?.calls ?? 0), 0);
    return { calls, retried: of.reduce((total, seen) => total + (seen?.trace?.retried ?? 0), 0) };
  };
  const now = sum(pairs.map((pair) => pair.now));
  if (now.calls === 0 || now.retried / now.calls < MOST_RETRIED) return [];
  const was = sum(pairs.map(({ before }) => before));
  const cases = pairs.flatMap(({ id, now: { trace } }): Weighed[] =>
    trace === null || trace.retried === 0
      ? []
      : [
          {
            ...because(id, "retried", `${trace.retried} of its ${trace.calls} tool calls took more than one try.`),
            weight: trace.retried,
          },
        ],
  );
  const baseline = was.calls === 0 ? null : was.retried / was.calls;
  return [broken("tool_retries", { value: now.retried / now.calls, baseline, bar: MOST_RETRIED, n: now.calls, cases })];
}

function clampedSearch(pairs: readonly CasePairSeen[]): Symptom[] {
  const counts = (of: readonly (SeenCase | null)[]) => of.flatMap((seen) => seen?.trace?.candidates ?? []);
  const now = counts(pairs.map((pair) => pair.now));
  const was = counts(pairs.map(({ before }) => before));
  const baseline = was.length === 0 ? null : was.reduce((sum, each) => sum + each.beforeClamp, 0) / was.length;
  const { breadth } = dataQuality(
    now.map((candidates) => ({ contextTokens: null, contextBudget: null, searchTexts: null, candidates })),
    { prefix: /(?!)/, baselineBreadth: baseline },
  );
  if (breadth.verdict !== "fail") return [];
  const cases = pairs.flatMap(({ id, now: { trace }, before }): Weighed[] => {
    const [is, old] = [trace?.candidates?.beforeClamp ?? null, before?.trace?.candidates?.beforeClamp ?? null];
    if (is === null) return [];
    const says = `The search found ${is} candidates${old === null ? "" : `, ${old} in the baseline`}.`;
    return [{ ...because(id, "search-clamped", says), weight: 1 }];
  });
  return [
    {
      metric: "snapshot_breadth",
      how: "broken",
      unit: "count",
      value: breadth.value,
      baseline,
      bar: null,
      n: now.length,
      cases,
    },
  ];
}

/** Rules that every answer has to keep, whatever it scores. `auditApplies` false: the service's prompts are not audited, and that is signed. */
export function ruleSymptoms(pairs: readonly CasePairSeen[], auditApplies: boolean): Symptom[] {
  return [
    ...toolRules(pairs),
    ...leaks(pairs),
    ...budgets(pairs),
    ...(auditApplies ? audits(pairs) : []),
    ...drift(pairs),
  ];
}

function toolRules(pairs: readonly CasePairSeen[]): Symptom[] {
  const cases = pairs.flatMap(({ id, now: { trace } }): Weighed[] => {
    const [first, ...more] = trace?.toolBreaches ?? [];
    if (first === undefined) return [];
    const says = `${first}${more.length === 0 ? "" : `, and ${more.length} more`}.`;
    return [{ ...because(id, "tool-rule", says), weight: 1 + more.length }];
  });
  const calls = pairs.reduce((sum, { now }) => sum + (now.trace?.calls ?? 0), 0);
  const value = pairs.reduce((sum, { now }) => sum + (now.trace?.toolBreaches.length ?? 0), 0);
  const nonconforming = pairs.reduce((sum, { now }) => sum + (now.trace?.nonconforming ?? 0), 0);
  // Up to one call in twenty may miss its schema; the other rules know no exception.
  if (value === 0 || (value === nonconforming && 1 - nonconforming / calls > CONFORMING)) return [];
  return [{ metric: "tool_governance", how: "broken", unit: "count", value, baseline: null, bar: 0, n: calls, cases }];
}

function leaks(pairs: readonly CasePairSeen[]): Symptom[] {
  return counted(pairs, "prefix_leakage", ({ id, now: { trace } }) => {
    const [leaked, found] = [trace?.prefixed ?? 0, trace?.chunks?.found ?? 0];
    const says = `${leaked} of its ${found} retrieved chunks begin with the ingestion prefix in their search text.`;
    return leaked === 0 ? null : { ...because(id, "prefix-in-search-text", says), weight: leaked };
  });
}

function budgets(pairs: readonly CasePairSeen[]): Symptom[] {
  return counted(pairs, "context_budget", ({ id, now: { trace } }) => {
    const over = trace?.overBudget ?? 0;
    const says = `Its context is ${over} tokens over the budget.`;
    return over === 0 ? null : { ...because(id, "over-budget", says), weight: over };
  });
}

function audits(pairs: readonly CasePairSeen[]): Symptom[] {
  return counted(pairs, "prompt_audit", ({ id, now: { trace } }) => {
    if (trace === null || trace.answer === null || trace.audited) return null;
    return {
      ...because(id, "no-prompt-audit", "The answer doesn't show the prompt that it was made with."),
      weight: 1,
    };
  });
}

/** One evaluation asks one configuration: an answer of another CONFIG_HASH than most, or made otherwise than the baseline's of the same pair. */
function drift(pairs: readonly CasePairSeen[]): Symptom[] {
  const hashes = pairs.flatMap(({ now }) => now.trace?.madeWith.config ?? []);
  const usual = [...Map.groupBy(hashes, (hash) => hash)].sort(
    (a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1),
  );
  const most = usual[0]?.[0] ?? null;
  return counted(pairs, "made_with", ({ id, now, before, samePair }) => {
    const [is, was] = [now.trace?.madeWith ?? null, before?.trace?.madeWith ?? null];
    if (is === null) return null;
    const other = (key: "fewShot" | "model" | "config") =>
      samePair && was !== null && was[key] !== null && is[key] !== null && was[key] !== is[key];
    const what = [
      ...(is.config !== null && is.config !== most
        ? ["with another CONFIG_HASH than the other answers of this run"]
        : []),
      ...(other("fewShot") ? ["with other few-shot examples than the baseline's of the same version"] : []),
      ...(other("model") ? ["by another model than the baseline's of the same version"] : []),
      ...(other("config") ? ["with another CONFIG_HASH than the baseline's of the same version"] : []),
    ];
    return what.length === 0 ? null : { ...because(id, "made-otherwise", `Made ${what.join(", ")}.`), weight: 1 };
  });
}

/** A rule without exceptions: the answers that break it, against none. */
function counted(
  pairs: readonly CasePairSeen[],
  metric: Symptom["metric"],
  breach: (pair: CasePairSeen) => Weighed | null,
): Symptom[] {
  const cases = pairs.flatMap((pair) => breach(pair) ?? []);
  if (cases.length === 0) return [];
  const n = pairs.filter(({ now }) => now.trace !== null && now.trace.answer !== null).length;
  return [{ metric, how: "broken", unit: "count", value: cases.length, baseline: null, bar: 0, n, cases }];
}

const broken = (
  metric: Symptom["metric"],
  figures: Pick<Symptom, "value" | "baseline" | "bar" | "n" | "cases">,
): Symptom => ({ metric, how: "broken", unit: "share", ...figures });
