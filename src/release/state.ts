import type { CheckId, Checklist, SignOffId } from "#src/release/checklist";
import type { Binding, CheckResult, Pair, PauseReason, VoidReason } from "#src/release/events";
import type { Person, RoleId, RoleMembers } from "#src/release/people";
import type { Instant, Policy } from "#src/release/policy";

/** `open` covers *checking* and *signing*, which are derived (`phaseOf`); being blocked is derived too. */
export type Standing = "open" | "cutting_over" | "live" | "cancelled" | "failed";

export type CheckState = {
  readonly status: "pending" | "running" | "finished";
  readonly attempt: number;
  /** The newest finished result; kept while a re-run is under way. */
  readonly result: CheckResult | null;
  readonly finishedAt: Instant | null;
  readonly freshUntil: Instant | null;
};

export type SignOff = {
  readonly signOff: SignOffId;
  readonly person: Person;
  readonly role: RoleId;
  readonly binding: Binding;
  readonly at: Instant;
};
export type VoidedSignOff = SignOff & { readonly because: VoidReason; readonly voidedAt: Instant };
export type Veto = {
  readonly signOff: SignOffId;
  readonly person: Person;
  readonly reason: string;
  readonly at: Instant;
};
export type Waiver = {
  readonly check: CheckId;
  readonly by: Person;
  readonly reason: string;
  readonly until: Instant;
  readonly at: Instant;
  /** Evidence hash that was waived: another outcome is not. */
  readonly evidence: string;
};

export type ReleaseState = {
  readonly id: string;
  readonly number: number;
  readonly service: string;
  readonly channel: string;
  readonly requester: Person;
  readonly startedAt: Instant;
  readonly standing: Standing;
  readonly candidate: Pair;
  readonly active: Pair | null;
  readonly checklist: Checklist;
  readonly policy: Policy;
  /** Role members as last resolved. */
  readonly members: RoleMembers;
  readonly manifest: { readonly hash: string; readonly at: Instant } | null;
  readonly checks: Readonly<Record<CheckId, CheckState>>;
  /**
   * Checks asked for since the last moment when none was under way, with the evidence each had before and whether Golive asked
   * on its own: what is told of them depends on it.
   */
  readonly round: readonly { readonly check: CheckId; readonly before: string | null; readonly refresh: boolean }[];
  readonly signOffs: readonly SignOff[];
  /** Sign-offs whose people have been asked, each once until it is voided or taken back. */
  readonly asked: readonly SignOffId[];
  /** Sign-offs that were voided and not given again, newest last. */
  readonly voided: readonly VoidedSignOff[];
  readonly vetoes: readonly Veto[];
  readonly waivers: readonly Waiver[];
  readonly breakGlass: readonly { readonly signOff: SignOffId; readonly person: Person }[];
  readonly paused: PauseReason | null;
  readonly cutover: { readonly by: Person; readonly at: Instant } | null;
  readonly flip: {
    readonly id: string;
    readonly from: Pair | null;
    readonly to: Pair;
    readonly outcome: "flipped" | "refused" | "cancelled" | null;
  } | null;
  readonly ended: { readonly at: Instant; readonly by: Person; readonly reason: string } | null;
  /** Why the last cutover attempt stopped before the flip; cleared by the next attempt. */
  readonly stopped: readonly string[];
  /** Version of the stream this state was folded from. */
  readonly version: number;
};

export type ServiceState = {
  readonly id: string;
  readonly openRelease: string | null;
  readonly releases: number;
  readonly live: Pair | null;
  readonly lock: {
    readonly reason: string;
    readonly by: Person;
    readonly at: Instant;
    readonly manifest: string | null;
  } | null;
  /** Manifests that were rolled back and not unlocked with a root cause since (rule 4). */
  readonly rolledBack: readonly string[];
  readonly adopted: Readonly<
    Record<string, { readonly chunks: number; readonly digest: string; readonly by: Person; readonly at: Instant }>
  >;
  readonly version: number;
};
