import { dueEscalations, dueRollback } from "#src/canary/watch/due";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { CanarySight, CanaryView, NextStep } from "#src/canary/watch/view";
import { listOf } from "#src/release/wording";

/** What everybody sees of a canary. */
export const canaryView = (canary: CanaryWatch, sight: CanarySight | null): CanaryView => ({
  canary,
  sight,
  next: nextOf(canary, sight),
});

/** What comes by itself; a rollback stands before whom is told on the way there. */
function nextOf(canary: CanaryWatch, sight: CanarySight | null): NextStep {
  const { ended, rollback, paused, held, givenUp, breaches, policy } = canary;
  if (ended !== null) return { kind: "watches", hoursLeft: 0 };
  if (rollback !== null) return { kind: "rolling-back", rollback: rollback.rollback };
  if (paused !== null) {
    return { kind: "waits-for-people", why: `${paused.by.name} paused it: ${paused.reason}` };
  }
  const due = dueRollback(canary);
  if (due !== null) return { kind: "rolls-back", ...due };
  if (givenUp !== null) return { kind: "waits-for-people", why: `Golive has given up: ${givenUp.says}` };
  if (held !== null) {
    return { kind: "waits-for-people", why: `${held.by.name} held the rollback: ${held.reason}` };
  }
  const answered = breaches.filter(({ onBreach, acknowledged }) => onBreach === "ask" && acknowledged !== null);
  if (answered.length > 0) {
    const who = [...new Set(answered.map(({ acknowledged }) => acknowledged?.by.name ?? ""))];
    return {
      kind: "waits-for-people",
      why: `${listOf(who)} acknowledged ${listOf(answered.map(({ kpi }) => kpi))}, and what happens is to be decided`,
    };
  }
  if (canary.standing === "deciding") {
    return { kind: "waits-for-people", why: "The window is over without a pass, and what happens is to be decided" };
  }
  const [told] = dueEscalations(canary);
  if (told !== undefined) return { kind: "escalates", at: told.at, kpi: told.kpi };
  const hours = sight?.hours ?? canary.finding?.hours ?? 0;
  return { kind: "watches", hoursLeft: Math.max(0, policy.durationHours - hours) };
}
