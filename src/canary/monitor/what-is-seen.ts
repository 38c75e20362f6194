import { BUCKET_MS, bucketEnd, dataHours } from "#src/canary/clock";
import { doubtsOf } from "#src/canary/doubts";
import type { KpiReport } from "#src/canary/kpi-report";
import type { Heard, KeptCanary } from "#src/canary/monitor/kept-canary";
import { type StoredBucket, seriesOf } from "#src/canary/monitor/series";
import { isPast, windowEnd } from "#src/canary/monitor/window";
import type { Standout } from "#src/canary/monitor/worst-questions";
import type { Arm } from "#src/canary/observation";
import { type CanaryReport, judgeCanary } from "#src/canary/verdict";
import type { Look } from "#src/canary/watch/intents";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { CanarySight, WorstQuestion } from "#src/canary/watch/view";
import type { Instant } from "#src/release/policy";

const BUCKETS_PER_HOUR = 3_600_000 / BUCKET_MS;

const judge = ({ policy }: CanaryWatch, { state }: KeptCanary): CanaryReport =>
  judgeCanary(policy, state, { control: "concurrent", timed: true, doubts: [] });

/**
 * What is kept, as the watch takes it. Null where nobody was heard: but seven days without anybody are an end, too.
 */
export function lookOf(canary: CanaryWatch, kept: KeptCanary, now: Instant): Look | null {
  const { state, heard, digest, worst } = kept;
  const over = kept.through >= windowEnd(canary.policy, state) || isPast(canary, state, now);
  if (state.closed === null && heard.baseline === null && heard.canary === null && !over) return null;
  const report = judge(canary, kept);
  return {
    report,
    finding: { bucket: state.closed, digest, hours: dataHours(state.clock) },
    heard: inMilliseconds(heard),
    over,
    worst: Object.fromEntries(
      report.alarms.map(({ kpi }) => [kpi, (worst[kpi] ?? []).map(({ question }) => question)]),
    ),
  };
}

/** The same for people. `texts`: questions as asked. Null before the first bucket was closed. */
export function sightOf(
  canary: CanaryWatch,
  kept: KeptCanary,
  buckets: readonly StoredBucket[],
  texts: ReadonlyMap<string, string>,
): CanarySight | null {
  const { state, heard, worst, asked, through } = kept;
  const { first } = state.clock;
  if (state.closed === null || first === null) return null;
  const { verdict, reasons, kpis, hours } = judge(canary, kept);
  const lastHour = buckets.filter(({ bucket }) => bucket > through - BUCKETS_PER_HOUR);
  return {
    verdict,
    reasons,
    doubts: doubtsOf(state),
    kpis,
    hours,
    closedUntil: bucketEnd(state.closed),
    heard: inMilliseconds(heard),
    counts: state.counts,
    perHour: byArm((arm) => lastHour.reduce((sum, { figures }) => sum + figures.requests[arm], 0)),
    asked,
    series: seriesOf(canary.policy, first, buckets),
    worst: Object.fromEntries(
      kpis.map((kpi) => [kpi.id, (worst[kpi.id] ?? []).map((each) => toQuestion(kpi, each, texts))]),
    ),
  };
}

const byArm = <T>(of: (arm: Arm) => T): Record<Arm, T> => ({ baseline: of("baseline"), canary: of("canary") });

/** Where the other arm wasn't asked the same, what it does on the whole stands beside. */
function toQuestion(
  kpi: KpiReport,
  { question, value, baseline }: Standout,
  texts: ReadonlyMap<string, string>,
): WorstQuestion {
  return { question, text: texts.get(question) ?? null, value, baseline: baseline ?? kpi.baseline ?? 0 };
}

/** Times of events may have fractions; what is told and journalled has none. */
const inMilliseconds = (heard: Heard): Heard =>
  byArm((arm) => {
    const at = heard[arm];
    return at === null ? null : Math.floor(at);
  });
