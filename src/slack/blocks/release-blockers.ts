import type { SectionBlock } from "@slack/types";
import type { ReleaseView } from "#src/release/view";
import type { Density } from "#src/slack/blocks/density";
import { bullets, moreInDetails, packed, section } from "#src/slack/blocks/elements";
import { when } from "#src/slack/blocks/times";
import { flipWords, name, number } from "#src/slack/blocks/words";
import { line, shorten } from "#src/slack/escape";

/** What stands between now and the cutover, first and in full; or that nothing does. */
export function releaseBlockers(view: ReleaseView, density: Density): SectionBlock[] {
  const { release } = view;
  if (release.standing === "cutting_over") return [section(cuttingOver(view, density))];
  if (view.blockers.length === 0) return [...stopped(view, density), section(unblocked(view, density))];
  const lines = view.blockers.map((blocker) => line(blocker.text));
  const shown = lines.slice(0, density.blockers).map((text) => `• ${shorten(text, density.blockerChars)}`);
  const hidden = lines.length - shown.length;
  const title = `*What blocks the cutover* (${number(lines.length)})`;
  const texts = packed([title, ...shown, ...(hidden > 0 ? [moreInDetails(hidden)] : [])]);
  return [...texts.map((text) => section(text)), ...stopped(view, density)];
}

function unblocked(view: ReleaseView, density: Density): string {
  const { release } = view;
  const flip = flipWords(release.service, release.active, release.candidate, density.idChars);
  if (view.phase === "ready") return `✅ *Ready.* Cut over ${flip}.`;
  return `Nothing blocks the cutover. When it comes, it ${flip}.`;
}

function cuttingOver(view: ReleaseView, density: Density): string {
  const { release } = view;
  const flip = flipWords(release.service, release.active, release.candidate, density.idChars);
  const since =
    release.cutover === null
      ? ""
      : ` Pressed by ${name(release.cutover.by, density.nameChars)} ${when(release.cutover.at)}.`;
  return `⏳ *Cutting over*: everything is decided once more, then it ${flip}.${since}`;
}

/** Why the last attempt stopped before the flip: the pointer was not touched by it. */
function stopped(view: ReleaseView, density: Density): SectionBlock[] {
  const reasons = view.release.stopped;
  if (reasons.length === 0) return [];
  const list = bullets(reasons.map(line), Math.min(5, density.blockers), density.blockerChars);
  return [section(`⏸ *The last cutover stopped before the flip.* The pointer was not touched.\n${list}`)];
}
