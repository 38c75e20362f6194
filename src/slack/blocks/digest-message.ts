import type { KnownBlock, SectionBlock } from "@slack/types";
import { type DigestNote, isQuiet, type RanOperation, type SkippedFires } from "#src/operations/digest/digest";
import { KINDS } from "#src/operations/kinds";
import { changeLine } from "#src/slack/blocks/change-lines";
import { context, header, type Message, type MessageBlock, packed, section } from "#src/slack/blocks/elements";
import { fitting } from "#src/slack/blocks/fitting";
import { isAtRisk, sloLine, sloTally } from "#src/slack/blocks/slo-line";
import { when } from "#src/slack/blocks/times";
import { waitingLine, whoOf } from "#src/slack/blocks/waiting-lines";
import { count, MARKS, marked, names, number } from "#src/slack/blocks/words";
import { bold, line, mention, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** Lines of one part, and characters of each; what is left out is counted. */
type Size = { readonly lines: number; readonly chars: number };
const SIZES: readonly [Size, ...Size[]] = [
  { lines: 12, chars: 420 },
  { lines: 8, chars: 320 },
  { lines: 5, chars: 240 },
  { lines: 3, chars: 160 },
  { lines: 1, chars: 120 },
];

const MOST_NAMED = 6;

/** Where a subject's message stands; null: it has none, or it isn't known. */
export type LinkOf = (subject: string) => string | null;

/**
 * The morning of a service: what waits for people first, then what ran, was skipped and changed. Only people who must act are mentioned. A quiet
 * one is one line.
 */
export function digestMessage(note: DigestNote, linkOf: LinkOf = () => null): Message {
  const text = shorten(digestSentence(note), BUDGET.message.text);
  if (isQuiet(note)) return { text, blocks: [context(`${text} ${nextWords(note)}`.trim())] };
  const { blocks } = fitting(SIZES, (size) => {
    const drawn = draw(note, size, linked(linkOf));
    return { blocks: drawn, fallback: drawn };
  });
  return { text, blocks: blocks.filter(isKnown) };
}

/** A digest has no charts. */
const isKnown = (block: MessageBlock): block is KnownBlock => block.type !== "data_visualization";

type Link = (subject: string | null) => string;

function draw(note: DigestNote, size: Size, link: Link): KnownBlock[] {
  const bad = note.slos.filter(isAtRisk);
  const part = <T>(title: string, all: readonly T[], write: (one: T) => string) => partOf(title, all, write, size);
  return [
    header(`${note.service} this morning`),
    context(`Since ${when(note.since)}`),
    ...part("Waiting", note.waiting, (one) => waitingFor(one, note.service, link, size)),
    ...part("Ran", note.ran, (one) => `${shorten(ranLine(one), size.chars)}${link(one.subject)}`),
    ...part("Still running", note.running, ({ kind, number: nth, since }) => {
      return `⏳ running · ${KINDS[kind].title} #${number(nth)} since ${when(since)}`;
    }),
    ...part("Skipped", note.skipped, (one) => shorten(skippedLine(one), size.chars)),
    ...part("Changed", note.changed, (one) => `${shorten(`• ${changeLine(one)}`, size.chars)}${link(one.subject)}`),
    ...part("SLOs", bad, (one) => shorten(sloLine(one), size.chars)),
    ...part("Could not be read", note.unread, ({ what, why }) => {
      return shorten(`⚠️ ${line(what)} could not be read: ${line(why)}`, size.chars);
    }),
    ...footer(note),
  ];
}

const linked =
  (linkOf: LinkOf): Link =>
  (subject) => {
    const url = subject === null ? null : linkOf(subject);
    return url === null ? "" : ` <${url}|Open>`;
  };

/** A part as one section; empty ones aren't there. */
function partOf<T>(title: string, all: readonly T[], write: (one: T) => string, { lines: most }: Size): SectionBlock[] {
  if (all.length === 0) return [];
  const hidden = all.length - most;
  const lines = [
    `*${title}*`,
    ...all.slice(0, most).map(write),
    ...(hidden > 0 ? [`_… and ${number(hidden)} more in the journal_`] : []),
  ];
  return packed(lines).map((text) => section(text));
}

function waitingFor(waiting: DigestNote["waiting"][number], service: string, link: Link, { chars }: Size): string {
  const who =
    waiting.mentioned === false ? names(waiting.who, MOST_NAMED, 40) : whoOf(waiting.who, ({ id }) => mention(id));
  const nobody = "⚠️ nobody who may is known";
  return `${shorten(waitingLine(waiting, service), chars)}${link(waiting.subject)} → ${who === "" ? nobody : who}`;
}

function ranLine(ran: RanOperation): string {
  const nth = ran.number === null ? "" : ` #${number(ran.number)}`;
  const missed = ran.missed === 0 ? "" : ` _(also for ${count(ran.missed, "missed fire")})_`;
  const says = shorten(line(ran.summary), 300);
  return `${marked(MARKS[ran.verdict])} · ${bold(`${KINDS[ran.kind].title}${nth}`)} ${when(ran.at)}: ${says}${missed}`;
}

const skippedLine = ({ kind, fires, due, says }: SkippedFires): string =>
  `• ${bold(KINDS[kind].title)} of ${when(due)}${fires > 1 ? ` and ${count(fires - 1, "fire")} before` : ""}: ${shorten(line(says), 300)}`;

function footer(note: DigestNote) {
  const slos = sloTally(note.slos);
  const words = [slos === "" ? "" : `SLOs: ${slos}`, nextWords(note)].filter((one) => one !== "").join(" · ");
  return words === "" ? [] : [context(words)];
}

function nextWords({ next }: DigestNote): string {
  const runs = next.filter(({ kind }) => kind !== "digest").slice(0, 5);
  return runs.length === 0
    ? ""
    : `Next: ${runs.map(({ kind, at }) => `${KINDS[kind].title.toLowerCase()} ${when(at)}`).join(" · ")}.`;
}

/** The entire point: what a notification and a screen reader say. */
export function digestSentence(note: DigestNote): string {
  const service = shorten(line(note.service), 60);
  if (isQuiet(note)) return `${service} this morning: nothing happened, nothing is waiting.`;
  const failed = note.ran.filter(({ verdict }) => verdict !== "pass");
  const spent = note.slos.filter(isAtRisk);
  const parts = [
    note.waiting.length === 0
      ? "nothing waits for anybody"
      : `${count(note.waiting.length, "thing waits", "things wait")} for people`,
    ...failed.map(({ kind, verdict }) => `${KINDS[kind].title.toLowerCase()} came to ${MARKS[verdict].word}`),
    ...(failed.length === 0 && note.ran.length > 0 ? [`${count(note.ran.length, "run")} passed`] : []),
    ...(note.skipped.length > 0 ? [`${number(note.skipped.length)} skipped`] : []),
    ...(note.changed.length > 0 ? [count(note.changed.length, "change")] : []),
    ...(spent.length > 0 ? [`${count(spent.length, "SLO")} at risk`] : []),
    ...(note.unread.length > 0
      ? [`not read: ${note.unread.map(({ what }) => line(what).toLowerCase()).join(", ")}`]
      : []),
  ];
  return `${service} this morning: ${parts.join("; ")}.`;
}
