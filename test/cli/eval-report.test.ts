import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRunLedger } from "#src/evaluation/run/run-ledger";
import type { Plan } from "#src/evaluation/run/run-record";
import { type CliHouse, openHouse, SERVICE } from "#test/cli/cli-house";
import { many } from "#test/evaluation-compare/evaluated";
import { sampleCases } from "#test/evaluation-report/sample";
import { gold, plan, reply, verdict } from "#test/evaluation-run/records";

let house: CliHouse;
let pool: Pool;
let folder: string;
beforeAll(async () => {
  house = await openHouse();
  pool = new Pool({ connectionString: house.database.appUrl });
  folder = await mkdtemp(join(tmpdir(), "golive-report-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await pool.end();
  await house.stop();
});

/** A finished run over the house's own documents, as the runner leaves it: answers that are right, or say something else. */
async function finished(id: string, right: boolean, changes: Partial<Plan> = {}): Promise<void> {
  const ledger = createRunLedger(pool);
  const questions = many(60, (index) =>
    gold(`c${index}`, { question: "How many <accounts>?", answer: "Ten accounts for each workspace" }),
  );
  const trials = questions.map((each) => ({ gold: each, repeat: 0 }));
  const of = plan(
    questions.map((each) => each.id),
    { service: SERVICE, pair: { run: "run-2", config: "v1" }, ...changes },
  );
  await ledger.open(of, trials, { id, at: 1_000 });
  for (const place of questions.keys()) {
    await ledger.saveReply(id, place, reply(right ? "Ten accounts for each workspace." : "As many as you like."));
    const wrong = { precision: 0, recall: 0, f1: 0, faithfulness: 0 };
    const metrics = right ? { precision: 1, recall: 1, f1: 1, faithfulness: 1 } : wrong;
    await ledger.saveVerdict(id, place, verdict({ metrics }));
  }
  await ledger.end(id, "finished", null, 2_000);
}

const report = (run: string, ...more: string[]) =>
  house.golive(["eval", "report", run, "--out", join(folder, `${run}.html`), ...more]);

describe("golive eval report", () => {
  it("writes one page, with evidence looked for in the store's documents", async () => {
    await finished("ev_good", true);
    const said = await report("ev_good", "--json");
    expect(said).toMatchObject({ code: 0, err: "" });
    const { floors, comparison } = JSON.parse(said.out);
    expect(comparison).toBeNull();
    expect(floors).toMatchObject({ verdict: "pass" });
    expect(floors.findings).toContainEqual(
      expect.objectContaining({ floor: "oracle_retrieval_hit_min", verdict: "pass", value: 1, n: 60, why: null }),
    );
    const page = await readFile(join(folder, "ev_good.html"), "utf8");
    expect(page.startsWith("<!doctype html>")).toBe(true);
    expect(page.endsWith("</html>\n")).toBe(true);
  });

  it("against the baseline that was set tells a broken candidate apart, with its worst cases", async () => {
    expect(await report("ev_good", "--baseline", "baseline")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^No baseline was set yet, so nothing was written/),
    });
    await house.golive(["eval", "baseline", "set", "ev_good", "--reason", "live for a month", "--as", "U0MILA"]);
    await finished("ev_bad", false);
    const said = await report("ev_bad", "--baseline", "baseline");
    expect(said).toMatchObject({ code: 0, err: "" });
    expect(said.out).toMatch(/ev_bad\.html: the report of ev_bad\. Quality floors: fail\. Against ev_good: fail\.$/m);
    const page = await readFile(join(folder, "ev_bad.html"), "utf8");
    expect(page).toContain("set by <bdi");
    expect(page).toContain("How many &lt;accounts&gt;?");
    const same = await report("ev_bad", "--baseline", "ev_bad");
    expect(same).toMatchObject({ code: 2, err: expect.stringMatching(/can't be compared with itself/) });
  });

  it("against a baseline of another epoch compares nothing, and says what to do", async () => {
    const epoch = { ...plan([]).epoch, id: "b".repeat(64) };
    await finished("ev_newer", true, { epoch });
    const said = await report("ev_newer", "--baseline", "baseline", "--json");
    expect(JSON.parse(said.out).comparison).toMatchObject({ comparable: false, why: { kind: "other-epoch" } });
  });

  it("says what it can't look for, and what it can't write or find", async () => {
    await finished("ev_gone", true, { pair: { run: "run-long-gone", config: "v1" } });
    const gone = await report("ev_gone");
    expect(gone).toMatchObject({ code: 0, err: expect.stringMatching(/No chunk of run-long-gone is left/) });
    expect(gone.out).toMatch(/Quality floors: inconclusive/);
    const nowhere = ["eval", "report", "ev_good", "--out", join(folder, "no", "such", "folder.html")];
    expect(await house.golive(nowhere)).toMatchObject({ code: 2, err: expect.stringMatching(/can't be written/) });
    expect(await report("ev_none")).toMatchObject({ code: 2, err: expect.stringMatching(/no evaluation `ev_none`/) });
  });
});

it("the sample that other tests look at is what the store's schemas take", async () => {
  const ledger = createRunLedger(pool);
  const cases = sampleCases("ev_sample", 20, 0.5, 2);
  const trials = cases.map((each) => ({ gold: each.gold, repeat: 0 }));
  await ledger.open(plan([], { service: SERVICE, stable: true }), trials, { id: "ev_sample", at: 1 });
  for (const { place, reply: answered, verdict: found } of cases) {
    if (answered !== null) await ledger.saveReply("ev_sample", place, answered);
    if (found !== null) await ledger.saveVerdict("ev_sample", place, found);
  }
  await ledger.end("ev_sample", "finished", null, 2);
  expect(await report("ev_sample")).toMatchObject({ code: 0 });
});
