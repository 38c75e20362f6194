import { holdOfAll } from "#src/canary/watch/due";
import type { CanaryView } from "#src/canary/watch/view";
import { nameOf } from "#src/canary/words/names";
import { sayHours } from "#src/canary/words/time";
import { pairOrNothing } from "#src/slack/blocks/rollback-words";
import { name, number } from "#src/slack/blocks/words";
import { line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** The entire point of a canary's message in one sentence: what a notification and a screen reader say. */
export function canarySentence(view: CanaryView): string {
  const { canary, next, sight } = view;
  const subject = `Canary #${number(canary.number)} of ${shorten(line(canary.service), 60)}`;
  const seen = sayHours(sight?.hours ?? canary.finding?.hours ?? 0, canary.policy.durationHours);
  if (canary.ended !== null) {
    return cut(`${subject} ${ENDS[canary.ended.as]}: ${shorten(line(canary.ended.says), 420)}`);
  }
  const names = canary.breaches.map(({ kpi }) => line(nameOf(view, kpi)));
  const breached =
    names.length === 0 ? "" : ` ${shorten(names.join(", "), 200)} ${names.length === 1 ? "is" : "are"} in breach.`;
  if (next.kind === "rolling-back") return cut(`${subject} is rolling back.${breached}`);
  if (canary.paused !== null && canary.standing === "paused") {
    const { by, reason } = canary.paused;
    return cut(`${subject} is paused by ${name(by)}: ${shorten(line(reason), 300)}${breached}`);
  }
  if (canary.standing === "deciding") return cut(`${subject} has seen its window, and people decide.${breached}`);
  const held = holdOfAll(canary);
  if (held !== null) return cut(`${subject} is held by ${name(held.by)}.${breached}`);
  if (names.length > 0) return cut(`${subject}:${breached}`);
  if ((canary.blind ?? null) !== null) return cut(`${subject} can't be watched: ${line(canary.blind?.says ?? "")}`);
  return cut(`${subject} watches ${pairOrNothing(canary.candidate, 60)} since its cutover: ${seen}, no breach.`);
}

const ENDS = {
  passed: "has passed",
  promoted: "was ended in favour of the candidate",
  "rolled-back": "was rolled back",
  superseded: "ended: something else went live",
} as const;

const cut = (text: string): string => shorten(text, BUDGET.message.text);
