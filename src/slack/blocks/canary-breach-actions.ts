import type { KnownBlock } from "@slack/types";
import { isHeld } from "#src/canary/watch/due";
import type { Breach } from "#src/canary/watch/state";
import type { CanaryView } from "#src/canary/watch/view";
import { nameOf } from "#src/canary/words/names";
import { holdersOf } from "#src/release/rights";
import { carry } from "#src/slack/blocks/carried";
import { actions, button, drawn } from "#src/slack/blocks/elements";
import { ACTIONS, BLOCK_PREFIXES } from "#src/slack/ids";

/** What somebody can do about this breach now. `Why?` stays to the end: reading is no deed. */
export function breachActions(view: CanaryView, breach: Breach): KnownBlock[] {
  const { canary, next } = view;
  const open = canary.ended === null && next.kind !== "rolling-back";
  const { rights, members } = canary;
  const carried = carry({ r: canary.id, i: breach.kpi });
  const about = nameOf(view, breach.kpi);
  const may = (right: "canary" | "rollback" | "mute"): boolean => open && holdersOf(rights, right, members).length > 0;
  const buttons = drawn([
    may("rollback") ? button(ACTIONS.canaryAbort, "Roll back…", carried, { style: "danger" }) : null,
    may("canary") && canHold(view, breach) ? button(ACTIONS.canaryHold, "Hold…", carried) : null,
    open && breach.acknowledged === null
      ? button(ACTIONS.canaryAcknowledge, "Acknowledge", carried, { spoken: `Acknowledge the breach of ${about}` })
      : null,
    may("mute") && breach.mutedUntil === null
      ? button(ACTIONS.canaryMute, "Mute 1 h", carried, { spoken: `Mute 1 h: ${about}` })
      : null,
    open && breach.acknowledged === null
      ? button(ACTIONS.canaryEscalate, "Escalate", carried, { spoken: `Escalate the breach of ${about}` })
      : null,
    button(ACTIONS.canaryWhy, "Why?", carried, { spoken: `Why? ${about}` }),
  ]);
  return buttons.length === 0 ? [] : [actions(`${BLOCK_PREFIXES.canary}breach-actions`, buttons)];
}

/** Where a rollback would come by itself; a pause keeps it away only for now. */
const canHold = ({ canary, next }: CanaryView, breach: Breach): boolean =>
  !isHeld(canary, breach) &&
  (next.kind === "rolls-back" || (canary.standing === "paused" && breach.onBreach !== "alert"));
