import fc from "fast-check";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { breachBar, type CanaryPolicy, type Kpi } from "#src/canary/kpi";
import type { KpiReport } from "#src/canary/kpi-report";
import type { KpiNumbers } from "#src/canary/watch/events";
import type { Breach, CanaryWatch } from "#src/canary/watch/state";
import type { CanarySight, CanaryView, NextStep, SeriesPoint } from "#src/canary/watch/view";
import { dan, mei, NOW, person, policy, rina } from "#test/slack-blocks/fixtures";
import { extreme } from "#test/slack-blocks/hostile";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const CANARY = "cn_0123456789abcdef";
export const omar = person("U0OMAR01", "Omar Haddad");

/** A breach of F1, found 40 seconds ago; nobody said anything about it yet. */
export const f1Breach = (change: Partial<Breach> = {}): Breach => ({
  kpi: "f1",
  at: NOW - 3 * MINUTE,
  foundAt: NOW - 40_000,
  onBreach: "rollback",
  owner: "ml-lead",
  numbers: numbersOf("f1"),
  finding: { bucket: 27, digest: "d".repeat(64), hours: 6.75 },
  worst: ["gold-17", "gold-4", "gold-31"],
  acknowledged: null,
  mutedUntil: null,
  escalated: [],
  ...change,
});

export function numbersOf(kpi: string, change: Partial<KpiNumbers> = {}): KpiNumbers {
  const bar = breachBar(0.25, 0.05);
  return {
    kpi,
    standing: "breach",
    value: 0.56,
    baseline: 0.61,
    beyond: false,
    logE: Math.log(4_000),
    bar,
    n: 1_240,
    ...change,
  };
}

/** A canary of 48 hours, 31 of them over; Dan and Mei are on call, Omar owns what ML answers for. */
export const canaryWatch = (change: Partial<CanaryWatch> = {}): CanaryWatch => ({
  id: CANARY,
  number: 3,
  service: "support-docs",
  channel: "C0RELEASE",
  release: "rel_01J0ABCDEF",
  candidate: { run: "run-b", config: "config-2" },
  baseline: { run: "run-a", config: "config-1" },
  policy: DEFAULT_POLICY,
  response: {
    rollBackAfterMs: 5 * MINUTE,
    askForMs: 30 * MINUTE,
    escalateAfterMs: 10 * MINUTE,
    escalateTo: null,
    silentAfterMs: HOUR,
  },
  rights: policy,
  members: { "on-call": [dan, mei], "ml-lead": [omar], "release-manager": [rina] },
  onCall: ["on-call"],
  questions: 130,
  caution: null,
  changes: ["reranker.top_n: 18 → 12"],
  from: NOW - 32 * HOUR,
  startedAt: NOW - 32 * HOUR,
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

type Seen = Partial<KpiReport>;
const SEEN: Readonly<Record<string, Seen>> = {
  oracle_prefilter: { standing: "healthy", value: 0.915, baseline: 0.912, logE: -1.2, n: 84, detectable: 0.031 },
  reader_used_gold: { standing: "unknown", value: 0.871, baseline: 0.88, logE: 0.9, n: 84, detectable: 0.034 },
  f1: { standing: "healthy", value: 0.612, baseline: 0.611, logE: -0.4, n: 84, detectable: 0.023 },
  precision: { standing: "watching", value: 0.642, baseline: 0.67, logE: 2.9, n: 84, detectable: 0.028 },
  p95_latency: { standing: "healthy", value: 2.41, baseline: 2.38, logE: -2, n: 6_210, detectable: 0.008 },
  tool_schema: { standing: "unknown", value: 0.991, baseline: 0.99, logE: -3, n: 3_100, detectable: 0.012 },
  intent_line: { standing: "unknown", value: 0.9987, baseline: 0.998, logE: -1, n: 3_100, detectable: 0.009 },
  dedup_rate: { standing: "unknown", value: 0.246, baseline: 0.251, logE: -4, n: 6_190, detectable: 0.006 },
  snapshot_breadth: { standing: "unknown", value: 51.6, baseline: 52.1, logE: -0.2, n: 6_190, detectable: 0.02 },
};

export function reportOf(kpi: Kpi, change: Seen = {}): KpiReport {
  const isZero = kpi.kind === "zero";
  return {
    id: kpi.id,
    kpi,
    standing: isZero ? "healthy" : "unknown",
    value: isZero ? 0 : null,
    baseline: isZero ? 0 : null,
    threshold: 0,
    logE: null,
    bar: kpi.kind === "zero" ? null : breachBar(kpi.weight, 0.05),
    logHealthy: null,
    firstAlarmAt: null,
    n: isZero ? 6_210 : 0,
    detectable: null,
    satisfied: false,
    ...SEEN[kpi.id],
    ...change,
  };
}

/** What the monitor sees of a policy; `change` per KPI. */
export const sightOf = (
  change: Partial<CanarySight> = {},
  kpis: Readonly<Record<string, Seen>> = {},
  { kpis: all }: CanaryPolicy = DEFAULT_POLICY,
): CanarySight => ({
  verdict: "inconclusive",
  reasons: [],
  kpis: all.map((kpi) => reportOf(kpi, kpis[kpi.id])),
  hours: 31.25,
  closedUntil: NOW - 4 * MINUTE,
  heard: { baseline: NOW - MINUTE, canary: NOW - 2 * MINUTE },
  counts: {
    baseline: { counted: 6_214, failed: 3, late: 1, unpaired: 2 },
    canary: { counted: 6_210, failed: 5, late: 0, unpaired: 4 },
  },
  perHour: { baseline: 204, canary: 198 },
  asked: 84,
  series: {},
  worst: {},
  ...change,
});

/** F1 by the hour: it falls from the fifth hour on. */
export const series: readonly SeriesPoint[] = Array.from({ length: 8 }, (_, hour) => ({
  at: NOW - (7 - hour) * HOUR - 3 * MINUTE,
  value: 0.61 - 0.014 * Math.max(0, hour - 2) + (hour % 2) * 0.004,
  baseline: 0.61 + (hour % 3) * 0.003,
  band: 0.024 - hour * 0.001,
}));

export const worst = [
  { question: "gold-17", text: "How long does an invitation to a workspace stay valid?", value: 0.2, baseline: 0.9 },
  { question: "gold-4", text: "Which plan includes the audit log?", value: 0, baseline: 0.667 },
  { question: "gold-31", text: null, value: 0.31, baseline: 0.8 },
];

/** Nothing is wrong. */
export const quiet = (
  change: Partial<CanaryWatch> = {},
  next: NextStep = { kind: "watches", hoursLeft: 16.75 },
): CanaryView => ({
  canary: canaryWatch(change),
  sight: sightOf(),
  next,
});

const inBreach: Seen = { standing: "breach", value: 0.56, baseline: 0.61, logE: Math.log(4_000), n: 1_240 };

/** F1 is in breach, and rolls back in five minutes. */
export const breached = (
  change: Partial<CanaryWatch> = {},
  next: NextStep = { kind: "rolls-back", at: NOW + 260_000, kpi: "f1", why: "policy" },
  seen: Seen = inBreach,
): CanaryView => ({
  canary: canaryWatch({ breaches: [f1Breach()], ...change }),
  sight: sightOf({ verdict: "rollback", series: { f1: series }, worst: { f1: worst }, hours: 6.75 }, { f1: seen }),
  next,
});

export const ended = (
  as: "passed" | "promoted" | "rolled-back" | "superseded",
  change: Partial<CanaryWatch> = {},
): CanaryView => ({
  ...quiet({
    standing: "ended",
    ended: {
      as,
      at: NOW - MINUTE,
      by: as === "promoted" ? omar : { id: "golive", name: "Golive", kind: "bot" },
      says: "Passed after 48 h with data on both arms.",
      ...(as === "rolled-back" ? { live: { run: "run-a", config: "config-1" } } : {}),
      proven: ["f1", "p95_latency"],
      unrefuted: ["dedup_rate"],
      kpis: [],
      finding: { bucket: 200, digest: "d", hours: 48 },
    },
    ...change,
  }),
});

/** 30 KPIs with names as long as a policy allows. */
export const longPolicy: CanaryPolicy = {
  ...DEFAULT_POLICY,
  kpis: Array.from({ length: 30 }, (_, at): Kpi => {
    const base = DEFAULT_POLICY.kpis[at % DEFAULT_POLICY.kpis.length];
    if (base === undefined) throw new Error("the default policy is empty");
    return { ...base, id: `k${at}_`.padEnd(40, "x") };
  }),
};

/** Any canary, every text hostile and as long as it gets. */
export const anyCanary: fc.Arbitrary<CanaryView> = fc
  .record({
    long: extreme(3_000),
    short: extreme(300),
    breaches: fc.integer({ min: 0, max: 30 }),
    people: fc.integer({ min: 0, max: 60 }),
    changes: fc.integer({ min: 0, max: 60 }),
    long30: fc.boolean(),
    held: fc.boolean(),
    seen: fc.boolean(),
    standing: fc.constantFrom("watching", "paused", "deciding", "ended") as fc.Arbitrary<CanaryWatch["standing"]>,
    kind: fc.constantFrom("rolls-back", "escalates", "rolling-back", "waits-for-people", "watches") as fc.Arbitrary<
      NextStep["kind"]
    >,
    number: fc.constantFrom(null, 0, 0.5, 1e12, Number.POSITIVE_INFINITY),
  })
  .map(({ long, short, breaches, people, changes, long30, held, seen, standing, kind, number }) => {
    const by = { id: "U0LONG01", name: long, kind: "member" } as const;
    const used = long30 ? longPolicy : DEFAULT_POLICY;
    const crowd = Array.from({ length: people }, (_, at) => ({ ...by, id: `U0CROWD${at}` }));
    const found = used.kpis.slice(0, breaches).map(({ id }) =>
      f1Breach({
        kpi: id,
        numbers: numbersOf(id, { value: number }),
        worst: [long, short, long, long],
        acknowledged: held ? { by, at: NOW } : null,
        mutedUntil: held ? NOW : null,
        escalated: [{ to: crowd, step: "role", because: "asked", at: NOW }],
      }),
    );
    const told = { by, reason: long, at: NOW };
    const [first] = found;
    const of = first?.kpi ?? "f1";
    const steps: Readonly<Record<NextStep["kind"], NextStep>> = {
      "rolls-back": { kind: "rolls-back", at: NOW, kpi: of, why: "unanswered" },
      escalates: { kind: "escalates", at: NOW, kpi: of },
      "rolling-back": { kind: "rolling-back", rollback: short },
      "waits-for-people": { kind: "waits-for-people", why: long },
      watches: { kind: "watches", hoursLeft: 1e6 },
    };
    const points = Array.from({ length: 200 }, (_, at) => ({
      at: NOW + at * MINUTE,
      value: number,
      baseline: 0.5,
      band: number,
    }));
    return {
      canary: canaryWatch({
        service: short,
        release: short,
        candidate: { run: long, config: long },
        baseline: { run: short, config: short },
        policy: used,
        members: { "on-call": crowd, "ml-lead": crowd },
        caution: long,
        changes: Array.from({ length: changes }, () => long),
        standing,
        breaches: found,
        held: held ? told : null,
        paused: standing === "paused" ? told : null,
        silent: { baseline: NOW, canary: NOW },
        impeded: held ? long : null,
        givenUp: held ? null : { says: long, attempts: 1, at: NOW },
        window: {
          verdict: "ask",
          reasons: Array.from({ length: changes }, () => long),
          kpis: [],
          finding: { bucket: 1, digest: short, hours: 1 },
          at: NOW,
        },
        ended:
          standing === "ended"
            ? {
                ...told,
                as: "promoted",
                says: long,
                proven: used.kpis.map(({ id }) => id),
                unrefuted: [short],
                kpis: [],
                finding: { bucket: 1, digest: short, hours: 1 },
              }
            : null,
      }),
      sight: seen
        ? sightOf(
            {
              reasons: [long, long],
              series: { [of]: points },
              worst: { [of]: Array.from({ length: 5 }, () => ({ question: long, text: long, value: 0, baseline: 1 })) },
            },
            {},
            used,
          )
        : null,
      next: steps[kind],
    };
  });
