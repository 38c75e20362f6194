import type { CanaryView } from "#src/canary/watch/view";
import { nameOf } from "#src/canary/words/names";
import { hoursText } from "#src/canary/words/time";
import { whenExactly } from "#src/slack/blocks/times";
import { bold, code, line, shorten } from "#src/slack/escape";

/** What Golive does by itself next if nobody does anything. Times as tokens: the sentence stays true while nobody redraws it. */
export function nextWords(view: Pick<CanaryView, "canary" | "next">, max: number): string {
  const { canary, next } = view;
  if (canary.ended !== null) return "";
  switch (next.kind) {
    case "rolls-back": {
      const name = bold(nameOf(view, next.kpi), 60);
      const unless =
        next.why === "policy" ? "unless somebody holds it" : "unless somebody acknowledges, holds or decides";
      return `⏳ *Rolls back by itself* ${whenExactly(next.at)} because of ${name}, ${unless}.`;
    }
    case "escalates":
      return `✍️ *Waiting for somebody* to acknowledge ${bold(nameOf(view, next.kpi), 60)}; ${whenExactly(next.at)} Golive tells the next people.`;
    case "rolling-back":
      return canary.impeded === null
        ? `⏳ *Rolling back*: ${code(next.rollback, 40)} has a message of its own, with its steps.`
        : `⚠️ *The rollback could not begin*: ${shorten(line(canary.impeded), max)} Golive goes on trying; \`/rollback ${line(canary.service)}\` does it by hand.`;
    case "waits-for-people":
      return `✍️ *Waiting for a decision*: ${waitsFor(view, max)}`;
    case "watches":
      return next.hoursLeft > 0
        ? `Next: goes on watching for ${hoursText(next.hoursLeft)} with data on both arms, then says how it ended.`
        : "Next: closes the last bucket, then says how it ended.";
  }
}

/** Who held or paused it, and why, stands beside it already. */
function waitsFor({ canary, next }: Pick<CanaryView, "canary" | "next">, max: number): string {
  const { givenUp } = canary;
  if (canary.standing !== "paused" && givenUp !== null)
    return `Golive has given up: ${shorten(line(givenUp.says), max)} Type \`/rollback ${line(canary.service)}\`, or promote the candidate.`;
  if (canary.standing === "paused") return "somebody resumes it, promotes the candidate or rolls back.";
  if (canary.standing === "deciding") return "promote the candidate, extend the window, or roll back.";
  if (canary.held !== null) return "promote the candidate, or roll back.";
  return next.kind === "waits-for-people" ? `${shorten(line(next.why), max)}.` : "";
}
