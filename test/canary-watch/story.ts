import { canaryIdOf } from "#src/canary/canary-id";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import type { Kpi } from "#src/canary/kpi";
import type { KpiReport, KpiStanding } from "#src/canary/kpi-report";
import type { CanaryReport, CanaryVerdict } from "#src/canary/verdict";
import { decideCanary } from "#src/canary/watch/decide";
import type { CanaryAuthored, CanaryDecision } from "#src/canary/watch/decision";
import type { CanaryEvent } from "#src/canary/watch/events";
import { evolveCanary } from "#src/canary/watch/evolve";
import type { CanaryIntent, CanaryStart, Look } from "#src/canary/watch/intents";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Recorded } from "#src/release/events";
import { evolveService } from "#src/release/evolve-service";
import type { ServiceState } from "#src/release/state";
import * as w from "#test/release/world";

export { dan, guest, HOUR, MINUTE, members, omar, rosa, runA, runB } from "#test/release/world";

/** A service and the canary of what went live, told by intents. `facts`: the canary's own, as the journal has them. */
export type Story = {
  readonly service: ServiceState;
  readonly canary: CanaryWatch | null;
  readonly now: number;
  readonly facts: readonly Recorded<CanaryEvent>[];
};

const live = [
  w.cutOver(w.ines),
  w.intendFlip("f1"),
  { type: "settle-flip", flip: "f1", outcome: "flipped", live: w.runB } as const,
].reduce<w.Story>((story, intent) => w.play(story, intent), w.ready);

/** run-b has just gone live over run-a by release r1. */
export const wentLive: Story = { service: live.service, canary: null, now: live.now, facts: [] };

export const response = {
  rollBackAfterMs: 5 * w.MINUTE,
  askForMs: 30 * w.MINUTE,
  escalateAfterMs: 10 * w.MINUTE,
  escalateTo: null,
  silentAfterMs: w.HOUR,
};

export const start = (change: Partial<CanaryStart> = {}): CanaryIntent => ({
  type: "start",
  canary: canaryIdOf("r1"),
  service: "docs",
  channel: "C1",
  release: "r1",
  candidate: w.runB,
  baseline: w.runA,
  policy: DEFAULT_POLICY,
  response,
  rights: w.policy,
  members: w.members,
  onCall: ["on-call"],
  questions: 200,
  caution: null,
  changes: ["reranker.top_n: 18 → 12"],
  from: wentLive.now,
  ...change,
});

export function attempt(story: Story, intent: CanaryIntent): { decision: CanaryDecision; story: Story } {
  const decision = decideCanary(story.service, story.canary, intent, story.now);
  return { decision, story: decision.ok ? append(story, decision.events) : story };
}

function append(story: Story, events: readonly CanaryAuthored[]): Story {
  let { service, canary, facts } = story;
  for (const entry of events) {
    const at = story.now;
    if (entry.to === "service") service = evolveService(service, { ...entry, at, version: service.version + 1 });
    else if (entry.to === "canary") {
      const { stream, by, event } = entry;
      const recorded = { stream, by, event, at, version: (canary?.version ?? 0) + 1 };
      canary = evolveCanary(canary, recorded);
      facts = [...facts, recorded];
    }
  }
  return { ...story, service, canary, facts };
}

export function play(story: Story, ...intents: readonly CanaryIntent[]): Story {
  return intents.reduce((current, intent) => {
    const { decision, story: next } = attempt(current, intent);
    if (!decision.ok) throw new Error(`${intent.type} was refused: ${JSON.stringify(decision.refusal)}`);
    return next;
  }, story);
}

export function refusalOf(story: Story, intent: CanaryIntent) {
  const { decision } = attempt(story, intent);
  if (decision.ok) throw new Error(`${intent.type} was accepted`);
  return decision.refusal;
}

export function eventsOf(story: Story, intent: CanaryIntent) {
  const { decision } = attempt(story, intent);
  if (!decision.ok) throw new Error(`${intent.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.events.map(({ event }) => event);
}

/** Types of the facts that an intent causes, in their order. */
export const factsOf = (story: Story, intent: CanaryIntent): readonly string[] =>
  eventsOf(story, intent).map(({ type }) => type);

export const later = (story: Story, ms: number): Story => ({ ...story, now: story.now + ms });

export function canaryOf({ canary }: Story): CanaryWatch {
  if (canary === null) throw new Error("no canary in this story");
  return canary;
}

/** The pointer moved: by a rollback, or past Golive. */
export const pointTo = (story: Story, to: ServiceState["live"]): Story => ({
  ...story,
  service: { ...story.service, live: to },
});

export type Seen = {
  readonly standing?: KpiStanding;
  readonly at?: number;
  readonly value?: number;
  readonly onBreach?: Kpi["onBreach"];
  readonly owner?: string;
};

/** What the evidence comes to: KPIs that aren't named are unknown. Both arms go on being heard. */
export function look(
  story: Story,
  kpis: Readonly<Record<string, Seen>> = {},
  change: {
    readonly verdict?: CanaryVerdict;
    readonly over?: boolean;
    readonly hours?: number;
    readonly reasons?: readonly string[];
    readonly heard?: Look["heard"];
    readonly proven?: readonly string[];
    readonly unrefuted?: readonly string[];
  } = {},
): Look {
  const reports = DEFAULT_POLICY.kpis.map((kpi): KpiReport => {
    const {
      standing = "unknown",
      at = null,
      value = 0.5,
      onBreach = kpi.onBreach,
      owner = kpi.owner,
    } = kpis[kpi.id] ?? {};
    return {
      id: kpi.id,
      kpi: { ...kpi, onBreach, owner },
      standing,
      value,
      baseline: 0.6,
      threshold: 0,
      logE: 9,
      bar: 4.4,
      logHealthy: null,
      firstAlarmAt: standing === "breach" ? (at ?? story.now) : null,
      n: 100,
      detectable: null,
      satisfied: standing === "healthy",
    };
  });
  const breached = reports.filter(({ standing }) => standing === "breach");
  const report: CanaryReport = {
    verdict: change.verdict ?? (breached.length > 0 ? "rollback" : "inconclusive"),
    kpis: reports,
    alarms: [],
    hours: 6,
    proven: change.proven ?? [],
    unrefuted: change.unrefuted ?? [],
    reasons: change.reasons ?? [],
  };
  return {
    report,
    finding: { bucket: 7, digest: "d1", hours: change.hours ?? (change.over ? 48 : 6) },
    heard: change.heard ?? { baseline: ALWAYS, canary: ALWAYS },
    over: change.over ?? false,
    worst: { f1: ["q1", "q2", "q3", "q4"] },
  };
}

const ALWAYS = wentLive.now + 30 * 24 * w.HOUR;

export const watch = (seen: Look | null | undefined): CanaryIntent => ({ type: "watch", look: seen, members: null });

/** The canary of run-b has begun. */
export const started = play(wentLive, start());

/** The same with a breach of f1 just found. */
export const breached = (seen: Seen = {}, story: Story = started): Story =>
  play(story, watch(look(story, { f1: { standing: "breach", ...seen } })));
