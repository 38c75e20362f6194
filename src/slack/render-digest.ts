import { digestOfResult } from "#src/operations/digest/work/digest-runner";
import { digestMessage } from "#src/slack/blocks/digest-message";
import { operationResult } from "#src/slack/blocks/operation-notes";
import type { FindLinks } from "#src/slack/message-links";
import type { OperationFace } from "#src/slack/render-operations";

/** The digest in the channel, with links to the messages it speaks of as they stand now. One that came to nothing is told like any other run. */
export const digestFace = (links: FindLinks): OperationFace => ({
  async loud({ id, kind, number, service, finished }, onCall) {
    const note = digestOfResult(finished?.result);
    if (note === null) {
      const { verdict, summary } = finished ?? { verdict: "error", summary: "Nothing came of it" };
      const result = {
        kind: "operation-result",
        operation: id,
        operationKind: kind,
        number,
        verdict,
        summary,
      } as const;
      return operationResult(result, service, onCall);
    }
    const { waiting, ran, changed } = note;
    const subjects = [...waiting.map(({ subject }) => subject), ...ran.map(({ subject }) => subject)];
    return digestMessage(note, await links([...subjects, ...changed.map(({ subject }) => subject)]));
  },
});
