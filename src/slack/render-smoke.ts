import { readSmokeResult } from "#src/operations/smoke/work/read-result";
import { operationResult } from "#src/slack/blocks/operation-notes";
import { smokeMessage } from "#src/slack/blocks/smoke-message";
import type { OperationFace } from "#src/slack/render-operations";

/** How a smoke run shows itself: a post with everything that is broken. One of a version that this one can't read is told plainly. */
export const smokeFace: OperationFace = {
  async loud(operation, onCall) {
    const { id, kind, number, service, finished } = operation;
    const result = readSmokeResult(finished?.result);
    if (result !== null) return smokeMessage(operation, result, onCall);
    const verdict = finished?.verdict ?? "error";
    const summary = finished?.summary ?? "It has not ended.";
    const note = { kind: "operation-result", operation: id, operationKind: kind, number, verdict, summary } as const;
    return operationResult(note, service, onCall);
  },
};
