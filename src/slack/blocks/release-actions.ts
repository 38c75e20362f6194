import type { Button, KnownBlock } from "@slack/types";
import type { CheckStatus, ReleaseView } from "#src/release/view";
import { carry } from "#src/slack/blocks/carried";
import type { Density } from "#src/slack/blocks/density";
import { actions, button, drawn } from "#src/slack/blocks/elements";
import { flipWords } from "#src/slack/blocks/words";
import { plainLine, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES } from "#src/slack/ids";

const RERUNNABLE: readonly CheckStatus[] = ["fail", "error", "inconclusive", "stale"];

/** Stands beside "Ready", where the eye is: the one thing left to do. */
export function cutOverButton(view: ReleaseView, density: Density): Button | null {
  const { release } = view;
  const flip = flipWords(release.service, release.active, release.candidate, Math.min(density.idChars, 40));
  return button(ACTIONS.cutOver, "Cut over", carry({ r: release.id, s: view.seen }), {
    style: "primary",
    confirm: {
      title: `Cut over ${shorten(plainLine(release.service), 60)}?`,
      text: `This ${flip}. Everything is decided once more right before the flip.`,
      yes: "Cut over",
      no: "Not yet",
    },
  });
}

/**
 * Only what somebody can do now: Slack has no disabled buttons, so what can't be pressed isn't there. None is red: cancelling
 * asks for a reason first, and must not be the loudest thing in the message.
 */
export function releaseActions(view: ReleaseView): KnownBlock[] {
  const { release } = view;
  const open = release.standing === "open";
  const r = release.id;
  const mayRerun =
    open &&
    release.paused === null &&
    release.manifest !== null &&
    view.checks.some((check) => RERUNNABLE.includes(check.status));
  return [
    actions(
      `${BLOCK_PREFIXES.release}actions`,
      drawn([
        button(ACTIONS.details, "All details", carry({ r })),
        mayRerun ? button(ACTIONS.rerunFailed, "Re-run failed", carry({ r })) : null,
        open ? button(ACTIONS.cancel, "Cancel release…", carry({ r })) : null,
      ]),
    ),
  ];
}
