import type { KnownBlock } from "@slack/types";
import type { RollbackView } from "#src/rollback/view";
import { carry } from "#src/slack/blocks/carried";
import { actions, button, drawn } from "#src/slack/blocks/elements";
import { wayBack } from "#src/slack/blocks/rollback-words";
import { plainLine, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES } from "#src/slack/ids";

/** Only while it waits: nothing can be pressed about a rollback that is under way. */
export function rollbackActions({ rollback, approvers, glass }: RollbackView): KnownBlock[] {
  if (rollback.standing !== "waiting") return [];
  const carried = carry({ r: rollback.id });
  const buttons = drawn([
    approvers.length === 0
      ? null
      : button(ACTIONS.rollbackConfirm, "Confirm rollback", carried, {
          style: "danger",
          confirm: {
            title: `Take ${shorten(plainLine(rollback.service), 60)} back?`,
            text: `It goes ${wayBack(rollback.plan, 40)}, at once. Go-lives are locked until somebody unlocks them with the root cause.`,
            yes: "Roll back",
            no: "Not yet",
          },
        }),
    glass.length === 0 ? null : button(ACTIONS.rollbackBreakGlass, "Break the glass…", carried),
    button(ACTIONS.rollbackWithdraw, "Withdraw…", carried),
  ]);
  return buttons.length === 0 ? [] : [actions(`${BLOCK_PREFIXES.rollback}actions`, buttons)];
}
