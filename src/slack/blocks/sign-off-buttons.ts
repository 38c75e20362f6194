import type { Button } from "@slack/types";
import type { ReleaseView, SignOffView } from "#src/release/view";
import { carry } from "#src/slack/blocks/carried";
import { button, drawn } from "#src/slack/blocks/elements";
import { plainLine } from "#src/slack/escape";
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
  const title = plainLine(one.definition.title);
  return drawn([
    signableNow(view, one) ? button(ACTIONS.sign, "Sign", value, { style: "primary", spoken: `Sign ${title}` }) : null,
    isOpen(view) && one.given.length > 0
      ? button(ACTIONS.withdraw, "Withdraw", value, { spoken: `Withdraw from ${title}` })
      : null,
    isLiftable(view, one)
      ? button(ACTIONS.liftObjection, "Lift objection", value, { spoken: `Lift objection to ${title}` })
      : null,
  ]);
}

/** What only Details offers: to object, and to break the glass over somebody else's objection. */
export function signOffDetailButtons(view: ReleaseView, one: SignOffView): Button[] {
  const value = carry({ r: view.release.id, i: one.definition.id, s: one.seen });
  return drawn([
    ...signOffButtons(view, one),
    isBeforeFlip(view) ? button(ACTIONS.object, "Object…", value) : null,
    isLiftable(view, one) ? button(ACTIONS.breakGlass, "Break the glass…", value, { style: "danger" }) : null,
  ]);
}

function isLiftable(view: ReleaseView, one: SignOffView): boolean {
  return isBeforeFlip(view) && view.release.paused === null && one.vetoes.length > 0;
}

function isOpen(view: ReleaseView): boolean {
  return view.release.standing === "open";
}

/** An objection still counts while a cutover is under way, until the flip is intended. */
function isBeforeFlip(view: ReleaseView): boolean {
  const { standing, flip } = view.release;
  return standing === "open" || (standing === "cutting_over" && (flip === null || flip.outcome !== null));
}
