import type { FilledCard, SopStep } from "#src/operations/sop/card";
import type { OperationState } from "#src/operations/state";
import { readWeeklyResult } from "#src/operations/weekly/work/result-schema";
import type { ListenerDeps } from "#src/slack/listeners/deps";

export const GONE =
  "That step isn't in this run: the button may come from an older version of Golive. Nothing changed; the newest message has the cards that count.";

/** The card and step that a button names, as the run has them. Null: it has no such step. */
export async function findStep(
  deps: { readonly operations: Pick<ListenerDeps["operations"], "operation"> },
  id: string,
  named: { readonly card: string; readonly step: string },
): Promise<{ readonly operation: OperationState; readonly card: FilledCard; readonly step: SopStep } | null> {
  const operation = await deps.operations.operation(id);
  const card = readWeeklyResult(operation?.finished?.result)?.cards.find((each) => each.id === named.card);
  const step = card?.steps.find((each) => each.id === named.step);
  return operation === null || card === undefined || step === undefined ? null : { operation, card, step };
}
