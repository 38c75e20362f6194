import type { Kpi } from "#src/canary/kpi";
import type { CanaryNote, NoCanaryNote } from "#src/canary/watch/notes";
import type { CanaryView } from "#src/canary/watch/view";
import { against } from "#src/canary/words/breach";
import { oddsWords } from "#src/canary/words/evidence";
import { fromNumbers } from "#src/canary/words/figures";
import { kpiName } from "#src/canary/words/names";
import { hoursText } from "#src/canary/words/time";
import type { Person } from "#src/release/people";
import { unreachable } from "#src/release/unreachable";
import { canarySentence } from "#src/slack/blocks/canary-sentence";
import { nextWords } from "#src/slack/blocks/canary-words";
import { type Message, paragraphs } from "#src/slack/blocks/elements";
import { pairOrNothing } from "#src/slack/blocks/rollback-words";
import { when } from "#src/slack/blocks/times";
import { count, name, names, number } from "#src/slack/blocks/words";
import { bold, code, line, mention, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

type Told = CanaryNote | NoCanaryNote;

/** Every kind of note that `canaryNoteMessage` words: the painter of notes tells them from others by it. */
export const CANARY_NOTE_KINDS = [
  "canary-started",
  "canary-paused",
  "canary-resumed",
  "canary-extended",
  "canary-held",
  "breach-acknowledged",
  "breach-escalated",
  "arm-silent",
  "arm-heard",
  "canary-blind",
  "canary-sees",
  "canary-rollback-triggered",
  "canary-rollback-impeded",
  "canary-rollback-begun",
  "canary-rollback-given-up",
  "canary-window-ended",
  "canary-ended",
  "no-canary",
] as const satisfies readonly Told["kind"][];

/** Where a note is read, and the KPIs that it may name. `to`: a thread, or one person alone. */
export type NoteContext = {
  readonly service: string;
  readonly to: "thread" | "person" | "channel";
  readonly kpis: readonly Kpi[];
};

/** One note of a canary's story. Only people who have to decide now are mentioned; whom a breach is escalated to hears of it directly. */
export const canaryNoteMessage = (note: Told, at: NoteContext): Message => message(noteLines(note, at));

/** For the thread of a canary's message that was posted again: where it stands. */
export function canaryStoryMessage(view: CanaryView): Message {
  return message([
    "🔁 This message was posted again; the thread of the one before is gone. Until now:",
    `• ${canarySentence(view)}`,
    "Every step, with who and when, is in the journal: `golive audit export`.",
  ]);
}

/** For one person, when the canary's channel itself can't say it. */
export function canaryUnseenMessage(view: CanaryView, because: "channel-archived" | "bot-removed"): Message {
  const where = because === "channel-archived" ? "is archived" : "can't be posted to by Golive";
  return message([
    `⚠️ ${canarySentence(view)}`,
    `You read it here because the release channel of ${code(view.canary.service)} ${where}. The watch goes on all the same, and so does what it does by itself.`,
    ...[nextWords(view, 400)].filter((text) => text !== ""),
    "Its messages come back once Golive can post there. Until then: `golive canary status`.",
  ]);
}

/** The first line is the entire point; the others say more. */
function noteLines(note: Told, at: NoteContext): string[] {
  switch (note.kind) {
    case "canary-started":
      return [
        `Canary #${number(note.number)} began: ${pairOrNothing(note.candidate)} against ${pairOrNothing(note.baseline)}, for ${hoursText(note.hours)} with data on both arms.`,
        `${count(note.questions, "question")} with a known answer can be asked of both.`,
        ...(note.caution === null ? [] : [`⚠️ ${shorten(line(note.caution), 900)}`]),
      ];
    case "canary-paused":
      return [`⏸ ${name(note.by)} paused the canary${because(note.reason)}`];
    case "canary-resumed":
      return [`${name(note.by)} resumed the canary${because(note.reason)}`];
    case "canary-extended":
      return [
        `${name(note.by)} extended the canary by ${hoursText(note.hours)}, to ${hoursText(note.total)}${because(note.reason)}`,
      ];
    case "canary-held":
      return [
        `⏸ ${name(note.by)} held the rollback${because(note.reason)}`,
        "What was found until now rolls nothing back by itself until people decide. A breach that is found later does.",
      ];
    case "breach-acknowledged":
      return [`${name(note.by)} acknowledged the breach of ${named(note.kpi, at)}.`];
    case "breach-escalated":
      return escalatedLines(note, at);
    case "arm-silent":
      return [
        `⚠️ Nothing was heard of the ${note.arm} since ${when(note.since)}.`,
        "Hours without data on both arms don't count, and nothing is concluded from silence. Look at whatever sends its observations.",
        `${code(`/canary status ${at.service}`, 100)} says why, where the probes ask nothing more.`,
      ];
    case "arm-heard":
      return [`The ${note.arm} is heard again: the clock goes on.`];
    case "canary-blind":
      return [
        `⚠️ *The canary of ${code(at.service)} can't be watched* since ${when(note.since)}: ${shorten(line(note.says), 900)}`,
        `Golive goes on trying, and raises no alert until it can look again. Watch your own dashboards. By hand: ${code(`/rollback ${at.service}`, 100)}.`,
      ];
    case "canary-sees":
      return ["The canary can be watched again. What came in meanwhile is looked at now."];
    case "canary-rollback-triggered":
      return [
        `⏳ *A rollback begins*${note.kpi === null ? "" : ` because of ${named(note.kpi, at)}`}, ${TRIGGERS[note.why](name(note.by))}${because(note.reason)}`,
        "It has a message of its own, with its steps.",
      ];
    case "canary-rollback-impeded":
      return [
        `⚠️ *The rollback could not begin*: ${shorten(line(note.says), 900)}`,
        `Golive goes on trying. By hand: ${code(`/rollback ${at.service}`, 100)}.`,
      ];
    case "canary-rollback-begun":
      return [`⏳ *The rollback has begun*: ${code(note.rollback, 40)} has a message of its own, with its steps.`];
    case "canary-rollback-given-up":
      return givenUpLines(note, at);
    case "canary-window-ended":
      return windowLines(note);
    case "canary-ended":
      return [`${ENDS[note.as]}, by ${name(note.by)}.`, shorten(line(note.says), 2_000)];
    case "no-canary":
      return [
        `⚠️ *No canary watches this*: ${shorten(line(note.because), 900)}`,
        "Watch your own dashboards: Golive raises no alert for it.",
      ];
    default:
      return unreachable(note);
  }
}

function escalatedLines(note: Extract<Told, { kind: "breach-escalated" }>, at: NoteContext): string[] {
  const { kpi: id, to, because: why, by, numbers, foundAt } = note;
  const kpi = at.kpis.find((each) => each.id === id);
  const figures = fromNumbers(numbers);
  const seen = kpi === undefined ? "" : `: ${line(against(kpi, figures))}, ${line(oddsWords(figures.logE))}`;
  const reason = why === "asked" ? `${name(by)} asked for it` : "nobody acknowledged it";
  if (at.to === "person") {
    return [
      `🛑 You are asked to look at the breach of ${named(id, at)} in the canary of ${code(at.service)}${seen}.`,
      `Found ${when(foundAt)}; ${reason}. Acknowledge, hold or roll back in its message, or with ${code(`/canary acknowledge ${at.service} ${id}`, 120)}.`,
    ];
  }
  return [`🛑 The breach of ${named(id, at)} was told to ${names(to, 8) || "nobody"}: ${reason}.`];
}

const TRIGGERS = {
  policy: () => "by the KPI's own policy",
  unanswered: () => "since nobody answered",
  person: (by: string) => `by ${by}`,
} as const;

const ENDS = {
  passed: "✅ *Passed*",
  promoted: "✅ *Ended in favour of the candidate*",
  "rolled-back": "🛑 *Rolled back*",
  superseded: "*Ended: something else went live*",
} as const;

function givenUpLines({ says, who }: Extract<Told, { kind: "canary-rollback-given-up" }>, at: NoteContext): string[] {
  return [
    `🛑 *Golive has given up*: ${shorten(line(says), 900)}`,
    `Type ${code(`/rollback ${at.service}`, 100)}. *Roll back* in the canary's message makes Golive try again; it can be paused and promoted as before.`,
    ...(at.to === "person" ? [] : asking(who, "somebody has to roll back")),
  ];
}

/** The line that mentions who has to act. */
function asking(who: readonly Person[], what: string): string[] {
  const asked = who.slice(0, 8).map(({ id }) => mention(id));
  const hidden = who.length - asked.length;
  return asked.length === 0 ? [] : [`${asked.join(" ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}: ${what}.`];
}

function windowLines({ verdict, reasons, who }: Extract<Told, { kind: "canary-window-ended" }>): string[] {
  const most = 10;
  return [
    `⚠️ *The window is over* (${verdict}): people decide, in the canary's message.`,
    ...reasons.slice(0, most).map((reason) => `• ${shorten(line(reason), 300)}`),
    ...(reasons.length > most ? [`_… and ${number(reasons.length - most)} more_`] : []),
    ...asking(who, "promote, extend or roll back"),
  ];
}

function named(id: string, { kpis }: NoteContext): string {
  const kpi = kpis.find((each) => each.id === id);
  return bold(kpi === undefined ? id : kpiName(kpi), 80);
}

function because(reason: string): string {
  const text = shorten(line(reason), 900);
  return text === "" ? "." : `: ${text}`;
}

function message(lines: readonly string[]): Message {
  const [first = ""] = lines;
  return { text: shorten(first, BUDGET.message.text), blocks: paragraphs(lines.join("\n")) };
}
