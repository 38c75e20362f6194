import type { ManifestSummary } from "#src/release/manifest-summary";
import type { ReleaseView } from "#src/release/view";
import { context, type Message, section } from "#src/slack/blocks/elements";
import { manifestLines } from "#src/slack/blocks/manifest-lines";
import { when } from "#src/slack/blocks/times";
import { number, shortHash } from "#src/slack/blocks/words";
import { channelLink, code, line, shorten } from "#src/slack/escape";
import { BUDGET, LIMITS } from "#src/slack/limits";

/** The answer to `/golive manifest`, for one person: what the open or last release froze. */
export function manifestReply(view: ReleaseView | null, service: string, summary: ManifestSummary | null): Message {
  const frozen = view?.release.manifest ?? null;
  if (view === null || frozen === null) return nothingFrozen(view, service);
  const { release } = view;
  const state = release.ended === null ? "open" : view.phase;
  const head = `Release #${number(release.number)} of ${code(service)} (${state}) froze manifest ${shortHash(frozen.hash)} ${when(frozen.at)}.`;
  const lines = summary === null ? ["Its document is not kept in this database."] : manifestLines(summary);
  return {
    text: shorten(head, BUDGET.message.text),
    blocks: [
      section(shorten([head, ...lines].join("\n"), LIMITS.section.text)),
      context(
        `The whole document: the file in the release's thread in ${channelLink(release.channel)}, or ${command("show", service)} · compared with another: ${code("golive manifest diff A B", 40)}`,
      ),
    ],
  };
}

function nothingFrozen(view: ReleaseView | null, service: string): Message {
  const text =
    view === null
      ? `There has been no release of ${code(service)} yet, so nothing is frozen. ${command("generate", service)} collects a manifest without a release.`
      : `Release #${number(view.release.number)} of ${code(service)} has frozen no manifest${view.release.ended === null ? " yet; ask again in a moment" : ""}.`;
  return { text: shorten(text, BUDGET.message.text), blocks: [section(text)] };
}

function command(verb: string, service: string): string {
  return code(`golive manifest ${verb} --service ${line(service)}`, 140);
}
