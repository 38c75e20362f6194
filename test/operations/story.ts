import { consequencesOfOperation, type OperationConsequences } from "#src/operations/consequences";
import { decideOperation } from "#src/operations/decide";
import type { OperationDecision } from "#src/operations/decision";
import type { AgendaEvent, OperationEvent, ScheduleText } from "#src/operations/events";
import { evolveAgenda, newAgenda } from "#src/operations/evolve-agenda";
import { evolveOperation } from "#src/operations/evolve-operation";
import type { OperationIntent } from "#src/operations/intents";
import type { OperationKind } from "#src/operations/operation";
import { createCalendar } from "#src/operations/schedule/work/croner-calendar";
import type { AgendaState, OperationState } from "#src/operations/state";
import type { Recorded } from "#src/release/events";
import { foldService } from "#src/release/evolve";
import type { ServiceState } from "#src/release/state";
import * as w from "#test/release/world";

export { dan, guest, HOUR, MINUTE, members, rosa } from "#test/release/world";

export const calendar = createCalendar();
export const DAY = 24 * w.HOUR;

/** A service's clock, told by intents. */
export type Story = {
  readonly service: ServiceState;
  readonly agenda: AgendaState;
  readonly operation: OperationState | null;
  readonly now: number;
  readonly facts: readonly Recorded<AgendaEvent | OperationEvent>[];
  /** What followed from the last intent. */
  readonly followed: OperationConsequences;
};

export const schedule = (change: Partial<ScheduleText> = {}): ScheduleText => ({
  cron: "30 2 * * *",
  zone: "Europe/Berlin",
  jitterMs: 0,
  catchUpMs: 6 * w.HOUR,
  onHolidays: "run",
  inFreeze: "run",
  ...change,
});

export const schedules = (some: Partial<Record<OperationKind, ScheduleText>> = {}): OperationIntent => ({
  type: "set-schedules",
  schedules: {
    smoke: null,
    weekly: null,
    "few-shot": null,
    backup: null,
    drill: null,
    digest: null,
    ...some,
  },
});

/** Half past two comes 14 and a half hours later. */
export const NOON = Date.parse("2026-11-23T11:00:00Z");
export const NIGHT = Date.parse("2026-11-24T01:30:00Z");

const nothing: Story = {
  service: { ...foldService("docs", []), live: w.runA },
  agenda: newAgenda("docs"),
  operation: null,
  now: NOON,
  facts: [],
  followed: { jobs: [], repaint: [], posts: [] },
};

export const fire = (change: Partial<Extract<OperationIntent, { type: "fire" }>> = {}): OperationIntent => ({
  type: "fire",
  kind: "smoke",
  operation: "op_1",
  channel: "C1",
  holidays: [],
  freezeWindows: [],
  isLive: true,
  isCuttingOver: false,
  ...change,
});

export const request = (change: Partial<Extract<OperationIntent, { type: "request" }>> = {}): OperationIntent => ({
  type: "request",
  kind: "smoke",
  operation: "op_1",
  channel: "C1",
  actor: w.rosa,
  members: w.members,
  policy: w.policy,
  isCuttingOver: false,
  ...change,
});

export const finish = (verdict: "pass" | "fail" | "inconclusive" | "error" = "pass"): OperationIntent => ({
  type: "finish",
  finding: { verdict, summary: "34 of 34 checks passed.", result: { checks: 34 } },
});

export function attempt(story: Story, intent: OperationIntent): { decision: OperationDecision; story: Story } {
  const decision = decideOperation(story, intent, calendar, story.now);
  if (!decision.ok) return { decision, story };
  let { agenda, operation } = story;
  const facts: Recorded<AgendaEvent | OperationEvent>[] = [];
  for (const entry of decision.events) {
    const at = story.now;
    if (entry.to === "agenda") {
      const recorded = { ...entry, at, version: agenda.version + 1 };
      agenda = evolveAgenda(agenda, recorded);
      facts.push(recorded);
    } else {
      const known = operation?.id === entry.stream.slice("operation/".length) ? operation : null;
      const recorded = { ...entry, at, version: (known?.version ?? 0) + 1 };
      operation = evolveOperation(known, recorded);
      facts.push(recorded);
    }
  }
  const followed = consequencesOfOperation(
    story.agenda,
    operation,
    facts,
    intent.type === "fire" ? intent.channel : null,
  );
  return { decision, story: { ...story, agenda, operation, facts: [...story.facts, ...facts], followed } };
}

export function play(story: Story, ...intents: readonly OperationIntent[]): Story {
  return intents.reduce((current, intent) => {
    const { decision, story: next } = attempt(current, intent);
    if (!decision.ok) throw new Error(`${intent.type} was refused: ${JSON.stringify(decision.refusal)}`);
    return next;
  }, story);
}

/** Facts that an intent causes. */
export const eventsOf = (story: Story, intent: OperationIntent): readonly (AgendaEvent | OperationEvent)[] =>
  play({ ...story, facts: [] }, intent).facts.map(({ event }) => event);

export function refusalOf(story: Story, intent: OperationIntent) {
  const { decision } = attempt(story, intent);
  if (decision.ok) throw new Error(`${intent.type} was accepted`);
  return decision.refusal;
}

/** Monday noon in Berlin; nothing is scheduled. */
export const unscheduled = nothing;
export const scheduled = (some: Partial<Record<OperationKind, ScheduleText>> = { smoke: schedule() }): Story =>
  play(nothing, schedules(some));
/** The same, half past two in the night after. */
export const atNight = (some?: Partial<Record<OperationKind, ScheduleText>>): Story => ({
  ...scheduled(some),
  now: NIGHT,
});
