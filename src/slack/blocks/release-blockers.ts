import type { SectionBlock } from "@slack/types";
import { foldBlockers } from "#src/release/fold-blockers";
import type { ReleaseView } from "#src/release/view";
import type { Density } from "#src/slack/blocks/density";
import { bullets, moreInDetails, packed, section } from "#src/slack/blocks/elements";
import { cutOverButton } from "#src/slack/blocks/release-actions";
import { when } from "#src/slack/blocks/times";
import { awaited, flipWords, MARKS, marked, name, number } from "#src/slack/blocks/words";
import { code, line, shorten } from "#src/slack/escape";
import { BLOCK_PREFIXES } from "#src/slack/ids";

/**
 * What stands between now and the cutover, first; or that nothing does, with the button. Whatever needs somebody stands in full;
 * checks under way are named by state, and missing sign-offs are one line, since each of them has its own row below.
 */
export function releaseBlockers(view: ReleaseView, density: Density): SectionBlock[] {
  const { release } = view;
  if (release.standing === "cutting_over") return [section(cuttingOver(view, density))];
  if (view.blockers.length === 0) return [...stopped(view, density), unblocked(view, density)];
  const urgent = foldBlockers(view.blockers.filter(({ kind }) => !UNDER_WAY.includes(kind) && kind !== "sign-off"));
  const shown = urgent.slice(0, density.blockers).map(({ text }) => `• ${shorten(line(text), density.blockerChars)}`);
  const hidden = urgent.length - shown.length;
  const folded = [...underWayLines(view, density), ...signOffLine(view, density)];
  const texts = packed([
    "*What blocks the cutover*",
    ...shown,
    ...(hidden > 0 ? [moreInDetails(hidden)] : []),
    ...folded.map((text) => `• ${text}`),
  ]);
  return [...texts.map((text) => section(text)), ...stopped(view, density)];
}

const UNDER_WAY: readonly string[] = ["check-running", "check-pending"];

/** More checks than this under way are a wall of names in which nobody looks for one. */
const MOST_NAMED = 8;

/** "⏳ running: Token budget, Prefix leakage", "pending: Backup". */
function underWayLines(view: ReleaseView, density: Density): string[] {
  const titles = new Map(view.checks.map(({ definition }) => [definition.id, definition.title]));
  const named = (kind: string): string => {
    const all = view.blockers.filter((blocker) => blocker.kind === kind).map(({ id }) => line(titles.get(id) ?? id));
    if (all.length <= MOST_NAMED) return shorten(all.join(", "), density.blockerChars);
    const shown = shorten(all.slice(0, MOST_NAMED - 2).join(", "), density.blockerChars);
    return `${shown} and ${number(all.length - MOST_NAMED + 2)} more`;
  };
  const [running, pending] = [named("check-running"), named("check-pending")];
  return [
    ...(running === "" ? [] : [`${marked(MARKS.running)}: ${running}`]),
    ...(pending === "" ? [] : [`${marked(MARKS.pending)}: ${pending}`]),
  ];
}

/** "3 sign-offs are missing: Dan Ito or Mei Sato; Ines Roy and Tom Vega". */
function signOffLine({ blockers, signOffs }: ReleaseView, density: Density): string[] {
  const ids = new Set(blockers.filter(({ kind }) => kind === "sign-off").map(({ id }) => id));
  if (ids.size === 0) return [];
  const open = signOffs.filter((one) => ids.has(one.definition.id));
  const missing = Math.max(
    ids.size,
    open.reduce((sum, one) => sum + one.missing, 0),
  );
  const whose = open.map((one) =>
    one.mayNow.length === 0
      ? `nobody of ${code(one.definition.role, density.idChars)} can`
      : awaited(one.mayNow, one.missing, density.nameChars),
  );
  const who = shorten([...new Set(whose)].join("; "), density.blockerChars);
  return [
    `${missing === 1 ? "1 sign-off is" : `${number(missing)} sign-offs are`} missing${who === "" ? "" : `: ${who}`}`,
  ];
}

function unblocked(view: ReleaseView, density: Density): SectionBlock {
  const { release } = view;
  const flip = flipWords(release.service, release.active, release.candidate, density.idChars);
  if (view.phase !== "ready") return section(`Nothing blocks the cutover. When it comes, it ${flip}.`);
  return section(`*Nothing blocks the cutover.* Cut over ${flip}.`, {
    id: `${BLOCK_PREFIXES.release}ready`,
    accessory: release.standing === "open" ? cutOverButton(view, density) : null,
  });
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
