import type { CanaryView } from "#src/canary/watch/view";
import { nameOf } from "#src/canary/words/names";
import type { Instant } from "#src/release/policy";
import { durationText } from "#src/release/wording";

/** "31 h 15", "40 min", "48 h": hours as a number, of the canary's own clock. */
export function hoursText(hours: number): string {
  const minutes = Math.max(0, Math.round(60 * hours));
  if (!Number.isFinite(minutes)) return "an unknown time";
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (whole === 0) return rest === 0 ? "0 h" : `${rest} min`;
  return rest === 0 ? `${whole} h` : `${whole} h ${String(rest).padStart(2, "0")}`;
}

/** "31 h 15 of 48 h": hours in which both arms had data. */
export const sayHours = (hours: number, of: number): string => `${hoursText(hours)} of ${hoursText(of)}`;

/** What Golive does by itself next if nobody does anything, in a sentence. */
export function sayNext(view: Pick<CanaryView, "canary" | "next">, now: Instant): string {
  const { canary, next } = view;
  if (canary.ended !== null) return `The canary is over. ${sentence(canary.ended.says)}`;
  switch (next.kind) {
    case "rolls-back": {
      const why = next.why === "unanswered" ? "unless somebody acknowledges, holds or decides" : "unless held";
      return `Rolls back by itself ${within(next.at, now)} because of ${nameOf(view, next.kpi)}, ${why}.`;
    }
    case "escalates": {
      const told = canary.breaches.find(({ kpi }) => kpi === next.kpi)?.escalated.length ?? 0;
      const whom = told === 0 ? "the next person" : "its owner's role and who is on call";
      return `Tells ${whom} ${within(next.at, now)} if nobody acknowledges ${nameOf(view, next.kpi)}.`;
    }
    case "rolling-back":
      return canary.impeded === null
        ? `Rolling back now (rollback ${next.rollback}).`
        : `Goes on trying to roll back. By hand: golive rollback previous, or /rollback ${canary.service}.`;
    case "waits-for-people":
      return `Waits for people: ${sentence(next.why)}`;
    case "watches":
      return next.hoursLeft > 0
        ? `Goes on watching for ${hoursText(next.hoursLeft)} with data on both arms.`
        : "Closes the last bucket, then says how it ended.";
  }
}

const within = (at: Instant, now: Instant): string => (at <= now ? "any moment" : `in ${durationText(at - now)}`);

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
