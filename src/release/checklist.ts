import type { OperationKind } from "#src/operations/operation";
import type { SloId } from "#src/operations/slo/events";
import type { RoleId } from "#src/release/people";

/** One string for a gate's file name, configuration key, database value and log field. */
export type CheckId = string;
export type SignOffId = string;
export type Phase = "before" | "canary" | "operate";

/**
 * How a line of the checklist is decided. `not-built`: its check does not exist yet; never green, never blocking. `after-cutover`: by the
 * canary's KPI (null: its policy has none of it), a rollback, a run by the clock or an SLO; not by the release, so it is never green there
 * and never blocks.
 */
export type Proof =
  | { readonly kind: "check"; readonly check: CheckId }
  | { readonly kind: "sign-off"; readonly signOff: SignOffId }
  | { readonly kind: "not-built"; readonly check: CheckId }
  | { readonly kind: "after-cutover"; readonly check: CheckId; readonly by: "rollback" }
  | { readonly kind: "after-cutover"; readonly check: CheckId; readonly by: "canary"; readonly kpi: string | null }
  | {
      readonly kind: "after-cutover";
      readonly check: CheckId;
      readonly by: "operation";
      readonly operation: OperationKind;
    }
  | { readonly kind: "after-cutover"; readonly check: CheckId; readonly by: "slo"; readonly slo: SloId };

/** One `[ ]` line of the mission's checklist. */
export type ChecklistItem = {
  readonly id: string;
  readonly section: string;
  readonly phase: Phase;
  readonly text: string;
  readonly proof: Proof;
};

/** A check that this release runs. `freshForMs`: how long its evidence opens the gate. */
export type CheckDefinition = {
  readonly id: CheckId;
  readonly title: string;
  readonly version: number;
  readonly freshForMs: number;
  readonly waivable: boolean;
  /** Why the service's configuration declares that it doesn't apply; left out where it does. */
  readonly notApplicable?: string;
  /** It reads what an evaluation found, which is made first, in the background: the check is asked for when that has ended. */
  readonly restsOn?: "evaluation";
};

/** The checks of a checklist that wait for an evaluation: none where they are declared not to apply. */
export const evaluationChecks = ({ checks }: Pick<Checklist, "checks">): readonly CheckDefinition[] =>
  checks.filter(({ restsOn, notApplicable }) => restsOn === "evaluation" && notApplicable === undefined);

/** Something named people sign. `covers`: the checks whose evidence the signature is bound to. */
export type SignOffDefinition = {
  readonly id: SignOffId;
  readonly title: string;
  readonly role: RoleId;
  readonly quorum: number;
  readonly covers: readonly CheckId[];
};

/** The checklist as frozen into a release at its start (phase `before` blocks; the others are shown). */
export type Checklist = {
  readonly sections: readonly { readonly id: string; readonly title: string }[];
  readonly items: readonly ChecklistItem[];
  readonly checks: readonly CheckDefinition[];
  readonly signOffs: readonly SignOffDefinition[];
};
