import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import { createEvaluationStore } from "#src/evaluation/run/read-evaluations";
import { createRunLedger } from "#src/evaluation/run/run-ledger";
import { gold, noReply, plan, reply, verdict } from "#test/evaluation-run/records";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  // As the bot: its rights are part of what is tested.
  pool = new Pool({ connectionString: database.appUrl });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const trialsOf = (ids: readonly string[]) => ids.map((id) => ({ gold: gold(id), repeat: 0 }));
const read = async (run: string): Promise<CaseRecord[]> => {
  const all: CaseRecord[] = [];
  for await (const one of createEvaluationStore(pool).cases(run)) all.push(one);
  return all;
};

describe("what a run leaves in the database", () => {
  it("comes back as it was saved, in its order, with counts that tell failed and ungraded from graded", async () => {
    const ids = Array.from({ length: 47 }, (_, index) => `c${index}`);
    const [ledger, store] = [createRunLedger(pool), createEvaluationStore(pool)];
    const begun = await ledger.open(plan(ids), trialsOf(ids), { id: "ev_1", at: 1_000 });
    expect(begun).toEqual({ id: "ev_1", resumed: false });
    await ledger.saveReply("ev_1", 0, reply("It lasts seven days."));
    await ledger.saveVerdict("ev_1", 0, verdict());
    await ledger.saveReply("ev_1", 1, noReply("unreachable"));
    await ledger.saveVerdict("ev_1", 1, verdict({ outcome: "failed", claims: null, judgement: null, metrics: null }));
    await ledger.saveReply("ev_1", 2, reply("Half a \u{1F600} \\u0000 answer."));
    await ledger.saveVerdict("ev_1", 2, verdict({ outcome: "ungraded", judgement: null, metrics: null }));

    const counts = { planned: 47, answered: 2, graded: 1, refusals: 0, ungraded: 1, failed: 1 };
    const run = { id: "ev_1", plan: plan(ids), state: "running", reason: null, startedAt: 1_000, endedAt: null };
    expect(await store.run("ev_1")).toEqual({ ...run, counts });
    const cases = await read("ev_1");
    expect(cases.map((one) => one.gold.id)).toEqual(ids);
    expect(cases[0]).toMatchObject({ reply: reply("It lasts seven days."), verdict: verdict() });
    expect(cases[2]?.reply).toEqual(reply("Half a \u{1F600} \\u0000 answer."));
    expect(cases[3]).toMatchObject({ reply: null, verdict: null });

    expect(await ledger.end("ev_1", "finished", null, 9_000)).toBe(true);
    expect(await store.runs("docs")).toMatchObject([{ id: "ev_1", state: "finished", endedAt: 9_000 }]);
    expect(await store.run("ev_none")).toBeNull();
  });

  it("is found again by the same plan, and by no other, until it has ended", async () => {
    const ledger = createRunLedger(pool);
    const open = (id: string, changes: Parameters<typeof plan>[1] = {}) =>
      ledger.open(plan(["a"], { service: "found", ...changes }), trialsOf(["a"]), { id, at: 1 });
    expect(await open("ev_a")).toEqual({ id: "ev_a", resumed: false });
    expect(await open("ev_b")).toEqual({ id: "ev_a", resumed: true });
    expect(await open("ev_c", { stable: true })).toEqual({ id: "ev_c", resumed: false });
    await ledger.end("ev_a", "cancelled", "because", 2);
    expect(await open("ev_d")).toEqual({ id: "ev_d", resumed: false });
  });

  it("takes each step once, and none after the end", async () => {
    const ledger = createRunLedger(pool);
    await ledger.open(plan(["a", "b"], { service: "once" }), trialsOf(["a", "b"]), { id: "ev_once", at: 1 });
    expect(await ledger.saveReply("ev_once", 0, reply("first"))).toBe(true);
    expect(await ledger.saveReply("ev_once", 0, reply("second"))).toBe(false);
    expect(await ledger.end("ev_once", "cancelled", "enough", 2)).toBe(true);
    expect(await ledger.end("ev_once", "finished", null, 3)).toBe(false);
    expect(await ledger.saveReply("ev_once", 1, reply("late"))).toBe(false);
    expect(await ledger.saveVerdict("ev_once", 0, verdict())).toBe(false);
    expect((await read("ev_once")).map((one) => one.reply?.answer?.answer ?? null)).toEqual(["first", null]);
  });

  it("can't be rewritten by the bot", async () => {
    await expect(pool.query("UPDATE golive.evaluation_verdict SET outcome = 'graded'")).rejects.toThrow();
    await expect(pool.query("DELETE FROM golive.evaluation_reply")).rejects.toThrow();
    await expect(pool.query("UPDATE golive.evaluation_run SET body = '{}'")).rejects.toThrow();
  });

  it("keeps what the judge was paid for under its request, the first answer for good", async () => {
    const ledger = createRunLedger(pool);
    const request = "b".repeat(64);
    expect(await ledger.judgement(request)).toBeNull();
    await ledger.saveJudgement(request, "epoch", { output: { labels: [1] }, inputTokens: 7, outputTokens: 2 });
    await ledger.saveJudgement(request, "epoch", { output: { labels: [2] }, inputTokens: 9, outputTokens: 3 });
    expect(await ledger.judgement(request)).toEqual({ output: { labels: [1] }, inputTokens: 7, outputTokens: 2 });
  });
});
