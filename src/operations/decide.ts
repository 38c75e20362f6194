import { decideFire, flipUnderWay, openRun } from "#src/operations/decide-fire";
import {
  acceptAll,
  NOTHING_DUE,
  type OperationDecision,
  onAgenda,
  onOperation,
  refuseIt,
} from "#src/operations/decision";
import type { OperationIntent } from "#src/operations/intents";
import { KINDS } from "#src/operations/kinds";
import { OPERATIONS } from "#src/operations/operation";
import type { Calendar } from "#src/operations/schedule/calendar";
import { sameSchedule } from "#src/operations/schedule/same-schedule";
import type { AgendaState, OperationState } from "#src/operations/state";
import { weekOf } from "#src/operations/week";
import { mayDecide } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import { refuseRight } from "#src/release/rights";
import type { ServiceState } from "#src/release/state";

/** What a decision about a service's clock rests on. `operation`: the run that the intent is about; null: its stream is empty. */
export type OperationGround = {
  readonly service: ServiceState;
  readonly agenda: AgendaState;
  readonly operation: OperationState | null;
};

/** Which facts an intent may cause. They are to be appended all or none, in their order. */
export function decideOperation(
  { service, agenda, operation }: OperationGround,
  intent: OperationIntent,
  calendar: Calendar,
  now: Instant,
): OperationDecision {
  switch (intent.type) {
    case "set-schedules":
      return setSchedules(agenda, intent, now);
    case "fire":
      return decideFire(service, agenda, intent, calendar, now);
    case "request":
      return decideRequest(service, agenda, intent, calendar, now);
    case "finish":
      return operation === null || operation.finished !== null ? NOTHING_DUE : finish(operation, intent);
    case "step":
      return operation === null ? refuseIt({ kind: "no-operation", operation: "" }) : decideStep(operation, intent);
  }
}

function setSchedules(
  agenda: AgendaState,
  { schedules }: Extract<OperationIntent, { type: "set-schedules" }>,
  now: Instant,
): OperationDecision {
  const changed = OPERATIONS.filter((kind) => !sameSchedule(agenda.entries[kind].schedule, schedules[kind]));
  return acceptAll(
    ...changed.map((kind) =>
      onAgenda(agenda.service, { type: "schedule-set", kind, schedule: schedules[kind], since: now }),
    ),
  );
}

function decideRequest(
  service: ServiceState,
  agenda: AgendaState,
  intent: Extract<OperationIntent, { type: "request" }>,
  calendar: Calendar,
  now: Instant,
): OperationDecision {
  const { kind, actor, members, policy, operation, channel } = intent;
  const what = KINDS[kind].title.toLowerCase();
  const refused = refuseRight(policy, "start", actor, members, `start a run of ${what}`);
  if (refused !== null) return refuseIt(refused);
  const { open } = agenda.entries[kind];
  if (open !== null) return refuseIt({ kind: "operation-open", what, number: open.number });
  const because = KINDS[kind].waitsForFlip ? flipUnderWay(service, intent) : null;
  if (because !== null) return refuseIt({ kind: "operation-waits", what, because });
  const week = weekOf(agenda, kind, now, calendar);
  return acceptAll(...openRun(agenda, { operation, kind, channel, due: now, missed: 0, week }, actor));
}

function finish(
  { id, kind, service }: OperationState,
  { finding }: Extract<OperationIntent, { type: "finish" }>,
): OperationDecision {
  const { verdict, summary } = finding;
  return acceptAll(
    onOperation(id, { type: "operation-finished", ...finding }),
    onAgenda(service, { type: "operation-closed", operation: id, kind, verdict, summary }),
  );
}

/** Begun once and done once, whoever clicks how often; what is done need not have been begun. A step that the run's cards don't have is refused. */
function decideStep(
  { id, steps }: OperationState,
  { cards, actor, card, step, done, note }: Extract<OperationIntent, { type: "step" }>,
): OperationDecision {
  if (!mayDecide(actor)) return refuseIt({ kind: "not-a-member", actor, wanted: "work on this card" });
  const isThere = cards.some((each) => each.id === card && each.steps.some((known) => known.id === step));
  if (!isThere) return refuseIt({ kind: "no-step" });
  const known = steps.filter((each) => each.card === card && each.step === step);
  if (known.some((each) => each.done || !done)) return NOTHING_DUE;
  const fact = done
    ? ({ type: "sop-step-done", card, step, note } as const)
    : ({ type: "sop-step-started", card, step } as const);
  return acceptAll(onOperation(id, fact, actor));
}
