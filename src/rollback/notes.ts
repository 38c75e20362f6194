import type { Pair } from "#src/release/events";
import type { Person } from "#src/release/people";
import type { Confirmation, RollbackOutcome, StepId } from "#src/rollback/events";

/** One line of a rollback's story, as data; whoever posts it words it. */
export type RollbackNote =
  | { readonly kind: "rollback-requested"; readonly by: Person; readonly number: number; readonly reason: string }
  | { readonly kind: "rollback-glass-asked"; readonly by: Person }
  | {
      readonly kind: "rollback-confirmed";
      readonly how: Confirmation;
      readonly people: readonly Person[];
      readonly reason: string | null;
    }
  | { readonly kind: "rollback-step-failed"; readonly step: StepId; readonly detail: string }
  | {
      readonly kind: "rollback-ended";
      readonly number: number;
      readonly outcome: RollbackOutcome;
      readonly says: string;
    };

/** The incident document as a file in the rollback's thread. */
export type IncidentFile = {
  readonly kind: "incident-document";
  readonly rollback: string;
  readonly format: "md" | "html";
};

/** Somebody moved the pointer past Golive. Told in the service's channel: no release and no rollback is behind it. */
export type PointerMovedNote = {
  readonly kind: "pointer-moved";
  readonly service: string;
  readonly from: Pair | null;
  readonly to: Pair | null;
};
