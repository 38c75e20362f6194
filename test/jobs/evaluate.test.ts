import { describe, expect, it } from "vitest";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import type { RunRecord, RunState } from "#src/evaluation/run/run-record";
import { createEvaluate, createStopEvaluation, type ReleaseEvaluations } from "#src/jobs/handlers/evaluate";
import { ModelError } from "#src/models/model-error";
import type { Checklist } from "#src/release/checklist";
import type { Intent } from "#src/release/intents";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";
import { plan } from "#test/evaluation-run/records";
import {
  attempt,
  beginning,
  checklist,
  freeze,
  HOUR,
  members,
  play,
  releaseOf,
  rosa,
  type Story,
  start,
} from "#test/release/world";

const floors = { id: "floors", title: "Quality floors", version: 1, freshForMs: HOUR, waivable: true } as const;
const resting: Checklist = { ...checklist, checks: [...checklist.checks, { ...floors, restsOn: "evaluation" }] };
const frozen = play(play(beginning, start({ checklist: resting })), freeze("m1"));
const stop: Intent = { type: "stop-evaluation", actor: rosa, members };
const WISH = {
  service: "docs",
  pair: { run: "run-b", config: "c1" },
  manifest: "m1",
  gold: { sha256: "a".repeat(64), questions: [] },
  file: "gold.jsonl",
  sample: null,
  seed: null,
  repeat: 1,
  stable: false,
};
const estimate = { trials: 60, answerCalls: 60, judgeCalls: 240, seconds: 2_500, dollars: null };

function record(id: string, state: RunState, done = 60): RunRecord {
  const counts = { planned: 60, answered: done, graded: done, refusals: 0, ungraded: 0, failed: 0 };
  return { id, plan: plan([]), state, reason: null, counts, startedAt: 0, endedAt: state === "running" ? null : 1 };
}

type OverDeps = { readonly wish?: () => Promise<typeof WISH> };

/** A release in memory, and evaluations that do as they are told. */
function house(
  begin: Story,
  over: Partial<ReleaseEvaluations> = {},
  known: RunRecord | null = null,
  overDeps: OverDeps = {},
) {
  let story = begin;
  const calls: string[] = [];
  const runs = new Map<string, RunRecord>();
  const decide: DecideIntent = async (_service, _release, _key, intent) => {
    const { decision, story: next } = attempt(story, intent);
    story = next;
    return decision.ok
      ? { ok: true, release: "r1", events: decision.events.map(({ event }) => event.type) }
      : { ok: false, refusal: decision.refusal };
  };
  const evaluations: ReleaseEvaluations = {
    async prepare() {
      calls.push("prepare");
      return { plan: plan([]), trials: [], estimate };
    },
    epoch: async () => plan([]).epoch,
    async open() {
      calls.push("open");
      const id = `ev${runs.size + 1}`;
      runs.set(id, record(id, "running", 0));
      return { id };
    },
    hold: async () => ({ lost: new AbortController().signal, release: async () => void calls.push("let go") }),
    run: async (id) => runs.get(id) ?? null,
    async workOff({ id }) {
      calls.push("work");
      runs.set(id, record(id, "finished"));
      return record(id, "finished");
    },
    async cancel(id) {
      calls.push(`cancel ${id}`);
      runs.set(id, record(id, "cancelled", 12));
      return true;
    },
    ...over,
  };
  const deps = {
    decide,
    release: async () => releaseOf(story),
    wish: async () => WISH,
    known: async () => known,
    caution: () => null,
    evaluations,
    ...overDeps,
    repaint: async () => undefined,
    clock: {
      now: () => 0,
      after: (_ms: number, due: () => void) => {
        queueMicrotask(due);
        return () => undefined;
      },
    },
  };
  const job = { id: "j", signal: new AbortController().signal };
  const data = { service: "docs", release: "r1", manifest: "m1" };
  return {
    calls,
    runs,
    evaluate: () => createEvaluate(deps)({ ...job, data }),
    stop: (evaluation: string | null) => createStopEvaluation(deps)({ ...job, data: { ...data, evaluation } }),
    play: (...intents: Intent[]) => {
      story = play(story, ...intents);
    },
    evaluation: () => releaseOf(story).evaluation,
    floors: () => releaseOf(story).checks.floors,
  };
}

describe("evaluating for a release", () => {
  it("tells what it will take, works, tells the end, and has the checks run", async () => {
    const { evaluate, calls, evaluation, floors } = house(frozen);
    await evaluate();
    expect(calls).toEqual(["prepare", "open", "work", "let go"]);
    expect(evaluation()).toMatchObject({
      status: "ended",
      run: "ev1",
      plan: { trials: 60, calls: 300, seconds: 2_500, dollars: null },
      end: { outcome: "finished", graded: 60 },
    });
    expect(floors()).toMatchObject({ status: "pending", attempt: 1 });
    await evaluate();
    expect(calls).toHaveLength(4);
  });

  it("asks nothing when exactly this was evaluated already", async () => {
    const { evaluate, calls, evaluation } = house(frozen, {}, record("ev0", "finished"));
    await evaluate();
    expect(calls).toEqual([]);
    expect(evaluation()).toMatchObject({ status: "ended", run: "ev0" });
  });

  it("begins no second one after a crash between its end and the telling of it", async () => {
    let crash = true;
    const crashing = house(frozen, {
      async workOff({ id }) {
        crashing.runs.set(id, record(id, "finished"));
        if (crash) throw new Error("killed");
        return record(id, "finished");
      },
    });
    await expect(crashing.evaluate()).rejects.toThrow("killed");
    crash = false;
    await crashing.evaluate();
    expect(crashing.calls.filter((call) => call === "open")).toHaveLength(1);
    expect(crashing.evaluation()).toMatchObject({ status: "ended", run: "ev1", end: { outcome: "finished" } });
  });

  it("goes on under the frozen settings only", async () => {
    let isOther = false;
    const wish = async () => {
      if (isOther) throw new Error("configured otherwise");
      return WISH;
    };
    const throttled = () => Promise.reject(new ModelError("throttled", "Bedrock throttles."));
    const { evaluate, calls, evaluation } = house(frozen, { workOff: throttled }, null, { wish });
    await expect(evaluate()).rejects.toThrow("throttles");
    isOther = true;
    await expect(evaluate()).rejects.toThrow("configured otherwise");
    expect(calls).toEqual(["prepare", "open", "let go"]);
    expect(evaluation()).toMatchObject({ status: "running", run: "ev1" });
  });

  it("begins anew when another judge would grade the rest", async () => {
    let tries = 0;
    const { evaluate, calls, evaluation } = house(frozen, {
      epoch: async () => ({ ...plan([]).epoch, id: "b".repeat(64) }),
      async workOff({ id }) {
        if (tries++ === 0) throw new ModelError("throttled", "Bedrock throttles.");
        return record(id, "finished");
      },
    });
    await expect(evaluate()).rejects.toThrow("throttles");
    await evaluate();
    expect(calls).toEqual(["prepare", "open", "let go", "prepare", "open", "cancel ev1", "let go"]);
    expect(evaluation()).toMatchObject({ status: "ended", run: "ev2", end: { outcome: "finished" } });
  });

  it("is tried again when its work stopped before the end", async () => {
    const { evaluate, evaluation } = house(frozen, { workOff: async (run) => run });
    await expect(evaluate()).rejects.toThrow("ev1 has not ended");
    expect(evaluation()?.status).toBe("running");
  });

  it("waits while another process holds the run, and goes on with it then", async () => {
    let others = 3;
    const free = { lost: new AbortController().signal, release: async () => undefined };
    const { evaluate, evaluation } = house(frozen, { hold: async () => (--others > 0 ? null : free) });
    await evaluate();
    expect(others).toBe(0);
    expect(evaluation()?.status).toBe("ended");
  });

  it.each([
    ["a judge that is denied", new ModelError("denied", "Bedrock denies the judge."), "Bedrock denies the judge."],
    [
      "questions that can't be read",
      new ResultFileError("shape", "line 3: no answer"),
      "The gold file can't be used: line 3: no answer.",
    ],
  ])("ends inconclusive for the release at %s: no waiting mends it", async (_, fault, said) => {
    const { evaluate, evaluation, floors } = house(frozen, { prepare: () => Promise.reject(fault) });
    await evaluate();
    expect(evaluation()).toMatchObject({ status: "ended", run: null, end: { outcome: "inconclusive", reason: said } });
    expect(floors()).toMatchObject({ status: "pending", attempt: 1 });
  });

  it("throws what may pass by itself, so that the job is tried again", async () => {
    const fault = new ModelError("throttled", "Bedrock throttles.");
    const { evaluate, evaluation } = house(frozen, { workOff: () => Promise.reject(fault) });
    await expect(evaluate()).rejects.toThrow("throttles");
    expect(evaluation()).toMatchObject({ status: "running", run: "ev1" });
  });

  it("lets go of a run that nobody wants any more when it begins", async () => {
    const {
      evaluate,
      calls,
      play: meanwhile,
      evaluation,
    } = house(frozen, {
      async open() {
        meanwhile(freeze("m2"));
        return { id: "ev1" };
      },
    });
    await evaluate();
    expect(calls).toEqual(["prepare", "cancel ev1"]);
    expect(evaluation()).toMatchObject({ status: "requested", manifest: "m2" });
  });
});

describe("stopping it", () => {
  it("ends the run first, then tells the release with what was done until then", async () => {
    const { stop: stopIt, play: meanwhile, evaluation, evaluate, calls } = house(frozen);
    meanwhile(
      {
        type: "start-evaluation",
        manifest: "m1",
        evaluation: "ev1",
        plan: { trials: 60, calls: 1, seconds: 1, dollars: null },
      },
      stop,
    );
    await stopIt("ev1");
    expect(calls).toEqual(["cancel ev1"]);
    expect(evaluation()).toMatchObject({ status: "ended", end: { outcome: "cancelled", graded: 12, trials: 60 } });
    await evaluate();
    expect(calls).toEqual(["cancel ev1"]);
  });

  it("needs no run: one that was stopped before it began never begins", async () => {
    const { stop: stopIt, play: meanwhile, evaluation, evaluate, calls } = house(frozen);
    meanwhile(stop);
    await evaluate();
    await stopIt(null);
    expect(calls).toEqual([]);
    expect(evaluation()).toMatchObject({ status: "ended", run: null, end: { outcome: "cancelled" } });
  });

  it("only ends the run of a release that moved on: what it wants now goes on", async () => {
    const { stop: stopIt, play: meanwhile, evaluation, calls } = house(frozen);
    meanwhile(freeze("m2"));
    await stopIt("ev1");
    expect(calls).toEqual(["cancel ev1"]);
    expect(evaluation()).toMatchObject({ status: "requested", manifest: "m2" });
  });

  it("leaves alone the run that the release wants again", async () => {
    const { stop: stopIt, play: meanwhile, calls } = house(frozen);
    meanwhile(freeze("m2"), freeze("m1"));
    await stopIt("ev1");
    const again = { trials: 60, calls: 1, seconds: 1, dollars: null };
    meanwhile({ type: "start-evaluation", manifest: "m1", evaluation: "ev1", plan: again });
    await stopIt("ev1");
    expect(calls).toEqual([]);
    await stopIt("ev0");
    expect(calls).toEqual(["cancel ev0"]);
  });
});
