import type { SloNote } from "#src/operations/slo/notes";
import { unreachable } from "#src/release/unreachable";
import { type Message, paragraphs } from "#src/slack/blocks/elements";
import { code, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** Every kind of note that `sloNoteMessage` words. */
export const SLO_NOTE_KINDS = [
  "slo-ticket",
  "slo-calm",
  "slo-spent",
  "slo-locked",
  "slo-restored",
  "slo-unseen",
] as const satisfies readonly SloNote["kind"][];

/** One note about a service's SLOs. The first line is the entire point. */
export function sloNoteMessage(note: SloNote, service: string): Message {
  const lines = linesOf(note, service);
  return { text: shorten(lines[0] ?? "", BUDGET.message.text), blocks: paragraphs(lines.join("\n")) };
}

function linesOf(note: SloNote, service: string): string[] {
  switch (note.kind) {
    case "slo-ticket":
      return [
        `⚠️ *burning slowly* · ${said(note.says)} in ${code(service)}.`,
        `Nobody has to get up for it: ${code(`/golive slo ${service}`, 120)} shows where it stands.`,
      ];
    case "slo-calm":
      return [`✅ ${said(note.says)} in ${code(service)}.`];
    case "slo-spent":
      return [`🛑 ${said(note.says)} in ${code(service)}.`, ...lockLines(note.lock, service)];
    case "slo-locked":
      return [
        `🛑 *Go-lives of ${code(service)} are locked.* ${said(note.says)}.`,
        ...lockLines("locked", service).slice(1),
      ];
    case "slo-restored":
      return note.whole
        ? [`✅ *The budget is whole enough again* in ${code(service)} · ${said(note.says)}.`]
        : [`ℹ️ *A spent budget counts no more* in ${code(service)} · ${said(note.says)}. A lock that is there stays.`];
    case "slo-unseen": {
      const why = note.because === "channel-archived" ? "is archived" : "can't be posted to by Golive";
      return [
        `🛑 ${said(note.says)} in ${code(service)}.`,
        `You read it here because the release channel ${why}. ${code("golive slo")} shows where it stands.`,
      ];
    }
    default:
      return unreachable(note);
  }
}

const said = (says: string): string => shorten(line(says.trim().replace(/\.$/, "")), 900);

function lockLines(lock: "locked" | "waits" | null, service: string): string[] {
  if (lock === null) return [];
  const unlock = `${code(`/golive unlock ${service}`, 120)} with the root cause opens them again, once for this budget.`;
  return lock === "locked"
    ? ["*The next go-live is locked*, as `slos.lock_when_spent` says. What answers now stays.", unlock]
    : ["What is under way goes on. *The next go-live is locked* once it is over, if the budget isn't whole by then."];
}
