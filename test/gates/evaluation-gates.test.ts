import { describe, expect, it } from "vitest";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { createEvaluationBaselineGate } from "#src/gates/evaluation-baseline";
import { createEvaluationFloorsGate } from "#src/gates/evaluation-floors";
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
  const { evaluations, baselines } = storedEvaluations(subject(), { candidate: GOOD, live: GOOD });
  const changed: typeof evaluations = {
    ...evaluations,
    runs: async (service) => {
      const [candidate, ...others] = await evaluations.runs(service);
      return change === null || candidate === undefined ? others : [change(candidate), ...others];
    },
  };
  return {
    floors: createEvaluationFloorsGate({ evaluations: changed, floors: FLOORS }),
    baseline: createEvaluationBaselineGate({ evaluations: changed, baselines }),
    without: createEvaluationBaselineGate({ evaluations: changed, baselines: { current: async () => null } }),
  };
}
const check = (gate: Gate, changes: Partial<GateSubject> = {}) =>
  runGate(gate, subject(changes), new AbortController().signal);
const same = (run: RunRecord) => run;
const DAY_MS = 86_400_000;

describe("the evaluation checks of a go-live", () => {
  it.each([
    ["nobody evaluated the candidate", null, /^Nobody has evaluated b with v2 yet\.$/],
    ["it is still running", (run: RunRecord) => ({ ...run, state: "running" as const }), /has not ended: 240 of 240/],
    ["it is of another configuration", (run: RunRecord) => of(run, { pair: { run: "b", config: "v3" } }), /^Nobody/],
    ["it was made for another manifest", (run: RunRecord) => of(run, { manifest: "a".repeat(64) }), /^Nobody/],
    ["it is older than a day", (run: RunRecord) => ({ ...run, endedAt: Date.now() - 2 * DAY_MS }), /48 hours old; 24/],
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

  it("are inconclusive where nobody can look for evidence: good answers alone are no pass", async () => {
    const { floors, baseline } = gates(same);
    expect(await check(floors)).toMatchObject({ verdict: "inconclusive", value: "oracle_retrieval_hit_min" });
    expect(await check(baseline)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringMatching(/Too few cases/),
    });
  });

  it("compare with nothing at a first go-live, and are inconclusive without a baseline later", async () => {
    const { baseline, without } = gates(same);
    expect(await check(baseline, { active: null })).toMatchObject({ verdict: "pass", value: "first go-live" });
    expect(await check(without)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringMatching(/^No baseline is set/),
    });
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
    const { evaluations } = storedEvaluations(subject(), {
      candidate: { cases: 15, right: 1 },
      live: { cases: 15, right: 1 },
    });
    const small = createEvaluationFloorsGate({ evaluations, floors: FLOORS });
    expect(await check(small, { service })).toMatchObject({ verdict: "pass", value: "not applicable" });
  });

  it("say the same of another evaluation with the same outcome, so that no signature is voided", async () => {
    const [one, two] = [gates(same), gates((run) => ({ ...run, startedAt: 1 }))];
    expect((await check(one.floors)).evidenceHash).toBe((await check(two.floors)).evidenceHash);
  });
});

const of = (run: RunRecord, changes: Partial<RunRecord["plan"]>): RunRecord => ({
  ...run,
  plan: { ...run.plan, ...changes },
});
