import { endText, planText } from "#src/release/evaluation-words";
import type { Note, NotedAsk, NotedFile, NotedVoid } from "#src/release/notes";
import { PAUSE_TEXT } from "#src/release/pause-text";
import type { Person } from "#src/release/people";
import type { StorySoFar } from "#src/release/story-so-far";
import { unreachable } from "#src/release/unreachable";
import { type Message, paragraphs } from "#src/slack/blocks/elements";
import { differenceLine, manifestLines, NOTHING_KNOWN, type NotedManifest } from "#src/slack/blocks/manifest-lines";
import { voidWords } from "#src/slack/blocks/sign-off-lines";
import { when } from "#src/slack/blocks/times";
import {
  count,
  flipWords,
  MARKS,
  marked,
  name,
  names,
  number,
  pair,
  shortHash,
  shortHashes,
} from "#src/slack/blocks/words";
import { bold, code, line, mention, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

const MOST = 20;

/**
 * One note of a release's story, for its thread or for one person. Only people who have to act now, or whose own decision
 * was overruled, are mentioned. `service`: for the notes that name it; `known`: for those about a manifest.
 */
export function noteMessage(note: Note, service: string, known: NotedManifest = NOTHING_KNOWN): Message {
  const lines = noteLines(note, service, known);
  const [first = ""] = lines;
  return {
    text: shorten(first, BUDGET.message.text),
    blocks: paragraphs(lines.join("\n")),
  };
}

/** The first line is the entire point; the others say more. */
function noteLines(note: Note, service: string, known: NotedManifest): string[] {
  switch (note.kind) {
    case "started":
      return [
        `Release #${number(note.number)} started by ${name(note.by)}: a cutover ${flipWords(service, note.active, note.candidate)}. ${count(note.checks, "check")} to run, ${count(note.toSign, "sign-off")} to give.`,
      ];
    case "manifest-frozen":
      return [
        `*The run manifest is frozen*: ${shortHash(note.hash)}. Checks and sign-offs are about exactly this:`,
        ...(known.summary === null ? [] : manifestLines(known.summary)),
      ];
    case "manifest-changed":
      return [
        `🔁 The run manifest changed: it is ${shortHash(note.hash)} now.`,
        ...(known.differences === null ? list(note.changes) : capped(known.differences, differenceLine)),
      ];
    case "files-refused": {
      const [what, where] = notAttached(note.file ?? "manifest-file", service);
      return [
        `⚠️ The ${what} could not be attached here: ${refusedWords(note.because)}. Nothing waits for it.`,
        `The whole document: ${code(where, 140)}`,
      ];
    }
    case "evaluation-started":
      return [
        `⏳ *The evaluation begins*: ${planText(note.plan)}.`,
        `How far it is stands in the release message; ${code(note.evaluation, 40)} goes on where it stopped, whatever happens to Golive.`,
        ...(note.plan.caution === undefined ? [] : [`⚠️ ${shorten(line(note.plan.caution), 500)}`]),
      ];
    case "evaluation-stopped":
      return [`${name(note.by)} stopped the evaluation. The checks that rest on it will be inconclusive.`];
    case "evaluation-ended":
      return endedLines(note);
    case "check-failed":
      return [
        `${marked(MARKS[note.verdict])} · ${bold(note.title)}: ${shorten(line(note.summary), 700)}${note.attempt > 1 ? ` (attempt ${number(note.attempt)})` : ""}`,
        ...(note.next === "" ? [] : [`*What to do*: ${shorten(line(note.next), 500)}`]),
      ];
    case "checks-passed":
      return passedLines(note);
    case "signatures-asked":
      return askedLines(note.asks);
    case "signed":
      return [
        `✅ ${name(note.by)} signed ${bold(note.title)}.${note.missing > 0 ? ` ${number(note.missing)} more needed.` : " Nobody else is needed for it."}`,
      ];
    case "withdrawn":
      return [`✍️ ${name(note.by)} withdrew their sign-off of ${bold(note.title)}: it is asked again.`];
    case "voided":
      return voidedLines(note.voids);
    case "vetoed":
      return [
        `⏸ ${name(note.by)} objects to ${bold(note.title)}: ${shorten(line(note.reason), 900)}`,
        "The cutover is held until they lift it, or the glass is broken.",
      ];
    case "veto-lifted":
      return [`${name(note.by)} lifted their objection to ${bold(note.title)}.`];
    case "break-glass-asked":
      return [
        `🛑 ${name(note.by)} asks to break the glass over the objection to ${bold(note.title)}. A second person has to do the same in Details; until then it holds.`,
      ];
    case "glass-broken":
      return [
        `🛑 *The glass was broken* by ${names(note.people)}: the objection to ${bold(note.title)} no longer holds.`,
        `Reason: ${shorten(line(note.reason), 900) || "none typed; two people did it"}`,
        ...overruled(note.vetoers),
      ];
    case "waived":
      return [
        `⚠️ ${name(note.by)} waived ${bold(note.title)} until ${when(note.until)}: ${shorten(line(note.reason), 700)}`,
        `What was waived: ${shorten(line(note.summary), 500)}`,
      ];
    case "policy-changed":
      return ["🔁 The policy or the checklist changed while this release is open.", ...list(note.changes)];
    case "paused":
      return pausedLines(note);
    case "resumed":
      return ["The release goes on: its channel is in order again."];
    case "cutover-requested":
      return [
        `⏳ ${name(note.by)} pressed Cut over: it ${flipWords(service, note.from, note.to)}. Everything is decided once more right before.`,
      ];
    case "cutover-stopped":
      return ["⏸ *The cutover stopped before the flip*; the pointer was not touched.", ...list(note.because)];
    case "live":
      return [
        `✅ *Live*: ${code(service)} answers from ${pair(note.live)}, cut over by ${name(note.by)}.`,
        note.before === null ? "Before: nothing, this was the first go-live." : `Before: ${pair(note.before)}.`,
        "A canary begins, in a message of its own. Where none can, this thread says why.",
      ];
    case "step-failing":
      return [
        `⚠️ ${code(note.step)} could not be done in ${count(note.tries, "try", "tries")}: ${shorten(line(note.error), 600)}`,
        "The pointer is what it was. Golive goes on trying; see that what the sentence names is back, or cancel the release.",
      ];
    case "posted-again":
      return storyLines(note);
    case "cancelled":
      return [`${name(note.by)} cancelled the release${because(note.reason)}`];
    case "failed":
      return [`❌ *The release failed*${because(note.reason)}`];
    default:
      return unreachable(note);
  }
}

function endedLines({ evaluation, end, known }: Extract<Note, { kind: "evaluation-ended" }>): string[] {
  if (evaluation === null) return ["The evaluation was stopped before it began."];
  const id = code(evaluation, 40);
  const counts = endText(end);
  const report = end.graded === 0 ? "" : " Its report is attached.";
  switch (end.outcome) {
    case "finished":
      return known
        ? [`${id} has evaluated exactly this already: ${counts}. Nothing was asked again.${report}`]
        : [`✅ *The evaluation is finished*: ${counts}.${report} What it means is said by the checks that rest on it.`];
    case "cancelled":
      return [`The evaluation ${id} was given up${because(end.reason ?? "")}`, `Until then: ${counts}.${report}`];
    case "inconclusive":
      return [`⚠️ *The evaluation is inconclusive*${because(end.reason ?? "")}`, `${counts}.${report}`];
  }
}

/** More passes than this are told by title: their numbers are a wall nobody reads, and stand in Details. */
const MOST_IN_FULL = 8;

function passedLines({ passed, notApplicable = [], green, total }: Extract<Note, { kind: "checks-passed" }>): string[] {
  const doesNot = notApplicable.length === 1 ? "does not apply" : "do not apply";
  const parts = [
    ...(passed.length === 0 ? [] : [`${count(passed.length, "check")} ${passed.length === 1 ? "passes" : "pass"} now`]),
    ...(notApplicable.length === 0 ? [] : [`${count(notApplicable.length, "check")} ${doesNot}`]),
  ];
  const mark = passed.length === 0 ? MARKS["not-applicable"] : MARKS.pass;
  const titles = passed.slice(0, 40).map((one) => line(shorten(one.title, 60)));
  const hidden = passed.length - titles.length;
  return [
    `${mark.emoji} ${parts.join(", ")}: ${number(green)} of ${number(total)} in all.`,
    ...(passed.length <= MOST_IN_FULL
      ? passed.map((one) => `• ${bold(one.title)}: ${shorten(line(one.summary), 240)}`)
      : [`${titles.join(" · ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}`, "The numbers stand in Details."]),
    ...capped(notApplicable, (one) => {
      return `${marked(MARKS["not-applicable"])} · ${bold(one.title)}: ${shorten(line(one.summary), 240)}`;
    }),
  ];
}

export type Paused = Extract<Note, { kind: "paused" }>;

/** What a pause means for the release. */
export function pausedLines({ because, number: release, service }: Paused): string[] {
  return [
    `⏸ *Paused*: release #${number(release)} of ${code(service)} is held, since ${PAUSE_TEXT[because]}.`,
    "Nothing can be signed or cut over until that is repaired; what is live stays live.",
  ];
}

function voidedLines(voids: readonly NotedVoid[]): string[] {
  const [only] = voids;
  if (only !== undefined && voids.length === 1) return [voidLine(only)];
  return [
    `🔁 ${count(voids.length, "sign-off")} no longer count and are asked again.`,
    ...capped(voids, (one) => `• ${voidLine(one)}`),
  ];
}

function voidLine({ title, person, because: difference, again }: NotedVoid): string {
  const head = `🔁 ${name(person)}'s sign-off of ${bold(title)} no longer counts, ${voidWords(difference)}.`;
  const asked = again.slice(0, 6).map(({ id }) => mention(id));
  const hidden = again.length - asked.length;
  if (asked.length === 0) return head;
  return `${head} Please look again: ${asked.join(" ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}`;
}

function storyLines({
  by,
  at,
  manifest,
  green,
  total,
  not,
  waived,
  signed,
  voided,
  vetoed,
  phase,
}: StorySoFar): string[] {
  const titles = (all: readonly string[]): string => listed(all, (title) => bold(title));
  const hash = manifest === null ? "its manifest is not frozen yet" : `manifest ${shortHash(manifest)}`;
  return [
    "🔁 This release message was posted again; the thread of the one before is gone. Until now:",
    `• Started by ${name(by)} ${when(at)}, ${hash}, phase: ${line(phase)}.`,
    `• ${number(green)} of ${count(total, "check")} open their gates.${not.length > 0 ? ` Not: ${titles(not)}.` : ""}${waived.length > 0 ? ` Waived: ${titles(waived)}.` : ""}`,
    signed.length === 0
      ? "• Nobody's signature stands."
      : `• Signed: ${listed(signed, (one) => `${bold(one.title)} (${names(one.by)})`)}.`,
    ...(voided > 0
      ? [`• ${count(voided, "signature")} no longer counted and ${voided === 1 ? "was" : "were"} not given again.`]
      : []),
    ...(vetoed.length > 0 ? [`• Objections hold: ${titles(vetoed)}.`] : []),
    "Every step, with who and when, is in the journal: `golive audit export`.",
  ];
}

function listed<T>(all: readonly T[], write: (one: T) => string): string {
  const hidden = all.length - MOST;
  return `${all.slice(0, MOST).map(write).join(", ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}`;
}

function askedLines(asks: readonly NotedAsk[]): string[] {
  const [only] = asks;
  if (only !== undefined && asks.length === 1) {
    return [`✍️ ${bold(only.title)} can be signed now, in the release message: ${askedPeople(only)}`];
  }
  return [
    `✍️ ${count(asks.length, "sign-off")} can be given now, in the release message.`,
    ...capped(asks, (one) => `• ${bold(one.title)}: ${askedPeople(one)}`),
  ];
}

function askedPeople({ missing, who }: NotedAsk): string {
  const needed = missing === 1 ? "one signature" : `${number(missing)} signatures`;
  const hidden = who.length - MOST;
  const people = who.slice(0, MOST).map(({ id }) => mention(id));
  return `${needed} of ${people.join(" ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}`;
}

/** Whoever was overruled should hear of it at once. */
function overruled(vetoers: readonly Person[]): string[] {
  if (vetoers.length === 0) return [];
  return [
    `Overruled: ${vetoers
      .slice(0, 6)
      .map(({ id }) => mention(id))
      .join(" ")}`,
  ];
}

const REFUSED: Readonly<Record<string, string>> = {
  missing_scope: "the app lacks the permission `files:write` (install it again from manifest.yml)",
  file_uploads_disabled: "file uploads are switched off in this workspace",
};

/** What could not be attached, and the command that shows it. */
function notAttached(file: NotedFile["kind"], service: string): readonly [what: string, where: string] {
  switch (file) {
    case "manifest-file":
      return ["run manifest", `golive manifest show --service ${service}`];
    case "evaluation-report":
      return ["evaluation's report", `golive eval list --service ${service}`];
    case "incident-document":
      return ["incident document", `golive incident list --service ${service}`];
  }
}

function refusedWords(reason: string): string {
  return REFUSED[reason] ?? `Slack did not take the file (${code(reason)})`;
}

function because(reason: string): string {
  const text = shorten(line(reason), 900);
  return text === "" ? "." : `: ${text}`;
}

function list(texts: readonly string[]): string[] {
  return capped(texts, (text) => `• ${shorten(line(shortHashes(text)), 300)}`);
}

function capped<T>(all: readonly T[], write: (one: T) => string): string[] {
  const hidden = all.length - MOST;
  return [...all.slice(0, MOST).map(write), ...(hidden > 0 ? [`_… and ${number(hidden)} more in the journal_`] : [])];
}
