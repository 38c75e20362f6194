import { rollbackOfCanary } from "#src/canary/canary-id";
import type { Breach, CanaryWatch } from "#src/canary/watch/state";
import type { Instant } from "#src/release/policy";

/** The rollback that comes by itself if nobody does anything. */
export type DueRollback = { readonly at: Instant; readonly kpi: string; readonly why: "policy" | "unanswered" };

/** A breach that is told to more people if nobody acknowledges it. */
export type DueEscalation = { readonly at: Instant; readonly kpi: string; readonly step: "person" | "role" };

/**
 * `ms` after `from`, by a clock that stands still while the canary is paused: whoever resumes has what was left of the time to hold a
 * rollback.
 */
export function dueAfter({ pauses }: CanaryWatch, from: Instant, ms: number): Instant {
  let due = from + ms;
  for (const pause of pauses) {
    if (pause.to > from && pause.from < due) due += pause.to - Math.max(pause.from, from);
  }
  return due;
}

/** Whether somebody held off what this breach calls for. Who held knew of what had been found by then; what is found later is news. */
export const isHeld = ({ held }: Pick<CanaryWatch, "held">, { foundAt }: Pick<Breach, "foundAt">): boolean =>
  held !== null && foundAt <= held.at;

/** Golive could not roll back for what had been found by then, and doesn't begin anew by itself. */
const isGivenUp = ({ givenUp }: CanaryWatch, { foundAt }: Breach): boolean => givenUp !== null && foundAt <= givenUp.at;

/** The hold that covers every breach; null: nobody held, or something was found since. */
export const holdOfAll = (canary: CanaryWatch): CanaryWatch["held"] =>
  canary.breaches.every((breach) => isHeld(canary, breach)) ? canary.held : null;

/**
 * The rollback that comes next by itself; null: none does. A pause keeps it away, a hold that of the breaches it was about, and the
 * acknowledgement that of a breach that only asks. That a KPI is muted keeps nothing away.
 */
export function dueRollback(canary: CanaryWatch): DueRollback | null {
  if (isIdle(canary)) return null;
  const { rollBackAfterMs, askForMs } = canary.response;
  const due = canary.breaches.flatMap((breach): DueRollback[] => {
    const { kpi, onBreach, foundAt, acknowledged } = breach;
    if (isHeld(canary, breach) || isGivenUp(canary, breach)) return [];
    if (onBreach === "rollback") return [{ at: dueAfter(canary, foundAt, rollBackAfterMs), kpi, why: "policy" }];
    if (onBreach === "alert" || acknowledged !== null) return [];
    return [{ at: dueAfter(canary, foundAt, askForMs), kpi, why: "unanswered" }];
  });
  return first(due);
}

/** The id of the rollback that is asked for next: another one after one was given up. */
export const nextRollback = ({ id, givenUp }: CanaryWatch): string =>
  rollbackOfCanary(id, (givenUp?.attempts ?? 0) + 1);

/** The next step of each breach that nobody acknowledged or held, the soonest first. */
export function dueEscalations(canary: CanaryWatch): readonly DueEscalation[] {
  if (isIdle(canary)) return [];
  return canary.breaches
    .flatMap((breach): DueEscalation[] => {
      const step = nextStepOf(breach);
      if (step === null || breach.acknowledged !== null) return [];
      if (isHeld(canary, breach)) return [];
      const wait = canary.response.escalateAfterMs * (step === "person" ? 1 : 2);
      const at = Math.max(dueAfter(canary, breach.foundAt, wait), breach.mutedUntil ?? 0);
      return [{ at, kpi: breach.kpi, step }];
    })
    .sort((a, b) => a.at - b.at);
}

/** Whom a breach is told to next: the named person first, then the role. Null: all of them know. */
export function nextStepOf({ escalated }: Breach): "person" | "role" | null {
  if (escalated.some(({ step }) => step === "role")) return null;
  return escalated.some(({ step }) => step === "person") ? "role" : "person";
}

/** Nothing is done by the clock any more, or for now. */
const isIdle = ({ standing, rollback }: CanaryWatch): boolean =>
  standing === "paused" || standing === "ended" || rollback !== null;

const first = <T extends { readonly at: Instant }>(due: readonly T[]): T | null =>
  due.reduce<T | null>((soonest, each) => (soonest === null || each.at < soonest.at ? each : soonest), null);
