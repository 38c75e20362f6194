import { breachBar, type CanaryPolicy, type Kpi } from "#src/canary/kpi";
import type { KpiReport } from "#src/canary/kpi-report";
import { needsGold } from "#src/canary/observation";
import type { CanaryView } from "#src/canary/watch/view";
import { against, capital } from "#src/canary/words/breach";
import { comparedWords } from "#src/canary/words/compared";
import { evidenceBar, odds, oddsWords } from "#src/canary/words/evidence";
import { type Figures, figuresOf } from "#src/canary/words/figures";
import { countedWords, findKpi, kpiName } from "#src/canary/words/names";
import { detectableWords, percent, points, sayThreshold, sayValue } from "#src/canary/words/values";
import type { Instant } from "#src/release/policy";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import { durationText } from "#src/release/wording";

/**
 * Why a KPI stands as it does, a paragraph each: what is compared, what was seen, the evidence against its bar, why that makes this
 * standing, what would change it, the smallest change it could see, what is missing. Plain text; `when` writes an instant.
 */
export function explainKpi(view: CanaryView, id: string, when: (at: Instant) => string): string[] {
  const kpi = findKpi(view, id);
  if (kpi === null) {
    const known = view.canary.policy.kpis.map((each) => each.id);
    return [refusalText({ kind: "kpi-unknown", kpi: id, known }, namesFrom(null))];
  }
  const { policy } = view.canary;
  const figures = figuresOf(view, id);
  const report = view.sight?.kpis.find((each) => each.id === id) ?? null;
  return [
    `${capital(kpiName(kpi))}: ${figures === null ? "not looked at yet" : standingTitle(figures)}.`,
    comparedWords(kpi),
    ...(figures === null || figures.n === 0
      ? ["Seen: nothing so far. No data is never healthy."]
      : [seenWords(kpi, figures), ...evidenceWords(kpi, figures, policy)]),
    ...(figures === null ? [] : [whyWords(view, kpi, figures, when)]),
    endWords(kpi, report),
    ...(kpi.kind === "zero" ? [] : [`Smallest change it would see with 80 % chance: ${detectable(kpi, report)}.`]),
    ...missingGrades(view, kpi),
    ...onceWords(view, kpi),
    breachMeans(view, kpi),
  ];
}

const standingTitle = ({ standing, n }: Figures): string =>
  standing === "unknown" && n === 0 ? "unknown, there is no data" : standing;

function seenWords(kpi: Kpi, figures: Figures): string {
  const { value, baseline, n } = figures;
  if (kpi.kind === "zero") {
    return `Seen: ${value === 0 ? "none" : sayValue(kpi, value)} among ${countedWords(kpi, n)} that were looked at.`;
  }
  const beside = baseline === null ? "" : " of the baseline";
  const failed = value === Number.POSITIVE_INFINITY ? " More than 5 % of the candidate's requests failed." : "";
  return `Seen: ${against(kpi, figures)}${beside}, over ${countedWords(kpi, n)}. The limit is ${sayThreshold(kpi, baseline)}.${failed}`;
}

function evidenceWords(kpi: Kpi, { logE, bar }: Figures, { alpha }: CanaryPolicy): string[] {
  if (kpi.kind === "zero") return ["Nothing is inferred: the first one that is seen is a breach."];
  const needed = bar ?? breachBar(kpi.weight, alpha);
  return [
    `Evidence of a breach: ${oddsWords(logE)} (${evidenceBar(logE, needed)}). It takes ${odds(needed) ?? "more"}, its share of the ` +
      `${percent(alpha)} of false alarms that all KPIs together may cause, however often one looks.`,
  ];
}

function whyWords({ canary }: CanaryView, kpi: Kpi, figures: Figures, when: (at: Instant) => string): string {
  const breach = canary.breaches.find((each) => each.kpi === kpi.id);
  switch (figures.standing) {
    case "breach": {
      const since = breach === undefined ? "" : ` at ${when(breach.at)}`;
      const less =
        kpi.kind !== "zero" && figures.logE !== null && figures.bar !== null && figures.logE < figures.bar
          ? " The evidence is below the bar now."
          : "";
      return `A breach: it was ${kpi.kind === "zero" ? "seen" : "proven"}${since}, and stays one whatever comes later.${less}`;
    }
    case "healthy":
      return kpi.kind === "zero"
        ? "Healthy: requests were looked at, and none of them did it. The first one that does changes that."
        : "Healthy: proven better than the tolerance, at this moment. It is read again at the end; worse answers until then can take it back.";
    case "watching":
      return "Watching: the value itself is beyond the limit, and chance could still have done that. More data proves it, or takes it back.";
    case "unknown":
      if (figures.n === 0) return "Unknown: there is nothing to judge it by.";
      if (kpi.kind === "zero") return "Unknown: too little was looked at.";
      return "tolerance" in kpi
        ? "Unknown: the value is within the limit, and not proven to be good enough."
        : "Unknown: the value is within the limit, and no breach is proven. More can't be proven of this KPI.";
  }
}

/** What the end of the window asks of it. */
function endWords(kpi: Kpi, report: KpiReport | null): string {
  if (kpi.kind === "zero") return "At the end it has to have been looked for, and none found.";
  const now = report === null ? "" : report.satisfied ? " That is so now." : " That is not so yet.";
  if (kpi.atEnd === "unrefuted") {
    const detect = detectableWords(kpi, kpi.detect);
    return `At the end it takes no breach, where a change of ${detect} would have been seen.${now}`;
  }
  return `At the end it has to be proven good enough${tolerance(kpi)}.${now}`;
}

function tolerance(kpi: Kpi): string {
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return `: at most ${points(kpi.tolerance)} below the baseline`;
    case "p95-ratio":
      return `: at most ${kpi.tolerance} × the baseline's`;
    default:
      return "";
  }
}

const detectable = (kpi: Kpi, report: KpiReport | null): string => detectableWords(kpi, report?.detectable ?? null);

/** Sentences of the verdict about grades that a judge did not give. */
function missingGrades({ sight }: CanaryView, kpi: Kpi): string[] {
  if (kpi.kind !== "bounded-mean" && kpi.kind !== "paired-binary") return [];
  const about = (sight?.reasons ?? []).filter((reason) => reason.includes(`answers have no ${kpi.of}`));
  return about.map((reason) => `Missing grades: ${reason}. While that is so, the canary doesn't pass.`);
}

function onceWords({ canary, sight, probesWait: wait = null }: CanaryView, kpi: Kpi): string[] {
  if ((kpi.kind !== "bounded-mean" && kpi.kind !== "paired-binary") || !needsGold(kpi.of)) return [];
  const asked = sight === null ? "" : `; ${sight.asked} of ${canary.questions} were asked of both so far`;
  return [
    `A question with a known answer counts once, however often it is asked${asked}.`,
    ...(wait === null ? [] : [`No question is asked at the moment. ${/[.!?]$/.test(wait) ? wait : `${wait}.`}`]),
  ];
}

function breachMeans({ canary }: CanaryView, { onBreach }: Kpi): string {
  const { rollBackAfterMs, askForMs } = canary.response;
  switch (onBreach) {
    case "rollback":
      return rollBackAfterMs <= 0
        ? "A breach of it rolls back by itself, at once."
        : `A breach of it rolls back by itself after ${durationText(rollBackAfterMs)}, unless somebody holds it.`;
    case "ask":
      return `A breach of it asks people, and rolls back if nobody answers for ${durationText(askForMs)}.`;
    case "alert":
      return "A breach of it is told, and changes nothing by itself; the canary doesn't pass with it.";
  }
}
