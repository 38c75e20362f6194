import type { KnownBlock } from "@slack/types";
import type { ReleaseView } from "#src/release/view";
import { carry } from "#src/slack/blocks/carried";
import type { Density } from "#src/slack/blocks/density";
import { actions, button, context, drawn, section } from "#src/slack/blocks/elements";
import { when, whenExactly } from "#src/slack/blocks/times";
import { count, name, number, pair, shortHash } from "#src/slack/blocks/words";
import { code, line, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES } from "#src/slack/ids";

/** After the end: what is live now, what was live before, who, when. */
export function endedBlocks(view: ReleaseView, density: Density): KnownBlock[] {
  const { release } = view;
  return [
    ...outcome(view, density),
    context(
      [
        `Release #${number(release.number)}`,
        `started by ${name(release.requester, density.nameChars)} ${when(release.startedAt)}`,
        release.manifest === null ? "manifest was not frozen" : `manifest ${shortHash(release.manifest.hash)}`,
        ...signers(view, density),
      ].join(" · "),
    ),
    actions(
      `${BLOCK_PREFIXES.release}actions`,
      drawn([button(ACTIONS.details, "All details", carry({ r: release.id }))]),
    ),
  ];
}

function outcome(view: ReleaseView, density: Density): KnownBlock[] {
  switch (view.release.standing) {
    case "live":
      return live(view, density);
    case "cancelled":
      return [section(`*Cancelled*${by(view, density)}\n${pointerLine(view, density)}`)];
    default:
      return [section(`❌ *Failed*${by(view, density)}\n${pointerLine(view, density)}`)];
  }
}

function live(view: ReleaseView, density: Density): KnownBlock[] {
  const { release } = view;
  const since = release.ended === null ? "" : ` since ${whenExactly(release.ended.at)}`;
  const cutBy = release.cutover === null ? "" : `\nCut over by ${name(release.cutover.by, density.nameChars)}.`;
  const before =
    release.active === null
      ? "Before: nothing, this was the first go-live."
      : `Before: ${pair(release.active, density.idChars)}.`;
  const waived = view.checks.filter((check) => check.status === "waived").length;
  return [
    section(
      `✅ *Live*: ${code(release.service, 60)} answers from ${pair(release.candidate, density.idChars)}${since}.\n${before}${cutBy}`,
    ),
    ...(waived > 0
      ? [section(`⚠️ Went live with ${count(waived, "waived check")}; the reasons stand in Details.`)]
      : []),
    section(`What the canary sees of it: ${code(`/canary status ${release.service}`, 100)}`),
  ];
}

function by(view: ReleaseView, density: Density): string {
  const { ended } = view.release;
  if (ended === null) return ".";
  const reason = shorten(line(ended.reason), density.blockerChars);
  return ` by ${name(ended.by, density.nameChars)} ${when(ended.at)}${reason === "" ? "." : `: ${reason}`}`;
}

/** Only what the release knows: what it did to the pointer, and what the pointer said when it began. */
function pointerLine(view: ReleaseView, density: Density): string {
  const { release } = view;
  const where = code(release.service, 60);
  if (release.flip !== null && release.flip.outcome === null) {
    return `⚠️ The flip was begun and its outcome is not known. \`/golive status\` reads what answers now, straight from the store.`;
  }
  if (release.flip?.outcome === "flipped")
    return `The pointer of ${where} was moved to ${pair(release.flip.to, density.idChars)}.`;
  const begin = release.active === null ? "nothing was live" : `it was ${pair(release.active, density.idChars)}`;
  return `This release did not move the pointer of ${where}; when it began, ${begin}.`;
}

function signers(view: ReleaseView, density: Density): string[] {
  const people = [...new Map(view.release.signOffs.map((one) => [one.person.id, one.person])).values()];
  if (people.length === 0) return [];
  const shown = people.slice(0, 5).map((person) => name(person, density.nameChars));
  return [
    `signed by ${shown.join(", ")}${people.length > shown.length ? ` and ${people.length - shown.length} more` : ""}`,
  ];
}
