import type { CanaryPolicy, OnBreach } from "#src/canary/kpi";
import type { KpiStanding } from "#src/canary/kpi-report";
import type { Arm } from "#src/canary/observation";
import type { CanaryVerdict } from "#src/canary/verdict";
import type { Pair } from "#src/release/events";
import type { Person, RoleId, RoleMembers } from "#src/release/people";
import type { Instant, Policy } from "#src/release/policy";

/** How Golive answers to what a canary shows; times in milliseconds of the domain clock. From golive.yaml, frozen at the start. */
export type CanaryResponse = {
  /** From a breach with `rollback` to the rollback that Golive starts by itself: the time in which people can hold it. */
  readonly rollBackAfterMs: number;
  /** A breach with `ask` that nobody acknowledged, held or decided for so long rolls back. */
  readonly askForMs: number;
  /** A breach that nobody acknowledged for so long is told to `escalateTo`; after as long again to the KPI's owner's role and on-call. */
  readonly escalateAfterMs: number;
  /** A Slack user id; null: the people who hold the right `canary`. */
  readonly escalateTo: string | null;
  /** An arm of which nothing was heard for so long is told, once. */
  readonly silentAfterMs: number;
};

/** The numbers of a KPI when something was decided. p95 may be Infinity in life; here null with `failed: true`, since this is JSON. */
export type KpiNumbers = {
  readonly kpi: string;
  readonly standing: KpiStanding;
  /** Null: no data, or (with `beyond`) a p95 that lies among the failed. */
  readonly value: number | null;
  readonly baseline: number | null;
  readonly beyond: boolean;
  /** ln E, and the bar it takes; null where nothing is tested. */
  readonly logE: number | null;
  readonly bar: number | null;
  readonly n: number;
};

/** What the evidence came to at one moment. `digest`: SHA-256 over the state that it was computed from. */
export type Finding = { readonly bucket: number | null; readonly digest: string; readonly hours: number };

/** How a canary ends. `rolled-back`: the baseline answers again. `superseded`: something else does, by a release, another rollback, or past Golive. */
export type CanaryEnd = "passed" | "promoted" | "rolled-back" | "superseded";

/** Facts of one canary, in the order they happened. */
export type CanaryEvent =
  | {
      readonly type: "canary-started";
      readonly canary: string;
      readonly number: number;
      readonly service: string;
      readonly channel: string;
      /** The release whose cutover it watches. */
      readonly release: string;
      readonly candidate: Pair;
      readonly baseline: Pair;
      readonly policy: CanaryPolicy;
      readonly response: CanaryResponse;
      readonly rights: Policy;
      readonly members: RoleMembers;
      /** The roles of `on_call`. */
      readonly onCall: readonly RoleId[];
      /** Different questions with a known answer that can be asked of both. */
      readonly questions: number;
      /** What they are too few to prove, in a sentence; null where they aren't. */
      readonly caution: string | null;
      /** What the candidate changes against the last stable run, a line each. */
      readonly changes: readonly string[];
      /** When the pointer was flipped: observations from then on count. */
      readonly from: Instant;
    }
  /** A KPI's standing changed (but for breaches, which have their own fact). Only what changed. */
  | { readonly type: "standings-changed"; readonly kpis: readonly KpiNumbers[]; readonly finding: Finding }
  | {
      readonly type: "breach-found";
      readonly kpi: string;
      /** End of the bucket in which it was proven. */
      readonly at: Instant;
      readonly onBreach: OnBreach;
      readonly owner: RoleId | null;
      readonly numbers: KpiNumbers;
      readonly finding: Finding;
      /** Questions that contributed most, by id, the worst first; three at most. */
      readonly worst: readonly string[];
    }
  | { readonly type: "breach-acknowledged"; readonly kpi: string }
  /** Nothing is said of this KPI until then; its policy goes on. */
  | { readonly type: "breach-muted"; readonly kpi: string; readonly until: Instant }
  /** `to`: people of whom each is told. `because`: nobody acknowledged in time, or somebody pressed Escalate. */
  | {
      readonly type: "breach-escalated";
      readonly kpi: string;
      readonly step: "person" | "role";
      readonly to: readonly Person[];
      readonly because: "unacknowledged" | "asked";
    }
  /** What was found so far rolls nothing back by itself, until people decide. What is found later does. */
  | { readonly type: "canary-held"; readonly reason: string }
  | { readonly type: "canary-paused"; readonly reason: string }
  | { readonly type: "canary-resumed"; readonly reason: string }
  | { readonly type: "canary-extended"; readonly hours: number; readonly reason: string }
  | { readonly type: "arm-silent"; readonly arm: Arm; readonly since: Instant }
  | { readonly type: "arm-heard"; readonly arm: Arm }
  /** What is stored could not be looked at for half an hour, though both may answer: told once, until it can be. `says`: a sentence. */
  | { readonly type: "watch-blind"; readonly since: Instant; readonly says: string }
  | { readonly type: "watch-sees" }
  /** Golive is about to roll back. `rollback`: the id that it will have, the same at every try. */
  | {
      readonly type: "rollback-triggered";
      readonly rollback: string;
      readonly kpi: string | null;
      readonly why: "policy" | "unanswered" | "person";
      readonly reason: string;
    }
  /** It could not be asked for; it is tried again. `again`: this sentence was told before; left out: it is told. */
  | { readonly type: "rollback-impeded"; readonly rollback: string; readonly says: string; readonly again?: true }
  /**
   * What impeded it is over, or another rollback than was asked for does it. `rollback`: the one that runs. `despite`: what had impeded it
   * until then; null: nothing.
   */
  | { readonly type: "rollback-begun"; readonly rollback: string; readonly despite: string | null }
  /** Golive can't do it; people decide again. `attempts`: rollbacks that were asked for over the canary's whole life. */
  | { readonly type: "rollback-given-up"; readonly says: string; readonly attempts: number }
  /** The window is over without a rollback or a pass: people decide. */
  | {
      readonly type: "window-ended";
      readonly verdict: Exclude<CanaryVerdict, "pass">;
      readonly reasons: readonly string[];
      readonly kpis: readonly KpiNumbers[];
      readonly finding: Finding;
    }
  | {
      readonly type: "canary-ended";
      readonly as: CanaryEnd;
      /** A sentence: why, or what was proven. */
      readonly says: string;
      /** What answered when it was seen that the candidate no longer does; null: nothing. Left out: the candidate, or it was not kept. */
      readonly live?: Pair | null;
      readonly proven: readonly string[];
      readonly unrefuted: readonly string[];
      readonly kpis: readonly KpiNumbers[];
      readonly finding: Finding;
    };

/** What canaries leave in the service's own stream. */
export type CanaryServiceEvent =
  | { readonly type: "canary-opened"; readonly canary: string; readonly number: number }
  | { readonly type: "canary-closed"; readonly canary: string; readonly as: CanaryEnd };

export const canaryStream = (canary: string): string => `canary/${canary}`;
