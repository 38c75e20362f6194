import type { OperationKind } from "#src/operations/operation";
import type { Verdict } from "#src/release/events";

type Result = {
  readonly operation: string;
  readonly operationKind: OperationKind;
  readonly number: number;
  readonly verdict: Verdict;
  readonly summary: string;
};

/** `operation-line`: one quiet line in the week's thread. `operation-result`: a post in the channel, worded by its kind if it can. */
export type OperationNote =
  | ({ readonly kind: "operation-line" } & Result)
  | ({ readonly kind: "operation-result" } & Result);

export const OPERATION_NOTE_KINDS = [
  "operation-line",
  "operation-result",
] as const satisfies readonly OperationNote["kind"][];
