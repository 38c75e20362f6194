import type { Button } from "@slack/types";
import type { ReleaseView, SignOffView } from "#src/release/view";
import { carry } from "#src/slack/blocks/carried";
import { button, drawn } from "#src/slack/blocks/elements";
import { plainLine, shorten } from "#src/slack/escape";
import { ACTIONS } from "#src/slack/ids";

/** Whether somebody could press Sign now and have it count. */
export function signableNow(view: ReleaseView, one: SignOffView): boolean {
  return (
    isOpen(view) && view.phase !== "paused" && one.status === "waiting" && one.missing > 0 && one.mayNow.length > 0
  );
}

/** Sign, Withdraw, Lift objection: each only when it can be pressed by somebody now. */
export function signOffButtons(view: ReleaseView, one: SignOffView): Button[] {
  const value = carry({ r: view.release.id, i: one.definition.id, s: one.seen });
  const title = shorten(plainLine(one.definition.title), 50);
  return drawn([
    signableNow(view, one) ? button(ACTIONS.sign, `Sign: ${title}`, value, { style: "primary" }) : null,
    isOpen(view) && one.given.length > 0 ? button(ACTIONS.withdraw, "Withdraw", value) : null,
    isOpen(view) && one.vetoes.length > 0 ? button(ACTIONS.liftObjection, "Lift objection", value) : null,
  ]);
}

/** What only Details offers: to object, and to break the glass over somebody else's objection. */
export function signOffDetailButtons(view: ReleaseView, one: SignOffView): Button[] {
  const value = carry({ r: view.release.id, i: one.definition.id, s: one.seen });
  return drawn([
    ...signOffButtons(view, one),
    isOpen(view) ? button(ACTIONS.object, "Object…", value) : null,
    isOpen(view) && one.vetoes.length > 0
      ? button(ACTIONS.breakGlass, "Break the glass…", value, { style: "danger" })
      : null,
  ]);
}

function isOpen(view: ReleaseView): boolean {
  return view.release.standing === "open";
}
