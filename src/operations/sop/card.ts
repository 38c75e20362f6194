import type { Cause, Sign } from "#src/operations/triage/causes";
import type { Metric } from "#src/operations/triage/symptom";

export const SEVERITIES = ["high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `check`: look at something, with a command where there is one; `command`: run it; `manual`: a person does it. */
export const STEP_KINDS = ["check", "command", "manual"] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export type SopStep = {
  readonly id: string;
  readonly title: string;
  readonly kind: StepKind;
  /** What to type; null where there is nothing to type. */
  readonly command: string | null;
};

/** What to do about a cause, as configs/sop says it. Texts may hold placeholders. */
export type SopCard = {
  readonly id: string;
  readonly title: string;
  readonly cause: Cause;
  /** It is about these signs; none: about any of its cause. */
  readonly signs: readonly Sign[];
  /** It is about these metrics; none: about any. */
  readonly metrics: readonly Metric[];
  readonly severity: Severity;
  /** A role of golive.yaml. */
  readonly owner: string;
  readonly steps: readonly SopStep[];
  /** Markdown. */
  readonly body: string;
};

/** A card with this run's numbers in it. `sure`: how sure its cause is; `unclear`: it may be another. */
export type FilledCard = Pick<SopCard, "id" | "title" | "cause" | "severity" | "owner" | "steps" | "body"> & {
  readonly sure: "sure" | "likely" | "unclear";
};
