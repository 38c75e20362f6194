import type { CheckId, Checklist, SignOffId } from "#src/release/checklist";
import type {
  Binding,
  CheckResult,
  EvaluationEnd,
  EvaluationPlan,
  Pair,
  PauseReason,
  VoidReason,
} from "#src/release/events";
import type { Person, RoleId, RoleMembers } from "#src/release/people";
import type { Instant, Policy } from "#src/release/policy";

/** `open` covers *checking* and *signing*, which are derived (`phaseOf`); being blocked is derived too. */
export type Standing = "open" | "cutting_over" | "live" | "cancelled" | "failed";

export type CheckState = {
  /** `awaiting`: what it found was about another manifest, and what it reads now is still being made. */
  readonly status: "pending" | "running" | "finished" | "awaiting";
  readonly attempt: number;
  /** The newest finished result; kept while a re-run is under way. */
  readonly result: CheckResult | null;
  readonly finishedAt: Instant | null;
  readonly freshUntil: Instant | null;
};

/** Whether the check was asked for and has no answer yet. One that awaits an evaluation has not been asked for. */
export const isCheckUnderWay = ({ attempt, status }: Pick<CheckState, "attempt" | "status">): boolean =>
  attempt > 0 && (status === "pending" || status === "running");

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

/** The evaluation that this release wanted last. Its progress is no fact of the release: it stands with the evaluation. */
export type EvaluationState = {
  /** `stopping`: somebody gave it up, and nothing more is asked as soon as its process hears of it. */
  readonly status: "requested" | "running" | "stopping" | "ended";
  /** Hash of the manifest that it is for. */
  readonly manifest: string;
  /** A new manifest wants it, a person (or an edited policy) asked for it anew, or the evidence there is was about to age out. */
  readonly because: "manifest" | "asked" | "aging";
  /** The evaluation that the release ended with for this manifest before; null without one. One that was stopped is none. */
  readonly before: string | null;
  /** The evaluation's id; null before it began. */
  readonly run: string | null;
  /** What it will take; null before it began, and for one that was there already. */
  readonly plan: EvaluationPlan | null;
  readonly end: EvaluationEnd | null;
  readonly at: Instant;
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
  /** Null where no check rests on one. */
  readonly evaluation: EvaluationState | null;
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
  /** What was live before it, as Golive flipped: the newest last, null where nothing was. A rollback takes away what it undoes. */
  readonly before: readonly (Pair | null)[];
  /** The release that made live what is live; null where none of Golive's did. */
  readonly liveRelease: { readonly release: string; readonly manifest: string | null } | null;
  /** The rollback that is waiting or under way. */
  readonly rollback: string | null;
  readonly rollbacks: number;
  /** The canary that is open. */
  readonly canary: string | null;
  readonly canaries: number;
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
