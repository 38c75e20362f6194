import type { OperationState } from "#src/operations/state";
import { readWeeklyResult } from "#src/operations/weekly/work/result-schema";
import type { Person, RoleMembers } from "#src/release/people";
import { weeklyMessage } from "#src/slack/blocks/weekly-message";
import type { OperationFace } from "#src/slack/render-operations";

/** As many people as a first post mentions. */
const MOST_CALLED = 5;

/**
 * How a weekly run shows itself: one message, once it did not pass. While it runs the week's message says how far it is, and what passed is a
 * line in its thread. The first post mentions the owner of the first card.
 */
export function createWeeklyFace(deps: {
  /** As Slack has them now. Throws while it doesn't answer: the message is posted later. */
  readonly members: () => Promise<RoleMembers>;
}): OperationFace {
  return {
    async painted(operation, now, isFirst) {
      const { finished } = operation;
      if (finished === null || (isFirst && finished.verdict === "pass")) return null;
      return weeklyMessage(operation, readWeeklyResult(finished.result), now, isFirst ? await called(operation) : []);
    },
  };

  async function called({ finished }: OperationState): Promise<readonly Person[]> {
    const [card] = readWeeklyResult(finished?.result)?.cards ?? [];
    if (card === undefined) return [];
    return ((await deps.members())[card.owner] ?? []).slice(0, MOST_CALLED);
  }
}
