import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { breachBar, type Kpi } from "#src/canary/kpi";
import type { KpiReport } from "#src/canary/kpi-report";
import type { KpiNumbers } from "#src/canary/watch/events";
import type { Breach, CanaryWatch } from "#src/canary/watch/state";
import type { CanarySight, CanaryView } from "#src/canary/watch/view";
import * as w from "#test/release/world";

/** Kinds that the shipped policy does without, or that it declares otherwise. */
const weighted = { weight: 0.1, onBreach: "rollback", owner: null } as const;
export const split: Kpi = {
  id: "traffic_split",
  kind: "traffic-split",
  share: 0.1,
  atEnd: "unrefuted",
  detect: 0.02,
  ...weighted,
};
export const faithful: Kpi = {
  id: "grounded",
  kind: "bounded-mean",
  of: "faithfulness",
  threshold: 0.02,
  tolerance: 0.04,
  atEnd: "proven",
  ...weighted,
  onBreach: "ask",
};
export const policy = { ...DEFAULT_POLICY, kpis: [...DEFAULT_POLICY.kpis, split, faithful] };
export const kpi = (id: string): Kpi => {
  const found = policy.kpis.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no KPI ${id}`);
  return found;
};

export function reportOf(id: string, change: Partial<KpiReport> = {}): KpiReport {
  const of = kpi(id);
  const isZero = of.kind === "zero";
  return {
    id,
    kpi: of,
    standing: "unknown",
    value: isZero ? 0 : 0.56,
    baseline: isZero ? 0 : 0.61,
    threshold: 0,
    logE: isZero ? null : Math.log(12),
    bar: of.kind === "zero" ? null : breachBar(of.weight, policy.alpha),
    logHealthy: null,
    firstAlarmAt: null,
    n: 1_240,
    detectable: isZero ? null : 0.023,
    satisfied: false,
    ...change,
  };
}

export const numbersOf = (id: string, change: Partial<KpiNumbers> = {}): KpiNumbers => {
  const { standing, value, baseline, logE, bar, n } = reportOf(id, { standing: "breach", logE: Math.log(4_000) });
  return { kpi: id, standing, value, baseline, beyond: false, logE, bar, n, ...change };
};

export const breachOf = (id: string, change: Partial<Breach> = {}): Breach => ({
  kpi: id,
  at: w.T0,
  foundAt: w.T0 + w.MINUTE,
  onBreach: "rollback",
  owner: null,
  numbers: numbersOf(id),
  finding: { bucket: 1, digest: "d", hours: 6 + 2 / 3 },
  worst: [],
  acknowledged: null,
  mutedUntil: null,
  escalated: [],
  ...change,
});

export const watch = (change: Partial<CanaryWatch> = {}): CanaryWatch => ({
  id: "cn_1",
  number: 3,
  service: "support-docs",
  channel: "C1",
  release: "rel_1",
  candidate: w.runB,
  baseline: w.runA,
  policy,
  response: {
    rollBackAfterMs: 5 * w.MINUTE,
    askForMs: 30 * w.MINUTE,
    escalateAfterMs: 15 * w.MINUTE,
    escalateTo: "U-OMAR",
    silentAfterMs: 5 * w.HOUR,
  },
  rights: w.policy,
  members: w.members,
  onCall: ["on-call"],
  questions: 130,
  caution: null,
  changes: ["reranker.top_n: 18 → 12"],
  from: w.T0,
  startedAt: w.T0,
  standing: "watching",
  standings: {},
  finding: null,
  breaches: [],
  held: null,
  paused: null,
  pauses: [],
  extended: 0,
  silent: {},
  rollback: null,
  impeded: null,
  told: [],
  givenUp: null,
  window: null,
  ended: null,
  version: 1,
  ...change,
});

export const sightOf = (kpis: readonly KpiReport[], change: Partial<CanarySight> = {}): CanarySight => ({
  verdict: "inconclusive",
  reasons: [],
  kpis,
  hours: 31.25,
  closedUntil: w.T0,
  heard: { baseline: w.T0, canary: w.T0 },
  counts: {
    baseline: { counted: 10, failed: 0, late: 0, unpaired: 0 },
    canary: { counted: 10, failed: 0, late: 0, unpaired: 0 },
  },
  perHour: { baseline: 200, canary: 200 },
  asked: 84,
  series: {},
  worst: {},
  ...change,
});

export const viewOf = (change: Partial<CanaryView> = {}): CanaryView => ({
  canary: watch(),
  sight: null,
  next: { kind: "watches", hoursLeft: 16.75 },
  ...change,
});
