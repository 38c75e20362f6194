import type { Arm } from "#src/canary/observation";
import type { CanaryVerdict } from "#src/canary/verdict";
import type { CanaryEnd, KpiNumbers } from "#src/canary/watch/events";
import type { Pair } from "#src/release/events";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";

/** One line of a canary's story, as data; whoever posts it words it. Times in epoch milliseconds. */
export type CanaryNote =
  | {
      readonly kind: "canary-started";
      readonly number: number;
      readonly candidate: Pair;
      readonly baseline: Pair;
      /** Hours with data on both arms that it asks for. */
      readonly hours: number;
      readonly questions: number;
      readonly caution: string | null;
    }
  | { readonly kind: "canary-paused"; readonly by: Person; readonly reason: string }
  | { readonly kind: "canary-resumed"; readonly by: Person; readonly reason: string }
  /** `total`: hours that it asks for now. */
  | {
      readonly kind: "canary-extended";
      readonly by: Person;
      readonly hours: number;
      readonly total: number;
      readonly reason: string;
    }
  | { readonly kind: "canary-held"; readonly by: Person; readonly reason: string }
  | { readonly kind: "breach-acknowledged"; readonly by: Person; readonly kpi: string }
  /** In the thread, and to each of `to` directly. `by`: who pressed Escalate; Golive where nobody acknowledged in time. */
  | {
      readonly kind: "breach-escalated";
      readonly number: number;
      readonly kpi: string;
      readonly step: "person" | "role";
      readonly to: readonly Person[];
      readonly because: "unacknowledged" | "asked";
      readonly by: Person;
      readonly numbers: KpiNumbers;
      readonly foundAt: Instant;
    }
  | { readonly kind: "arm-silent"; readonly arm: Arm; readonly since: Instant }
  | { readonly kind: "arm-heard"; readonly arm: Arm }
  /** In the thread, and to those on call directly. */
  | { readonly kind: "canary-blind"; readonly since: Instant; readonly says: string }
  | { readonly kind: "canary-sees" }
  | {
      readonly kind: "canary-rollback-triggered";
      readonly kpi: string | null;
      readonly why: "policy" | "unanswered" | "person";
      readonly reason: string;
      readonly by: Person;
    }
  | { readonly kind: "canary-rollback-impeded"; readonly says: string }
  /** Only after an impediment. `rollback`: the one that runs. */
  | { readonly kind: "canary-rollback-begun"; readonly rollback: string }
  /** `who`: the people who may roll back; they are mentioned. */
  | { readonly kind: "canary-rollback-given-up"; readonly says: string; readonly who: readonly Person[] }
  /** `who`: the people who decide now; they are mentioned. */
  | {
      readonly kind: "canary-window-ended";
      readonly verdict: Exclude<CanaryVerdict, "pass">;
      readonly reasons: readonly string[];
      readonly who: readonly Person[];
    }
  | { readonly kind: "canary-ended"; readonly as: CanaryEnd; readonly says: string; readonly by: Person };

/** In a release's thread: why no canary watches what went live. A sentence. */
export type NoCanaryNote = { readonly kind: "no-canary"; readonly because: string };
