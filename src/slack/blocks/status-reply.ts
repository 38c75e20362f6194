import type { KnownBlock } from "@slack/types";
import type { Pair } from "#src/release/events";
import { foldBlockers } from "#src/release/fold-blockers";
import { samePair } from "#src/release/pair";
import { type ResourcesNow, resourcesLine } from "#src/release/resources-line";
import type { ReleaseView } from "#src/release/view";
import { context, type Message, section } from "#src/slack/blocks/elements";
import { evaluationTexts } from "#src/slack/blocks/release-evaluation";
import { progressLine, standingMark } from "#src/slack/blocks/release-head";
import { releaseSentence } from "#src/slack/blocks/release-sentence";
import { signableNow } from "#src/slack/blocks/sign-off-buttons";
import { when } from "#src/slack/blocks/times";
import { awaited, MARKS, marked, name, number, pair } from "#src/slack/blocks/words";
import { bold, channelLink, code, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** What the store says answers now; `unread` when it could not be asked. */
export type LiveNow = Pair | null | "unread";

/** The answer to `/golive status`, for one person: what is live, how the release stands, who is asked, how Golive itself does. */
export function statusReply(
  view: ReleaseView | null,
  service: string,
  live: LiveNow,
  resources: ResourcesNow | "unread",
): Message {
  const liveText = liveWords(service, live);
  const ownText = resourcesLine(resources);
  if (view === null) {
    const none = `No release of ${code(service)} so far. Start one with \`/golive start ${shorten(line(service), 60)}\`.`;
    return {
      text: shorten(`${liveText} ${none}`, BUDGET.message.text),
      blocks: [section(`${liveText}\n${none}`), context(ownText)],
    };
  }
  return {
    text: shorten(`${releaseSentence(view)} ${liveText}`, BUDGET.message.text),
    blocks: [
      section([liveText, ...driftWords(view, live)].join("\n")),
      section(standing(view)),
      ...evaluationTexts(view).map((text) => section(text)),
      ...blockerBlocks(view),
      ...askedBlocks(view),
      context(`The release message, its buttons and its history: ${channelLink(view.release.channel)}`),
      context(ownText),
    ],
  };
}

function liveWords(service: string, live: LiveNow): string {
  if (live === "unread") return `⚠️ What answers in ${code(service)} could not be read from its RAG store just now.`;
  return live === null ? `Nothing is live in ${code(service)} yet.` : `${code(service)} answers from ${pair(live)}.`;
}

/** The pointer moved without Golive: a cutover would be refused by the compare-and-set, so it is said early. */
function driftWords(view: ReleaseView, live: LiveNow): string[] {
  if (live === "unread") return [];
  const { release } = view;
  const expected = release.standing === "live" ? release.candidate : release.active;
  if (release.standing === "cutting_over" || release.standing === "failed" || samePair(expected, live)) return [];
  const was = expected === null ? "nothing was live" : `it was ${pair(expected)}`;
  const then = release.standing === "open" ? " A cutover of this release would be refused." : "";
  return [`⚠️ As release #${number(release.number)} knows it, ${was}: the pointer was moved since.${then}`];
}

function standing(view: ReleaseView): string {
  const { release } = view;
  const head = `*Release #${number(release.number)}* to ${pair(release.candidate)} · phase: ${marked(standingMark(view))} · started by ${name(release.requester)} ${when(release.startedAt)}`;
  if (release.ended === null) return `${head}\n${progressLine(view)}`;
  if (release.standing === "live") {
    const by = release.cutover === null ? "" : `, cut over by ${name(release.cutover.by)}`;
    return `${head}\nLive since ${when(release.ended.at)}${by}`;
  }
  const reason = line(release.ended.reason);
  return `${head}\nEnded ${when(release.ended.at)} by ${name(release.ended.by)}${reason === "" ? "" : `: ${shorten(reason, 400)}`}`;
}

function blockerBlocks(view: ReleaseView): KnownBlock[] {
  if (view.release.standing !== "open") return [];
  if (view.blockers.length === 0)
    return view.phase === "ready" ? [section("✅ *Ready*: nothing blocks the cutover.")] : [];
  const asked = new Set(view.signOffs.filter((one) => signableNow(view, one)).map((one) => one.definition.id));
  // Those that can be signed now are listed below, with the people: they don't stand here too.
  const blockers = foldBlockers(view.blockers.filter(({ kind, id }) => kind !== "sign-off" || !asked.has(id)));
  if (blockers.length === 0) return [];
  const shown = blockers.slice(0, 10).map((blocker) => `• ${shorten(line(blocker.text), 240)}`);
  const hidden = blockers.length - shown.length;
  const title = "*What blocks the cutover*";
  return [
    section([title, ...shown, ...(hidden > 0 ? [`_… and ${hidden} more in the release message_`] : [])].join("\n")),
  ];
}

function askedBlocks(view: ReleaseView): KnownBlock[] {
  const asked = view.signOffs.filter((one) => signableNow(view, one));
  if (asked.length === 0) return [];
  const shown = asked.slice(0, 10).map((one) => {
    return `${MARKS.waiting.emoji} ${bold(one.definition.title, 100)}: ${awaited(one.mayNow, one.missing, 40)}`;
  });
  const hidden = asked.length - shown.length;
  return [
    section(
      ["*Missing sign-offs that can be given now*", ...shown, ...(hidden > 0 ? [`_… and ${hidden} more_`] : [])].join(
        "\n",
      ),
    ),
  ];
}
