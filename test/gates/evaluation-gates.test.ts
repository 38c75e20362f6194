import { describe, expect, it } from "vitest";
import { regradePlan } from "#src/evaluation/baseline/regrade";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { createEvaluationBaselineGate } from "#src/gates/evaluation-baseline";
import { createEvaluationFloorsGate } from "#src/gates/evaluation-floors";
import { chooseEvaluation } from "#src/gates/evaluation-run";
import type { Gate, GateSubject } from "#src/gates/gate";
import { runGate } from "#src/gates/run-gate";
import { storedEvaluations } from "#src/gates/self-test/evaluations";
import { RagStoreError } from "#src/rag/store-error";
import { ragStoreOver } from "#src/rag/store-postgres";
import { FLOORS } from "#test/evaluation-report/sample";
import { gateSubject } from "#test/support/gate-fixture";
import { serviceFixture } from "#test/support/rag-fixture";

const away = () => Promise.reject(new RagStoreError("unreachable", "The RAG store can't be reached."));
/** The self-test holds both gates against real documents; here the store is away. */
const subject = (changes: Partial<GateSubject> = {}) =>
  gateSubject(
    ragStoreOver({ query: away, transaction: away, close: async () => undefined }, serviceFixture()),
    changes,
  );

const GOOD = { cases: 240, right: 1 };
/** Both gates over a candidate's evaluation that is changed by `change`; null: there is none. */
function gates(change: ((run: RunRecord) => RunRecord) | null) {
  const stored = storedEvaluations(subject(), { candidate: GOOD, live: GOOD });
  const { evaluations } = stored;
  const changed: typeof evaluations = {
    ...evaluations,
    runs: async (service) => {
      const [candidate, ...others] = await evaluations.runs(service);
      return change === null || candidate === undefined ? others : [change(candidate), ...others];
    },
  };
  return {
    floors: createEvaluationFloorsGate({ ...stored, evaluations: changed, floors: FLOORS }),
    baseline: createEvaluationBaselineGate({ ...stored, evaluations: changed }),
    without: createEvaluationBaselineGate({
      ...stored,
      evaluations: changed,
      baselines: { current: async () => null },
    }),
  };
}
const check = (gate: Gate, changes: Partial<GateSubject> = {}) =>
  runGate(gate, subject(changes), new AbortController().signal);
const same = (run: RunRecord) => run;
const DAY_MS = 86_400_000;

describe("the evaluation checks of a go-live", () => {
  it.each([
    ["nobody evaluated the candidate", null, /^Nobody has evaluated b with v2 over the whole gold file yet\.$/],
    ["it is still running", (run: RunRecord) => ({ ...run, state: "running" as const }), /has not ended: 240 of 240/],
    ["it is of another configuration", (run: RunRecord) => of(run, { pair: { run: "b", config: "v3" } }), /^Nobody/],
    ["it was made for another manifest", (run: RunRecord) => of(run, { manifest: "a".repeat(64) }), /^Nobody/],
    ["it asked a sample only", (run: RunRecord) => of(run, { sample: { size: 240, seed: 42 } }), /^Nobody/],
    [
      "it asked the questions of another file, however many it passed",
      (run: RunRecord) => of(run, { gold: { ...run.plan.gold, sha256: "e".repeat(64) } }),
      /^Nobody/,
    ],
    [
      "another judge than the configured one graded it, outside a release",
      (run: RunRecord) => judged(run, { judge: { ...run.plan.epoch.judge, asked: "a-kinder-judge" } }),
      /^Nobody/,
    ],
    [
      "its claims were checked one by one, outside a release",
      (run: RunRecord) => judged(run, { checking: "separate" }),
      /^Nobody/,
    ],
    [
      "its answers are old ones that were graded anew",
      (run: RunRecord) => ({ ...run, plan: regradePlan(run, run.plan.epoch) }),
      /^Nobody/,
    ],
    [
      "it is older than a day",
      (run: RunRecord) => ({ ...run, endedAt: Date.now() - 2 * DAY_MS }),
      /ended 2 d ago; 1 d are allowed/,
    ],
  ] as const)("are inconclusive when %s", async (_, change, said) => {
    const { floors, baseline } = gates(change);
    for (const gate of [floors, baseline]) {
      expect(await check(gate)).toMatchObject({ verdict: "inconclusive", summary: expect.stringMatching(said) });
    }
  });

  it("hold the candidate to its last evaluation, also when that did not finish", async () => {
    const { floors, baseline } = gates((run) => ({ ...run, state: "inconclusive", reason: "too much failed" }));
    expect(await check(floors)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringMatching(/too much failed/),
    });
    expect(await check(baseline)).toMatchObject({ verdict: "inconclusive" });
  });

  it("leave out one that was stopped where an older one is fresh; alone it is no evidence", async () => {
    const stop = (run: RunRecord): RunRecord => ({ ...run, state: "cancelled", reason: "It was stopped" });
    const chosen = async (...runs: RunRecord[]) => {
      const stored = storedEvaluations(subject(), { candidate: GOOD, live: GOOD });
      const evaluations = { ...stored.evaluations, runs: async () => runs };
      const { service, candidate } = subject();
      const found = await chooseEvaluation(
        { ...stored, evaluations },
        { service, candidate, frozenManifest: null },
        "evaluation-floors",
      );
      return found.ok ? found.run.state : found.kind;
    };
    const [run] = await storedEvaluations(subject(), { candidate: GOOD, live: GOOD }).evaluations.runs("docs");
    if (run === undefined) throw new Error("the store holds none");
    expect(await chosen(stop(run), run)).toBe("finished");
    expect(await chosen(stop(run), { ...run, state: "inconclusive" }, run)).toBe("inconclusive");
    expect(await chosen(stop(run), { ...run, endedAt: Date.now() - 2 * DAY_MS })).toBe("cancelled");
    expect(await check(gates(stop).floors)).toMatchObject({ verdict: "inconclusive" });
  });

  it("are inconclusive where nobody can look for evidence: good answers alone are no pass", async () => {
    const { floors, baseline } = gates(same);
    expect(await check(floors)).toMatchObject({
      verdict: "inconclusive",
      value: expect.stringContaining("oracle retrieval hit – ?"),
    });
    expect(await check(baseline)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringMatching(/Too few cases/),
    });
  });

  it("compare with nothing at a first go-live; without a baseline with what is live, if that was ever evaluated", async () => {
    const { baseline, without } = gates(same);
    expect(await check(baseline, { active: null })).toMatchObject({ verdict: "pass", value: "first go-live" });
    expect(await check(without)).toMatchObject({
      how: expect.stringContaining("ev_self_test_live, the newest of what is live"),
    });
    const other = { run: "never-evaluated", config: "v1" };
    expect(await check(without, { active: other })).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringMatching(/^No baseline is set/),
      next: expect.stringContaining("golive eval run --run never-evaluated --config v1"),
    });
  });

  it("compare with nothing where the baseline is the candidate's own evaluation", async () => {
    const stored = storedEvaluations(subject(), { candidate: GOOD, live: GOOD });
    const set = await stored.baselines.current();
    const current = async () => ({ ...set, run: "ev_self_test_candidate" });
    expect(await check(createEvaluationBaselineGate({ ...stored, baselines: { current } }))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringMatching(/^The baseline is this very evaluation/),
      next: expect.stringContaining("golive eval baseline set"),
    });
  });

  it("compare with what is live where the baseline was asked other questions", async () => {
    const stored = storedEvaluations(subject(), { candidate: GOOD, live: GOOD });
    const [, live] = await stored.evaluations.runs("docs");
    if (live === undefined) throw new Error("what is live was evaluated");
    const old = { ...of(live, { gold: { ...live.plan.gold, sha256: "e".repeat(64) } }), id: "ev_old" };
    const set = await stored.baselines.current();
    const gate = (evaluations: typeof stored.evaluations) =>
      createEvaluationBaselineGate({
        ...stored,
        baselines: { current: async () => ({ ...set, run: old.id }) },
        evaluations: { ...evaluations, run: async (id) => (id === old.id ? old : evaluations.run(id)) },
      });
    expect(await check(gate(stored.evaluations))).toMatchObject({
      how: expect.stringContaining("ev_self_test_live, the newest of what is live"),
    });
    const runs = async (service: string) => (await stored.evaluations.runs(service)).slice(0, 1);
    expect(await check(gate({ ...stored.evaluations, runs }))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringMatching(/^The baseline ev_old asked the questions of another gold file/),
    });
  });

  it("say how an open one goes on: where it was begun", async () => {
    const manifest = "b".repeat(64);
    const open = gates((run) => ({ ...of(run, { manifest }), state: "running" }));
    expect(await check(open.floors, { frozenManifest: manifest })).toMatchObject({
      next: expect.stringContaining("Re-run in the release"),
    });
  });

  it("count their freshness from when the evaluation ended, not from when they looked", async () => {
    const ended = Date.now() - 7_200_000;
    const { floors, baseline } = gates((run) => ({ ...run, endedAt: ended }));
    for (const gate of [floors, baseline]) expect(await check(gate)).toMatchObject({ measuredAt: ended });
  });

  it("can't be declared away where an evaluation is large enough to be judged", async () => {
    const declared = { check: false, reason: "we have no gold questions" } as const;
    const service = {
      ...serviceFixture(),
      applies: { "evaluation-floors": declared, "evaluation-baseline": declared },
    };
    const { floors, baseline } = gates(same);
    for (const gate of [floors, baseline]) {
      expect(await check(gate, { service })).toMatchObject({ verdict: "fail", value: "contradicted" });
    }
    const few = { cases: 15, right: 1 };
    const stored = storedEvaluations(subject(), { candidate: few, live: few });
    const small = createEvaluationFloorsGate({ ...stored, floors: FLOORS });
    expect(await check(small, { service })).toMatchObject({ verdict: "pass", value: "not applicable" });
  });

  it("say the same of another evaluation with the same outcome, so that no signature is voided", async () => {
    const [one, two] = [gates(same), gates((run) => ({ ...run, startedAt: 1 }))];
    expect((await check(one.floors)).evidenceHash).toBe((await check(two.floors)).evidenceHash);
  });
});

const judged = (run: RunRecord, changes: Partial<RunRecord["plan"]["epoch"]>): RunRecord =>
  of(run, { epoch: { ...run.plan.epoch, ...changes } });
const of = (run: RunRecord, changes: Partial<RunRecord["plan"]>): RunRecord => ({
  ...run,
  plan: { ...run.plan, ...changes },
});
