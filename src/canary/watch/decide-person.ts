import { MOST_DAYS } from "#src/canary/clock";
import { acceptThese, type CanaryDecision, NOTHING_NEW, onCanary, refuseThis } from "#src/canary/watch/decision";
import { add, end, newDraft } from "#src/canary/watch/draft";
import { dueRollback, nextRollback, nextStepOf } from "#src/canary/watch/due";
import { escalationTo } from "#src/canary/watch/escalation";
import type { CanaryEvent } from "#src/canary/watch/events";
import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import { sayPromoted } from "#src/canary/watch/says";
import type { Breach, CanaryWatch } from "#src/canary/watch/state";
import { mayDecide } from "#src/release/people";
import type { Instant, Right } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import { refuseRight } from "#src/release/rights";
import { isReason, REASON_MIN } from "#src/release/wording";

type Of<T extends CanaryPersonIntent["type"]> = Extract<CanaryPersonIntent, { type: T }>;
type Reasoned = Of<"pause" | "resume" | "extend" | "promote" | "abort" | "hold">;

const HOUR_MS = 3_600_000;
/** Whole hours that may be added, and that a KPI may be silenced for. */
export const MOST_EXTENDED_HOURS = 120;
export const MOST_MUTED_HOURS = 24;

/** What people want of a canary: who may is held against the roles as resolved at the click. */
export function decidePerson(canary: CanaryWatch, intent: CanaryPersonIntent, now: Instant): CanaryDecision {
  if (canary.ended !== null) {
    return refuseThis({ kind: "canary-ended", number: canary.number, as: canary.ended.as });
  }
  switch (intent.type) {
    case "acknowledge":
    case "mute":
    case "escalate":
      return decideBreach(canary, intent, now);
    default: {
      const refusal = refuseAct(canary, intent) ?? refuseReason(intent);
      return refusal === null ? decideAct(canary, intent, now) : refuseThis(refusal);
    }
  }
}

/** What one can't do, as in "you can't pause the canary". */
const ACTS: Readonly<Record<CanaryPersonIntent["type"], { readonly wanted: string; readonly right: Right | null }>> = {
  pause: { wanted: "pause the canary", right: "canary" },
  resume: { wanted: "resume the canary", right: "canary" },
  extend: { wanted: "extend the canary", right: "canary" },
  promote: { wanted: "promote the candidate", right: "canary" },
  hold: { wanted: "hold the rollback", right: "canary" },
  abort: { wanted: "abort the canary", right: "rollback" },
  mute: { wanted: "mute a KPI", right: "mute" },
  acknowledge: { wanted: "acknowledge a breach", right: null },
  escalate: { wanted: "escalate a breach", right: null },
};

function refuseAct({ rights }: CanaryWatch, { type, actor, members }: CanaryPersonIntent): Refusal | null {
  const { wanted, right } = ACTS[type];
  if (right !== null) return refuseRight(rights, right, actor, members, wanted);
  return mayDecide(actor) ? null : { kind: "not-a-member", actor, wanted };
}

function refuseReason({ type, reason }: Reasoned): Refusal | null {
  if (isReason(reason)) return null;
  return { kind: "reason-needed", what: `To ${ACTS[type].wanted} takes a reason of at least ${REASON_MIN} characters` };
}

function tooLate(what: string): Refusal {
  return { kind: "too-late", what, of: "canary" };
}

/** Once a rollback is on its way, only what is said about a breach still counts. */
const UNDER_WAY: Refusal = tooLate("The rollback is under way");

function decideAct(canary: CanaryWatch, intent: Reasoned, now: Instant): CanaryDecision {
  const { actor } = intent;
  const reason = intent.reason.trim();
  const fact = (event: CanaryEvent): CanaryDecision => acceptThese(onCanary(canary, event, actor));
  if (intent.type === "abort") {
    if (canary.rollback !== null) return NOTHING_NEW;
    const rollback = nextRollback(canary);
    return fact({ type: "rollback-triggered", rollback, kpi: null, why: "person", reason });
  }
  if (canary.rollback !== null) return refuseThis(UNDER_WAY);
  switch (intent.type) {
    case "pause":
      if (canary.standing === "paused") return NOTHING_NEW;
      if (canary.standing === "deciding") return refuseThis(tooLate("The window is over"));
      return fact({ type: "canary-paused", reason });
    case "resume":
      return canary.standing === "paused"
        ? fact({ type: "canary-resumed", reason })
        : refuseThis({ kind: "not-paused" });
    case "extend": {
      const { hours } = intent;
      const refusal = refuseExtension(canary, hours);
      return refusal === null ? fact({ type: "canary-extended", hours, reason }) : refuseThis(refusal);
    }
    case "promote": {
      const says = sayPromoted(canary, actor, reason);
      const draft = newDraft(canary, now);
      return acceptThese(...end(draft, { as: "promoted", says, proven: [], unrefuted: [] }, actor).events);
    }
    case "hold":
      // A pause keeps it away only for now.
      if (dueRollback({ ...canary, standing: "watching" }) !== null) return fact({ type: "canary-held", reason });
      return canary.held === null ? refuseThis({ kind: "nothing-to-hold" }) : NOTHING_NEW;
  }
}

function decideBreach(
  canary: CanaryWatch,
  intent: Of<"acknowledge" | "mute" | "escalate">,
  now: Instant,
): CanaryDecision {
  const refusal = refuseAct(canary, intent);
  if (refusal !== null) return refuseThis(refusal);
  const breach = canary.breaches.find(({ kpi }) => kpi === intent.kpi);
  if (breach === undefined) return refuseThis(noBreach(canary, intent.kpi));
  const fact = (event: CanaryEvent): CanaryDecision =>
    acceptThese(...add(newDraft(canary, now), [event], intent.actor).events);
  switch (intent.type) {
    case "acknowledge":
      return breach.acknowledged === null ? fact({ type: "breach-acknowledged", kpi: breach.kpi }) : NOTHING_NEW;
    case "mute": {
      const { hours } = intent;
      const invalid = refuseHours("A mute", hours, MOST_MUTED_HOURS);
      if (invalid !== null) return refuseThis(invalid);
      const until = now + hours * HOUR_MS;
      if (until <= (breach.mutedUntil ?? 0)) return NOTHING_NEW;
      return fact({ type: "breach-muted", kpi: breach.kpi, until });
    }
    case "escalate":
      return escalate(canary, breach, intent, fact);
  }
}

function escalate(
  canary: CanaryWatch,
  breach: Breach,
  { members }: Of<"escalate">,
  fact: (event: CanaryEvent) => CanaryDecision,
): CanaryDecision {
  const step = nextStepOf(breach);
  if (step === null) return NOTHING_NEW;
  const to = escalationTo(canary, breach.kpi, step, members);
  if (to.length === 0) {
    const roles = step === "person" ? canary.rights.rights.canary : canary.onCall;
    return refuseThis({ kind: "nobody-to-tell", roles });
  }
  return fact({ type: "breach-escalated", kpi: breach.kpi, step, to, because: "asked" });
}

function noBreach({ policy, breaches }: CanaryWatch, kpi: string): Refusal {
  const known = policy.kpis.map(({ id }) => id);
  if (!known.includes(kpi)) return { kind: "kpi-unknown", kpi, known };
  return { kind: "no-breach", kpi, breached: breaches.map((breach) => breach.kpi) };
}

function refuseHours(what: string, hours: number, most: number): Refusal | null {
  const isWhole = Number.isInteger(hours) && hours >= 1 && hours <= most;
  return isWhole ? null : { kind: "hours-invalid", what, least: 1, most };
}

/** More than the calendar days can hold is never reached; of these, what people paused counts as nothing. */
function refuseExtension(canary: CanaryWatch, hours: number): Refusal | null {
  const { policy, pauses, finding, standing } = canary;
  const paused = pauses.reduce((sum, { from, to }) => sum + to - from, 0);
  const left = Math.floor(MOST_DAYS * 24 - paused / HOUR_MS - policy.durationHours);
  // A window that is over without its hours was ended by the days.
  const isSpent = standing === "deciding" && (finding?.hours ?? 0) < policy.durationHours;
  if (isSpent || left < 1) return tooLate(`A canary takes ${MOST_DAYS} calendar days at most, and no hours are left`);
  return refuseHours("An extension", hours, Math.min(MOST_EXTENDED_HOURS, left));
}
