import type { KnownBlock } from "@slack/types";
import type { CanaryView } from "#src/canary/watch/view";
import { holdersOf } from "#src/release/rights";
import { carry } from "#src/slack/blocks/carried";
import { actions, button, drawn } from "#src/slack/blocks/elements";
import { ACTIONS, BLOCK_PREFIXES } from "#src/slack/ids";

/** What can be done now by somebody: Slack has no disabled buttons. Each asks for a reason first. */
export function canaryActions({ canary, next }: CanaryView): KnownBlock[] {
  if (canary.ended !== null || next.kind === "rolling-back") return [];
  const { standing, rights, members } = canary;
  const carried = carry({ r: canary.id });
  const may = holdersOf(rights, "canary", members).length > 0;
  const mayRollBack = holdersOf(rights, "rollback", members).length > 0;
  const buttons = drawn([
    may && standing === "watching" ? button(ACTIONS.canaryPause, "Pause…", carried) : null,
    may && standing === "paused" ? button(ACTIONS.canaryResume, "Resume…", carried, { style: "primary" }) : null,
    may ? button(ACTIONS.canaryExtend, "Extend…", carried) : null,
    may ? button(ACTIONS.canaryPromote, "Promote…", carried) : null,
    mayRollBack ? button(ACTIONS.canaryAbort, "Roll back…", carried, { style: "danger" }) : null,
  ]);
  return buttons.length === 0 ? [] : [actions(`${BLOCK_PREFIXES.canary}actions`, buttons)];
}
