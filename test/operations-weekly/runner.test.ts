import { describe, expect, it } from "vitest";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { estimateRun } from "#src/evaluation/run/estimate-run";
import type { Plan, RunRecord } from "#src/evaluation/run/run-record";
import { createLog } from "#src/log";
import { ModelError } from "#src/models/model-error";
import { type OperationOrder, TookTooLong } from "#src/operations/operation";
import { makeWeeklyResult } from "#src/operations/weekly/make-result";
import { readWeeklyResult } from "#src/operations/weekly/work/result-schema";
import { createWeeklyRunner, type WeeklyDeps } from "#src/operations/weekly/work/weekly-runner";
import { RagStoreError } from "#src/rag/store-error";
import type { Pair } from "#src/release/events";
import { plan } from "#test/evaluation-run/records";
import { createFakeClock } from "#test/models/fake-clock";
import { materialOf, PAIR, records, type Went } from "#test/operations-weekly/traced";

const DUE = 1_800_000_000_000;
const ORDER: OperationOrder = {
  operation: "op_1",
  number: 3,
  kind: "weekly",
  service: "docs",
  channel: "C0RELEASE",
  due: DUE,
};
const N = 60;
const OTHER: Pair = { run: "run-9", config: "v2" };

/** Evaluations in memory; `asked` counts the calls that were paid for, one a case. */
function house(how: { readonly now?: readonly Went[]; readonly before?: boolean } = {}) {
  const clock = createFakeClock();
  const cases = records(N, (at) => how.now?.[at] ?? {});
  const runs: RunRecord[] = [];
  const seen = { asked: 0, held: 0, painted: 0, cancelled: [] as string[], priorities: [] as string[] };
  const wanted: Plan = plan(
    cases.map(({ gold }) => gold.id),
    { pair: PAIR },
  );
  const world = {
    live: PAIR as Pair | null,
    /** Called after each question that was asked. */
    after: (_asked: number): void => {},
    heldBy: 0,
  };
  const stored = (id: string) => runs.find((run) => run.id === id) ?? null;
  const put = (record: RunRecord) => {
    const at = runs.findIndex(({ id }) => id === record.id);
    if (at < 0) runs.unshift(record);
    else runs[at] = record;
    return record;
  };
  const done = new Map<string, number>();
  const deps: WeeklyDeps = {
    evaluations: {
      async prepare({ pair }) {
        const estimate = estimateRun([], wanted.epoch, { perSecond: 1, maxInFlight: 1, callsPerAnswer: 1 }, null);
        return { plan: { ...wanted, pair }, trials: [], estimate };
      },
      async open({ plan: of }) {
        const open = runs.find(({ state, plan: { pair } }) => state === "running" && pair.run === of.pair.run);
        if (open !== undefined) return { id: open.id };
        const id = `ev_${runs.length + 1}`;
        const counts = { planned: N, answered: 0, graded: 0, refusals: 0, ungraded: 0, failed: 0 };
        put({ id, plan: of, state: "running", reason: null, counts, startedAt: DUE + 5, endedAt: null });
        return { id };
      },
      async hold() {
        if (world.heldBy > 0) {
          world.heldBy -= 1;
          return null;
        }
        seen.held += 1;
        return {
          lost: new AbortController().signal,
          async release() {
            seen.held -= 1;
          },
        };
      },
      run: async (id) => stored(id),
      runs: async () => runs,
      async workOff(run, { priority, signal, onProgress }) {
        seen.priorities.push(priority);
        for (let at = done.get(run.id) ?? 0; at < N; at++) {
          signal.throwIfAborted();
          seen.asked += 1;
          done.set(run.id, at + 1);
          clock.advance(1_000);
          onProgress({ done: at + 1 } as never);
          world.after(seen.asked);
          await new Promise((resolve) => setImmediate(resolve));
        }
        const counts = { ...run.counts, answered: N, graded: N };
        return put({ ...run, state: "finished", counts, endedAt: DUE + 60_000 });
      },
      async cancel(id, reason) {
        const run = stored(id);
        if (run?.state !== "running") return false;
        seen.cancelled.push(reason);
        put({ ...run, state: "cancelled", reason, endedAt: DUE + 60_000 });
        return true;
      },
    },
    live: async () => world.live,
    gold: async () => ({ file: "gold.jsonl", gold: { sha256: "a".repeat(64), questions: [] } }),
    material: async () => materialOf(cases, how.before === false ? null : records(N)),
    cards: async () => ({ cards: [], broken: ["sop/x.md:1: no front matter"] }),
    async repaint() {
      seen.painted += 1;
    },
    clock,
    log: createLog({ level: "silent", secrets: [] }),
  };
  return { deps, world, seen, runs, clock };
}

const run = (deps: WeeklyDeps, signal = new AbortController().signal) => createWeeklyRunner(deps)(ORDER, signal);

describe("the weekly runner", () => {
  it("asks every question behind everybody else, and passes what is as it was, with what it can't show", async () => {
    const { deps, seen } = house();
    const found = await run(deps);
    expect(found).toMatchObject({
      verdict: "pass",
      summary: "60 questions: every floor holds, and nothing is proven worse than ev_before.",
    });
    expect(seen).toMatchObject({ asked: N, held: 0, priorities: ["weekly"] });
    expect(seen.painted).toBeGreaterThan(5);
    const result = readWeeklyResult(JSON.parse(JSON.stringify(found.result)));
    expect(result?.bars.join(" ")).toContain("60 pairs of 60 answerable questions can't show losses below about");
    expect(result).toMatchObject({ symptoms: [], brokenCards: ["sop/x.md:1: no front matter"] });
    expect(result?.deltas.find(({ metric }) => metric === "f1")).toMatchObject({
      now: 1,
      before: 1,
      standing: "alike",
    });
  });

  it("fails what is proven worse, with its cause, and gives the same bytes twice", async () => {
    const now = Array.from({ length: 16 }, (): Went => ({ gold: "missing", answer: "made-up" }));
    const one = await run(house({ now }).deps);
    expect(one.verdict).toBe("fail");
    expect(one.summary).toContain("Cause: retrieval (sure).");
    const result = readWeeklyResult(one.result);
    expect(result?.withoutCard).toEqual(["retrieval"]);
    expect(result?.byCause.find(({ metric }) => metric === "f1")?.lost).toEqual([
      { cause: "retrieval", share: expect.closeTo(16 / 60, 6), cases: 16 },
    ]);
    expect(result?.byTag[0]).toMatchObject({ tag: "billing", standing: "worse" });
    expect(JSON.stringify(await run(house({ now }).deps))).toBe(JSON.stringify(one));
  });

  it("asks people about a p95 that is proven longer: two hours are no control for each other", async () => {
    const now = Array.from({ length: N }, (): Went => ({ seconds: 4 }));
    const found = await run(house({ now }).deps);
    expect(found.verdict).toBe("inconclusive");
    expect(found.summary).toContain("The p95 latency is 4.00 s against 1.00 s");
    expect(found.summary).toContain("Cause: performance (sure).");
  });

  it("is inconclusive without anything to compare with, and says the command", async () => {
    const found = await run(house({ before: false }).deps);
    expect(found.verdict).toBe("inconclusive");
    expect(found.summary).toContain("golive eval baseline set");
  });

  it("goes on after a crash with the evaluation that was begun: no question is asked twice", async () => {
    const { deps, world, seen, runs } = house();
    const crash = new AbortController();
    world.after = (asked) => {
      if (asked === 20) crash.abort(new Error("the process ends"));
    };
    await expect(run(deps, crash.signal)).rejects.toThrow("the process ends");
    expect(seen).toMatchObject({ asked: 20, held: 0 });
    expect((await run(deps)).verdict).toBe("pass");
    expect(seen.asked).toBe(N);
    expect(runs).toHaveLength(1);
  });

  it("leaves no evaluation open when it is given up: next week's answers are next week's", async () => {
    const { deps, world, seen, runs } = house();
    const late = new AbortController();
    world.after = (asked) => {
      if (asked === 20) late.abort(new TookTooLong("It took longer than 22 h and was given up."));
    };
    await expect(run(deps, late.signal)).rejects.toThrow("22 h");
    expect(seen.cancelled).toEqual(["It took longer than 22 h and was given up."]);
    expect(runs.map(({ state }) => state)).toEqual(["cancelled"]);
  });

  it("reads what had ended before the crash, and asks nothing at all", async () => {
    const { deps, seen, runs } = house();
    const first = await run(deps);
    expect(await run(deps)).toEqual(first);
    expect(seen.asked).toBe(N);
    expect(runs).toHaveLength(1);
  });

  it("evaluates anew the week after, whatever ended before it was due", async () => {
    const { deps, seen } = house();
    await run(deps);
    await createWeeklyRunner(deps)(
      { ...ORDER, operation: "op_2", due: DUE + 604_800_000 },
      new AbortController().signal,
    );
    expect(seen.asked).toBe(2 * N);
  });

  it("stops soon after something else went live, and says of what it was", async () => {
    const { deps, world, seen } = house();
    world.after = (asked) => {
      if (asked === 10) world.live = OTHER;
    };
    const found = await run(deps);
    expect(found).toMatchObject({ verdict: "inconclusive", result: { evaluation: "ev_1" } });
    expect(found.summary).toContain("What is live changed from run-2 with v1 to run-9 with v2 meanwhile.");
    expect(seen.asked).toBeLessThan(N);
    expect(seen.cancelled).toHaveLength(1);
    expect(seen.held).toBe(0);
  });

  it("is inconclusive also where the pointer moved with the last question", async () => {
    const { deps, world } = house();
    world.after = (asked) => {
      if (asked === N) world.live = null;
    };
    const found = await run(deps);
    expect(found).toMatchObject({ verdict: "inconclusive", summary: expect.stringContaining("to nothing meanwhile") });
  });

  it("waits for a copy that holds the evaluation, and reads what that came to", async () => {
    const { deps, world, seen, clock } = house();
    world.heldBy = 2;
    expect((await run(deps)).verdict).toBe("pass");
    expect(clock.skipped).toEqual([2_000, 2_000]);
    expect(seen.asked).toBe(N);
  });

  it("reads an evaluation that another copy ended while this one waited, and asks nothing", async () => {
    const { deps, seen } = house();
    const other: WeeklyDeps = {
      ...deps,
      evaluations: {
        ...deps.evaluations,
        async hold(id) {
          await run(deps);
          return deps.evaluations.hold(id);
        },
      },
    };
    expect((await run(other)).verdict).toBe("pass");
    expect(seen.priorities).toHaveLength(1);
  });

  it("proves nothing by a comparison that can't be relied on: another gold file makes it inconclusive", async () => {
    const lost = records(N, (at): Went => (at < 8 ? { gold: "missing", answer: "made-up" } : {}));
    const plan = { gold: { file: "gold.jsonl", sha256: "b".repeat(64), cases: N } };
    const relied = await materialOf(lost, records(N));
    const other = await materialOf(lost, records(N), { plan });
    const verdictOf = (material: typeof relied) => makeWeeklyResult(material, { cards: [], broken: [] }).verdict;
    expect(verdictOf(relied)).toBe("fail");
    expect(verdictOf(other)).toBe("inconclusive");
  });

  it("says that nothing is live, or that the gold set is empty or broken, and pays nothing", async () => {
    const { deps, world, seen } = house();
    const broken = (code: "empty" | "shape") => ({
      ...deps,
      gold: async () => {
        throw new ResultFileError(code, "line 3: id: missing");
      },
    });
    expect(await run(broken("empty"))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("The gold set is empty"),
    });
    expect((await run(broken("shape"))).summary).toBe("The gold file can't be used: line 3: id: missing.");
    world.live = null;
    expect(await run(deps)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("Nothing is live"),
    });
    expect(seen.asked).toBe(0);
  });

  it("ends with the reason where no waiting helps, and throws what may pass", async () => {
    const { deps } = house();
    const failing = (error: Error): WeeklyDeps => ({
      ...deps,
      evaluations: {
        ...deps.evaluations,
        prepare: async () => {
          throw error;
        },
      },
    });
    const denied = new ModelError("denied", "The judge may not be asked.");
    expect(await run(failing(denied))).toMatchObject({ verdict: "inconclusive", summary: denied.message });
    const away = new ModelError("throttled", "Too many requests.");
    await expect(run(failing(away))).rejects.toThrow("Too many requests.");
  });

  it("tells what the search for better settings came to, and loses nothing when it fails", async () => {
    const { deps } = house();
    const searched: string[] = [];
    const found = await run({
      ...deps,
      async afterEvaluation(evaluation) {
        searched.push(evaluation);
        return ["Proposal #4: weigh full-text search more."];
      },
    });
    expect(searched).toEqual(["ev_1"]);
    expect(found.result.proposals).toEqual(["Proposal #4: weigh full-text search more."]);
    const failing = (error: Error) => run({ ...house().deps, afterEvaluation: () => Promise.reject(error) });
    const failed = await failing(new RagStoreError("unreachable", "the store is away"));
    expect(failed).toMatchObject({ verdict: "pass" });
    expect(failed.result.proposals).toEqual([
      "The search for better settings did not come to an end: the store is away",
    ]);
    const hidden = await failing(new Error("connect postgres://golive:hunter22@db/golive"));
    expect(hidden.result.proposals).toEqual([
      "The search for better settings did not come to an end: it could not be done just now; the log says more",
    ]);
  });
});
