import type { CanaryReport } from "#src/canary/verdict";
import type { DueRollback } from "#src/canary/watch/due";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Pair } from "#src/release/events";
import { pairText } from "#src/release/pair";
import type { Person } from "#src/release/people";
import { durationText, listOf } from "#src/release/wording";

/** A pass: what was shown, and what was only not refuted. */
export function sayPassed({ hours, proven, unrefuted }: CanaryReport): string {
  const shown = proven.length === 0 ? "" : ` Proven good enough: ${listOf(proven)}.`;
  const open =
    unrefuted.length === 0
      ? ""
      : ` Not proven, but a change of the stated size would have been seen, and none was: ${listOf(unrefuted)}.`;
  return `Passed after ${hours} h with data on both arms.${shown}${open}`;
}

export function sayRolledBack({ service, rollback, baseline }: CanaryWatch): string {
  const why = rollback === null ? "by a rollback that the canary didn't ask for." : rollback.reason;
  return `${service} answers from ${pairText(baseline)} again: ${why}`;
}

export const saySuperseded = ({ service, candidate }: CanaryWatch, live: Pair | null): string =>
  `${service} answers from ${pairText(live)} now: ${pairText(candidate)}, which was watched, is no longer live.`;

/** Why a rollback comes by itself. */
export function sayRollback({ response }: CanaryWatch, { kpi, why }: DueRollback): string {
  if (why === "unanswered") {
    return `${kpi} is proven worse than its threshold, and nobody answered within ${durationText(response.askForMs)}.`;
  }
  const held =
    response.rollBackAfterMs === 0
      ? ""
      : `, and nobody held the rollback within ${durationText(response.rollBackAfterMs)}`;
  return `${kpi} is proven worse than its threshold${held}.`;
}

/** A promotion; over a breach it is a waiver, and says of what. */
export function sayPromoted({ breaches, candidate }: CanaryWatch, by: Person, reason: string): string {
  const waived = breaches.map(({ kpi }) => kpi);
  const waiver =
    waived.length === 0
      ? ""
      : ` This is a waiver by ${by.name} of what was proven: ${listOf(waived)} ${waived.length === 1 ? "is" : "are"} worse than the threshold.`;
  return `${by.name} promoted ${pairText(candidate)} before a pass: ${reason}.${waiver}`;
}
