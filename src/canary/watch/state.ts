import type { Arm } from "#src/canary/observation";
import type { CanaryEvent, Finding, KpiNumbers } from "#src/canary/watch/events";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";

type Fact<T extends CanaryEvent["type"]> = Extract<CanaryEvent, { type: T }>;

/** One proven breach and what people did about it. */
export type Breach = Omit<Fact<"breach-found">, "type"> & {
  /** When Golive found it; `at` is when it was proven, which may be earlier. */
  readonly foundAt: Instant;
  readonly acknowledged: { readonly by: Person; readonly at: Instant } | null;
  readonly mutedUntil: Instant | null;
  readonly escalated: readonly (Omit<Fact<"breach-escalated">, "type" | "kpi"> & { readonly at: Instant })[];
};

/**
 * `watching`: buckets are closed and judged. `paused`: somebody stopped the watch; no automatic rollback, hours of the pause don't
 * count. `deciding`: the window is over and people decide. `ended`: closed.
 */
export type CanaryStanding = "watching" | "paused" | "deciding" | "ended";

/** As it began, and what became of it. `policy`: with the hours that people added. */
export type CanaryWatch = Omit<Fact<"canary-started">, "type" | "canary"> & {
  readonly id: string;
  readonly startedAt: Instant;
  readonly standing: CanaryStanding;
  /** Newest known numbers of each KPI that ever changed. */
  readonly standings: Readonly<Record<string, KpiNumbers>>;
  readonly finding: Finding | null;
  /** In the order they were found. */
  readonly breaches: readonly Breach[];
  /** The newest hold; it is about the breaches that were found by then. */
  readonly held: { readonly by: Person; readonly reason: string; readonly at: Instant } | null;
  readonly paused: { readonly by: Person; readonly reason: string; readonly at: Instant } | null;
  /** Times in which it was paused, ended ones: nothing of them is bet. */
  readonly pauses: readonly { readonly from: Instant; readonly to: Instant }[];
  readonly extended: number;
  readonly silent: Readonly<Partial<Record<Arm, Instant>>>;
  /** Since when nothing could be looked at, and why; null or left out: it can be. */
  readonly blind?: Omit<Fact<"watch-blind">, "type"> | null;
  /** The one that is on its way. Its id is that of the rollback that was asked for, or that runs. */
  readonly rollback: (Omit<Fact<"rollback-triggered">, "type"> & { readonly at: Instant; readonly by: Person }) | null;
  /** What keeps the rollback from beginning. */
  readonly impeded: string | null;
  /** The impediments that were told: each is once. */
  readonly told: readonly string[];
  /** That Golive gave a rollback up, last. What was found by then rolls nothing back by itself any more. */
  readonly givenUp: (Omit<Fact<"rollback-given-up">, "type"> & { readonly at: Instant }) | null;
  readonly window: (Omit<Fact<"window-ended">, "type"> & { readonly at: Instant }) | null;
  readonly ended: (Omit<Fact<"canary-ended">, "type"> & { readonly at: Instant; readonly by: Person }) | null;
  readonly version: number;
};
