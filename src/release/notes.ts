import type { CheckId, SignOffId } from "#src/release/checklist";
import type { EvaluationEnd, EvaluationPlan, Pair, PauseReason, VoidReason } from "#src/release/events";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { IncidentFile } from "#src/rollback/notes";

/** A frozen manifest as a file in the release's thread: the whole document, written when it is uploaded. */
export type ManifestFile = { readonly kind: "manifest-file"; readonly release: string; readonly hash: string };

/** The page about an evaluation as a file in the release's thread. */
export type EvaluationReportFile = {
  readonly kind: "evaluation-report";
  readonly release: string;
  readonly evaluation: string;
};

/** A note that is a file. */
export type NotedFile = ManifestFile | EvaluationReportFile | IncidentFile;

/** A check in a note: its id, its title, and its outcome in one sentence with the number in it. */
export type NotedCheck = { readonly check: CheckId; readonly title: string; readonly summary: string };

/** A sign-off that stopped counting. `again`: the people who have to act now; only they are mentioned. */
export type NotedVoid = {
  readonly signOff: SignOffId;
  readonly title: string;
  readonly person: Person;
  readonly because: VoidReason;
  readonly again: readonly Person[];
};

/** A sign-off that can be given now: how many signatures are missing, and everybody who could give one. */
export type NotedAsk = {
  readonly signOff: SignOffId;
  readonly title: string;
  readonly missing: number;
  readonly who: readonly Person[];
};

/**
 * One line of a release's story, as data; whoever posts it words it. `loud` notes are meant to be noticed by people who did
 * not ask. Times in epoch milliseconds.
 */
export type Note =
  | {
      readonly kind: "started";
      readonly number: number;
      readonly by: Person;
      readonly candidate: Pair;
      readonly active: Pair | null;
      readonly checks: number;
      readonly toSign: number;
    }
  /** The release's first manifest. What stands in it is read from the kept document when this is worded. */
  | { readonly kind: "manifest-frozen"; readonly hash: string }
  | {
      readonly kind: "manifest-changed";
      readonly from: string;
      readonly hash: string;
      readonly changes: readonly string[];
    }
  /** A file could not be attached. `because`: Slack's error code; `file`: which; without it the manifest. */
  | { readonly kind: "files-refused"; readonly because: string; readonly file?: NotedFile["kind"] }
  | { readonly kind: "evaluation-started"; readonly evaluation: string; readonly plan: EvaluationPlan }
  | { readonly kind: "evaluation-stopped"; readonly by: Person }
  | {
      readonly kind: "evaluation-ended";
      readonly evaluation: string | null;
      readonly end: EvaluationEnd;
      readonly known: boolean;
    }
  | {
      readonly kind: "check-failed";
      readonly check: CheckId;
      readonly title: string;
      readonly verdict: "fail" | "inconclusive" | "error";
      readonly summary: string;
      readonly next: string;
      readonly attempt: number;
    }
  | {
      /** A round of checks is over: what newly passes or doesn't apply, and how many of all open the gate. */
      readonly kind: "checks-passed";
      readonly passed: readonly NotedCheck[];
      /** What was found not to apply, as declared; `summary` says why. Notes from before there was such a thing have none. */
      readonly notApplicable?: readonly NotedCheck[];
      readonly green: number;
      readonly total: number;
    }
  /** Sign-offs that can be given for the first time; only those who may give them are mentioned. */
  | { readonly kind: "signatures-asked"; readonly asks: readonly NotedAsk[] }
  | {
      readonly kind: "signed";
      readonly signOff: SignOffId;
      readonly title: string;
      readonly by: Person;
      readonly missing: number;
    }
  | { readonly kind: "withdrawn"; readonly signOff: SignOffId; readonly title: string; readonly by: Person }
  | { readonly kind: "voided"; readonly voids: readonly NotedVoid[] }
  | {
      readonly kind: "vetoed";
      readonly signOff: SignOffId;
      readonly title: string;
      readonly by: Person;
      readonly reason: string;
    }
  | { readonly kind: "veto-lifted"; readonly signOff: SignOffId; readonly title: string; readonly by: Person }
  | {
      readonly kind: "break-glass-asked";
      readonly signOff: SignOffId;
      readonly title: string;
      readonly by: Person;
    }
  | {
      readonly kind: "glass-broken";
      readonly loud: true;
      readonly signOff: SignOffId;
      readonly title: string;
      readonly people: readonly Person[];
      readonly reason: string;
      /** Those whose veto no longer holds. */
      readonly vetoers: readonly Person[];
    }
  | {
      readonly kind: "waived";
      readonly check: CheckId;
      readonly title: string;
      readonly by: Person;
      readonly reason: string;
      readonly until: Instant;
      readonly summary: string;
    }
  | { readonly kind: "policy-changed"; readonly changes: readonly string[] }
  | { readonly kind: "paused"; readonly because: PauseReason; readonly number: number; readonly service: string }
  | { readonly kind: "resumed" }
  | { readonly kind: "cutover-requested"; readonly by: Person; readonly from: Pair | null; readonly to: Pair }
  | { readonly kind: "cutover-stopped"; readonly because: readonly string[] }
  | { readonly kind: "live"; readonly live: Pair; readonly before: Pair | null; readonly by: Person }
  /** A step of Golive's own failed every time it was tried; it goes on trying. */
  | { readonly kind: "step-failing"; readonly step: string; readonly error: string; readonly tries: number }
  /** The release message was posted again, with an empty thread: the story until now, in short. */
  | {
      readonly kind: "posted-again";
      readonly by: Person;
      readonly at: Instant;
      readonly manifest: string | null;
      readonly green: number;
      readonly total: number;
      /** Titles of checks that say no, and of those that are waived. */
      readonly not: readonly string[];
      readonly waived: readonly string[];
      readonly signed: readonly { readonly title: string; readonly by: readonly Person[] }[];
      /** How many signatures were voided and not given again. */
      readonly voided: number;
      readonly vetoed: readonly string[];
      readonly phase: string;
    }
  | { readonly kind: "cancelled"; readonly by: Person; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };
