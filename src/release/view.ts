import type { CheckDefinition, ChecklistItem, SignOffDefinition } from "#src/release/checklist";
import type { CheckResult } from "#src/release/events";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { Blocker } from "#src/release/refusals";
import type { EvaluationState, ReleaseState, SignOff, Veto, VoidedSignOff, Waiver } from "#src/release/state";

/**
 * How a check stands now. `stale`: it has a result, but that is older than it may be. `not-applicable`: the configuration says so
 * and nothing in the data contradicts it; it opens the gate and is no pass.
 */
export type CheckStatus =
  | "pending"
  | "running"
  | "pass"
  | "fail"
  | "inconclusive"
  | "error"
  | "stale"
  | "waived"
  | "not-applicable";

export type CheckView = {
  readonly definition: CheckDefinition;
  readonly status: CheckStatus;
  readonly attempt: number;
  readonly result: CheckResult | null;
  readonly finishedAt: Instant | null;
  readonly freshUntil: Instant | null;
  readonly waiver: Waiver | null;
};

export type SignOffStatus = "waiting-for-evidence" | "waiting" | "signed" | "vetoed";

export type SignOffView = {
  readonly definition: SignOffDefinition;
  readonly status: SignOffStatus;
  readonly given: readonly SignOff[];
  /** How many more people have to sign; 0 when the quorum stands. */
  readonly missing: number;
  /** Who could still give a sign-off that counts, by the rules: not the requester, nobody in a second role, nobody twice. */
  readonly mayNow: readonly Person[];
  /** Titles of covered checks whose evidence is not in (or not green) yet. */
  readonly waitingFor: readonly string[];
  readonly voided: readonly VoidedSignOff[];
  readonly vetoes: readonly Veto[];
  /** Short digest of the binding somebody would sign now; a button carries it. */
  readonly seen: string;
};

/** `not-applicable`: also a check that a first go-live leaves out. */
export type ItemStatus = CheckStatus | SignOffStatus | "not-built" | "after-cutover";

export type ItemView = {
  readonly item: ChecklistItem;
  readonly status: ItemStatus;
  /** The value against the bar in one line; empty when there is nothing to say yet. */
  readonly line: string;
};

export type SectionView = {
  readonly id: string;
  readonly title: string;
  readonly items: readonly ItemView[];
  readonly green: number;
  /** Items that exist and apply: those not built yet and those that do not apply are listed but not counted. */
  readonly total: number;
  readonly notBuilt: number;
  /** What the canary or a rollback decides. */
  readonly afterCutover: number;
  readonly notApplicable: number;
};

/** How far an evaluation is, in trials. `lost`: done without a score. `secondsLeft`: by the newest ones; null before there are two. */
export type EvaluationProgress = {
  readonly planned: number;
  readonly done: number;
  readonly lost: number;
  readonly secondsLeft: number | null;
};

/** The evaluation of a release. `progress`: null before it began, after it ended, and when it could not be read. */
export type EvaluationView = Omit<EvaluationState, "at" | "because" | "before"> & {
  readonly progress: EvaluationProgress | null;
};

/** What everybody sees of a release; the message, `/golive status`, the CLI and the report are drawn from it. */
export type ReleaseView = {
  readonly release: ReleaseState;
  readonly phase: "checking" | "signing" | "ready" | "cutting over" | "live" | "cancelled" | "failed" | "paused";
  /** Everything that stands between now and the cutover, in full, most urgent first. Empty means ready. */
  readonly blockers: readonly Blocker[];
  readonly checks: readonly CheckView[];
  /** Null where nothing rests on one. */
  readonly evaluation: EvaluationView | null;
  readonly signOffs: readonly SignOffView[];
  readonly sections: readonly SectionView[];
  readonly progress: {
    readonly checksDone: number;
    readonly checksTotal: number;
    readonly signed: number;
    readonly toSign: number;
  };
  /** Short digest of everything a cutover would rest on; the Cut over button carries it. */
  readonly seen: string;
};
