import { evolveRelease } from "#src/release/evolve";
import { evolveService } from "#src/release/evolve-service";
import { decideRollback } from "#src/rollback/decide";
import type { RollbackAuthored, RollbackDecision } from "#src/rollback/decision";
import type { RollbackPlan, StepId, StepResult } from "#src/rollback/events";
import { evolveRollback } from "#src/rollback/evolve";
import type { RollbackIntent } from "#src/rollback/intents";
import { nextStep, type RollbackState } from "#src/rollback/state";
import * as w from "#test/release/world";

/** A service, its newest release and its newest rollback, told by intents. */
export type Story = w.Story & { readonly rollback: RollbackState | null };

export const plan = (change: Partial<RollbackPlan> = {}): RollbackPlan => ({
  from: w.runB,
  to: w.runA,
  data: "intact",
  backup: null,
  changes: [],
  untouched: [],
  ...change,
});

/** run-b went live over run-a by a release of Golive. */
export const live: Story = {
  ...[
    w.cutOver(w.ines),
    w.intendFlip("f1"),
    { type: "settle-flip", flip: "f1", outcome: "flipped", live: w.runB } as const,
  ].reduce<w.Story>((story, intent) => w.play(story, intent), w.ready),
  rollback: null,
};

export const request = (
  actor = w.omar,
  change: Partial<Extract<RollbackIntent, { type: "request" }>> = {},
): RollbackIntent => ({
  type: "request",
  actor,
  members: w.members,
  policy: w.policy,
  rollback: "rb1",
  channel: "C1",
  target: { kind: "previous" },
  plan: plan(),
  reason: "answers are wrong",
  ...change,
});

export function attempt(story: Story, intent: RollbackIntent): { decision: RollbackDecision; story: Story } {
  const open = story.release !== null && story.release.ended === null ? story.release : null;
  const rollback = intent.type === "request" || intent.type === "trigger" ? null : story.rollback;
  const other = story.service.rollback === story.rollback?.id ? story.rollback : null;
  const decision = decideRollback(story.service, open, rollback, intent, other);
  return { decision, story: decision.ok ? append(story, decision.events) : story };
}

function append(story: Story, events: readonly RollbackAuthored[]): Story {
  let { service, release, rollback } = story;
  for (const { to, stream, by, event } of events as readonly (RollbackAuthored & { event: never })[]) {
    const at = story.now;
    if (to === "service") service = evolveService(service, { stream, by, event, at, version: service.version + 1 });
    else if (to === "release")
      release = evolveRelease(release, { stream, by, event, at, version: (release?.version ?? 0) + 1 });
    else {
      const base = (event as { type: string }).type === "rollback-requested" ? null : rollback;
      rollback = evolveRollback(base, { stream, by, event, at, version: (base?.version ?? 0) + 1 });
    }
  }
  return { ...story, service, release, rollback };
}

export function play(story: Story, ...intents: readonly RollbackIntent[]): Story {
  return intents.reduce((current, intent) => {
    const { decision, story: next } = attempt(current, intent);
    if (!decision.ok) throw new Error(`${intent.type} was refused: ${JSON.stringify(decision.refusal)}`);
    return next;
  }, story);
}

export function refusalOf(story: Story, intent: RollbackIntent) {
  const { decision } = attempt(story, intent);
  if (decision.ok) throw new Error(`${intent.type} was accepted`);
  return decision.refusal;
}

export const factsOf = (story: Story, intent: RollbackIntent): readonly string[] => {
  const { decision } = attempt(story, intent);
  return decision.ok ? decision.events.map(({ event }) => event.type) : [];
};

export function rollbackOf({ rollback }: Story): RollbackState {
  if (rollback === null) throw new Error("no rollback in this story");
  return rollback;
}

export const done = (detail = "done."): StepResult => ({ outcome: "done", detail, facts: {} });
export const failed = (detail: string): StepResult => ({ outcome: "failed", detail, facts: {} });

export const flipTo = (outcome: "flipped" | "refused", found: RollbackPlan["to"]): readonly RollbackIntent[] => [
  { type: "intend-flip", flip: "f9" },
  { type: "settle-flip", flip: "f9", outcome, live: found },
];

/** Carries it on to its end; steps not named are done. */
export function carryOut(story: Story, results: Partial<Record<StepId, StepResult>> = {}): Story {
  let current = story;
  for (let guard = 0; guard < 30; guard++) {
    const rollback = rollbackOf(current);
    if (rollback.standing !== "running") return current;
    const step = nextStep(rollback);
    if (step === null) current = play(current, { type: "end", live: rollback.plan.to });
    else if (step === "hold") current = play(current, { type: "hold" });
    else if (step === "flip") current = play(current, ...flipTo("flipped", rollback.plan.to));
    else
      current = play(
        current,
        { type: "start-step", step },
        { type: "finish-step", step, result: results[step] ?? done() },
      );
  }
  throw new Error("it never ended");
}
