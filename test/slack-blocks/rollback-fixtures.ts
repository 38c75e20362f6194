import fc from "fast-check";
import type { Person } from "#src/release/people";
import type { RollbackOutcome, RollbackPlan, StepOutcome } from "#src/rollback/events";
import { type RollbackState, stepsOf } from "#src/rollback/state";
import { type RollbackView, rollbackView } from "#src/rollback/view";
import { dan, mei, NOW, person, policy, rina } from "#test/slack-blocks/fixtures";
import { extreme } from "#test/slack-blocks/hostile";

const omar = person("U0OMAR01", "Omar Haddad");

export const plan: RollbackPlan = {
  from: { run: "run-b", config: "config-2" },
  to: { run: "run-a", config: "config-1" },
  data: "intact",
  backup: null,
  changes: [
    "The pointer: run-b with config-2 → run-a with config-1.",
    "The configuration with it: config-2 → config-1 (retrieval.top_k).",
    "Go-lives are locked until somebody unlocks them with the root cause.",
  ],
  untouched: [
    "The chunks of run-a: 41,220 of 41,220 as recorded.",
    "The chunks and the configuration of run-b: nothing of them is deleted.",
  ],
};

/** A rollback that waits: Rina asked, who may not; Dan and Mei may confirm it, Omar may break the glass. */
export function rollbackState(overrides: Partial<RollbackState> = {}): RollbackState {
  const used = overrides.plan ?? plan;
  return {
    id: "rb_0123456789abcdef",
    number: 3,
    service: "support-docs",
    channel: "C0RELEASE",
    requester: rina,
    requestedAt: NOW - 120_000,
    target: { kind: "previous" },
    plan: used,
    reason: "F1 fell to .52",
    asOf: { live: null, release: null, cuttingOver: false },
    undoes: { release: "rel_01J0ABCDEF", manifest: "b".repeat(64) },
    policy,
    members: { "on-call": [dan, mei], "ml-lead": [omar] },
    standing: "waiting",
    glass: [],
    confirmed: null,
    flip: null,
    steps: stepsOf(used).map((id) => ({ id, status: "pending", startedAt: null, finishedAt: null, result: null })),
    ended: null,
    version: 1,
    ...overrides,
  };
}

export const waiting = (overrides: Partial<RollbackState> = {}): RollbackView => rollbackView(rollbackState(overrides));

const DETAILS: Readonly<Record<string, string>> = {
  hold: "Go-lives are locked.",
  flip: "The pointer says run-a with config-1.",
  answering: "support-docs answers from run-a.",
  caches: "2 caches emptied.",
  smoke: "Smoke 24/24 green.",
  proof: "F1 .61 = baseline.",
  incident: "inc_0123456789abcdef is kept.",
};

/** The same, under way: so many steps are over, each in 600 ms, and the next one has begun. */
export function running(
  over: number,
  outcome: StepOutcome = "done",
  overrides: Partial<RollbackState> = {},
): RollbackView {
  const confirmedAt = NOW - 10_000;
  const state = rollbackState(overrides);
  const steps = state.steps.map((step, at): RollbackState["steps"][number] => {
    const startedAt = confirmedAt + at * 600;
    if (at > over) return step;
    if (at === over) return { ...step, status: "running", startedAt };
    const status = at === over - 1 ? outcome : "done";
    const detail = DETAILS[step.id] ?? "Done.";
    return { ...step, status, startedAt, finishedAt: startedAt + 600, result: { outcome: status, detail, facts: {} } };
  });
  return rollbackView({
    ...state,
    standing: "running",
    confirmed: { how: "right", people: [dan], reason: null, at: confirmedAt },
    flip: {
      id: "f",
      from: plan.from,
      to: plan.to,
      outcome: over > 1 ? "flipped" : null,
      settledAt: over > 1 ? confirmedAt + 600 : null,
    },
    steps,
    ...overrides,
  });
}

/** The same, at its end. */
export function ended(standing: RollbackOutcome, says: string, overrides: Partial<RollbackState> = {}): RollbackView {
  const { rollback } = running(99, "done");
  const live = standing === "complete" || standing === "incomplete" ? plan.to : plan.from;
  return rollbackView({ ...rollback, standing, ended: { at: NOW, live, says }, ...overrides });
}

const texts = fc.record({ long: extreme(3_000), short: extreme(300), id: extreme(80) });
const standings = ["waiting", "running", "complete", "incomplete", "refused", "withdrawn"] as const;

/** Any rollback: every text hostile and up to 3,000 long, up to 40 lines of plan, up to 60 people in each role. */
export const anyRollback: fc.Arbitrary<RollbackView> = fc
  .tuple(
    texts,
    fc.constantFrom(...standings),
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 0, max: 60 }),
    fc.boolean(),
  )
  .map(([{ long, short, id }, standing, lines, count, damaged]) => {
    const people = Array.from(
      { length: count },
      (_, at): Person => ({ id: at % 3 === 0 ? short : `U0HOST${at}`, name: long, kind: "member" }),
    );
    const hostile: RollbackPlan = {
      from: lines % 2 === 0 ? null : { run: short || "r", config: long || "c" },
      to: lines % 3 === 0 ? null : { run: long || "r", config: short || "c" },
      data: damaged ? "damaged" : "unchecked",
      backup: short,
      changes: Array.from({ length: lines }, () => long),
      untouched: Array.from({ length: lines }, () => long),
    };
    const requester = people[0] ?? rina;
    const state = rollbackState({ plan: hostile });
    return rollbackView({
      ...state,
      id: id || "rb",
      service: short || "s",
      reason: long,
      requester,
      standing,
      members: { "on-call": people, "ml-lead": people },
      glass: people.slice(0, 2),
      confirmed: standing === "waiting" ? null : { how: "break-glass", people, reason: long, at: NOW },
      steps: state.steps.map((step, at) => ({
        ...step,
        status: (["done", "failed", "skipped", "running", "pending"] as const)[at % 5] ?? "pending",
        startedAt: NOW,
        finishedAt: NOW + at * 1e6,
        result: { outcome: "failed", detail: long, facts: {} },
      })),
      ended: standing === "waiting" || standing === "running" ? null : { at: NOW, live: hostile.to, says: long },
    });
  });
