import type { OperationKind } from "#src/operations/operation";
import type { Verdict } from "#src/release/events";

type Result = {
  readonly operation: string;
  readonly operationKind: OperationKind;
  readonly number: number;
  readonly verdict: Verdict;
  readonly summary: string;
};

/** What came of a run. `operation-line`: one quiet line in the week's thread. `operation-result`: a post in the channel, worded by its kind if it can. */
export type ResultNote =
  | ({ readonly kind: "operation-line" } & Result)
  | ({ readonly kind: "operation-result" } & Result);

/** Fires of one kind that became no run, one after the other. `says`: why the newest did not. */
export type SkipsNote = {
  readonly kind: "operation-skips";
  readonly operationKind: OperationKind;
  readonly fires: number;
  readonly says: string;
};

export type OperationNote = ResultNote | SkipsNote;

export const OPERATION_NOTE_KINDS = [
  "operation-skips",
  "operation-line",
  "operation-result",
] as const satisfies readonly OperationNote["kind"][];
