import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withStore } from "#sandbox/rag/rag-store";
import { createRunLedger } from "#src/evaluation/run/run-ledger";
import { type CliHouse, openHouse, SERVICE } from "#test/cli/cli-house";
import { gold, plan, reply, verdict } from "#test/evaluation-run/records";

let house: CliHouse;
let pool: Pool;
beforeAll(async () => {
  house = await openHouse();
  pool = new Pool({ connectionString: house.database.appUrl });
});
afterAll(async () => {
  await pool.end();
  await house.stop();
});

const DAY_MS = 86_400_000;
const document = ({ out }: { readonly out: string }) => JSON.parse(out);

/** An evaluation of one case that ended so many days ago. */
async function ended(id: string, daysAgo: number, pair = { run: "run-1", config: "v1" }, end = true): Promise<void> {
  const ledger = createRunLedger(pool);
  const at = Date.now() - daysAgo * DAY_MS;
  const of = plan(["c1"], { service: SERVICE, pair, gold: { file: `${id}.jsonl`, sha256: "a".repeat(64), cases: 1 } });
  await ledger.open(of, [{ gold: gold("c1"), repeat: 0 }], { id, at });
  await ledger.saveReply(id, 0, reply("c1 lasts seven days."));
  await ledger.saveVerdict(id, 0, verdict());
  if (end) await ledger.end(id, "finished", null, at);
}
const set = (run: string) =>
  house.golive(["eval", "baseline", "set", run, "--reason", "live for a month now", "--as", "U0MILA"]);
const verify = () => house.golive(["audit", "verify", "--json"]);
/** As whoever has the superuser's password. */
const tamper = (table: string, sql: string): Promise<unknown> =>
  withStore(house.database.adminUrl, async (client) => {
    await client.query(`ALTER TABLE golive.${table} DISABLE TRIGGER ALL`);
    await client.query(sql);
    await client.query(`ALTER TABLE golive.${table} ENABLE ALWAYS TRIGGER ${table}_append_only`);
  });
const runs = async () =>
  (await pool.query<{ id: string }>("SELECT id FROM golive.evaluation_run ORDER BY id")).rows.map(({ id }) => id);

describe("a baseline in the journal", () => {
  it("is a fact with who, when, which evaluation, epoch and the digest of what it found", async () => {
    await ended("ev_base", 0);
    expect(await set("ev_base")).toMatchObject({ code: 0, err: "" });
    const { rows } = await pool.query("SELECT body FROM golive.journal WHERE type = 'baseline-set'");
    expect(rows.map(({ body }) => JSON.parse(body))).toMatchObject([
      {
        stream: `evaluation/${SERVICE}`,
        service: SERVICE,
        by: { id: "U0MILA" },
        data: { run: "ev_base", digest: expect.stringMatching(/^[0-9a-f]{64}$/), reason: "live for a month now" },
      },
    ]);
    expect((await house.golive(["audit", "export"])).out).toContain('"type":"baseline-set"');
    expect(document(await verify())).toMatchObject({ ok: true, baselines: { ok: true, checked: 1, outside: 0 } });
  });

  it("can't be set past the journal by the bot", async () => {
    const insert = `INSERT INTO golive.evaluation_baseline (service, epoch, run, reason, set_by, set_by_name, set_at)
      VALUES ('${SERVICE}', '${"a".repeat(64)}', 'ev_base', 'because I can', 'U1', 'Eve', now())`;
    await expect(pool.query(insert)).rejects.toMatchObject({ code: "42501" });
  });

  it("shows in the audit when its row, or what its evaluation found, was changed afterwards", async () => {
    const body = "replace(body, 'seven days', 'eight days')";
    await tamper("evaluation_reply", `UPDATE golive.evaluation_reply SET body = ${body} WHERE run = 'ev_base'`);
    const changed = await house.golive(["audit", "verify"]);
    expect(changed.code).toBe(1);
    expect(changed.out).toMatch(/^baseline: What ev_base found is not what it was when row \d+ made it a baseline\.$/m);
    const back = "replace(body, 'eight days', 'seven days')";
    await tamper("evaluation_reply", `UPDATE golive.evaluation_reply SET body = ${back} WHERE run = 'ev_base'`);
    expect((await verify()).code).toBe(0);

    await tamper("evaluation_baseline", "UPDATE golive.evaluation_baseline SET reason = 'another one'");
    expect((await house.golive(["audit", "verify"])).out).toMatch(/evaluation_baseline says something else of it/);
    await tamper("evaluation_baseline", "UPDATE golive.evaluation_baseline SET reason = 'live for a month now'");
    expect((await verify()).code).toBe(0);
  });
});

describe("evaluations that are kept no longer", () => {
  beforeAll(async () => {
    await ended("ev_old", 200);
    await ended("ev_old_baseline", 200);
    await ended("ev_open", 200, { run: "run-2", config: "v1" });
    await ended("ev_running", 200, { run: "run-1", config: "v1" }, false);
    await ended("ev_young", 170);
    expect(await set("ev_old_baseline")).toMatchObject({ code: 0 });
    await house.golive(["release", "start", "--as", "U0ROSA"]);
  });

  it("are named by a dry run, which deletes nothing", async () => {
    const before = await runs();
    const said = document(await house.golive(["eval", "prune", "--dry-run", "--json"]));
    expect(said).toMatchObject({ ok: true, dry_run: true, keep_days: 180, runs: ["ev_old"] });
    expect(said.kept).toEqual(
      expect.arrayContaining([
        { run: "ev_old_baseline", because: "baseline" },
        { run: "ev_open", because: "open-release" },
      ]),
    );
    expect(await runs()).toEqual(before);
  });

  it("go only for somebody with the right, whole and on record, and nothing else goes", async () => {
    expect(await house.golive(["eval", "prune"])).toMatchObject({ code: 2 });
    expect(await house.golive(["eval", "prune", "--as", "U0DAN"])).toMatchObject({ code: 1 });
    const before = await runs();
    const said = await house.golive(["eval", "prune", "--as", "U0MILA"]);
    expect(said).toMatchObject({ code: 0, err: "" });
    expect(said.out).toMatch(/^1 evaluation that ended more than 180 days ago is deleted: ev_old$/m);
    expect(await runs()).toEqual(before.filter((id) => id !== "ev_old"));
    const left = await pool.query("SELECT 1 FROM golive.evaluation_case WHERE run = 'ev_old'");
    expect(left.rowCount).toBe(0);
    const { rows } = await pool.query("SELECT body FROM golive.journal WHERE type = 'evaluations-pruned'");
    expect(rows.map(({ body }) => JSON.parse(body))).toMatchObject([
      { by: { id: "U0MILA" }, data: { runs: ["ev_old"], keepDays: 180 } },
    ]);
    expect(document(await verify())).toMatchObject({ ok: true, baselines: { checked: 2 } });
    expect((await house.golive(["eval", "prune", "--as", "U0MILA"])).out).toMatch(/nothing was deleted/);
  });

  it("can't be deleted past the journal, nor a baseline, a running or a young one through it", async () => {
    await expect(pool.query("DELETE FROM golive.evaluation_run WHERE id = 'ev_young'")).rejects.toMatchObject({
      code: "42501",
    });
    const before = new Date(Date.now() - 180 * DAY_MS).toISOString();
    for (const run of ["ev_old_baseline", "ev_running", "ev_young"]) {
      const body = JSON.stringify({
        at: new Date().toISOString(),
        by: { id: "U1", kind: "member", name: "Eve" },
        data: { before, keepDays: 180, runs: [run] },
        service: SERVICE,
        stream: "evaluation/forged",
        type: "evaluations-pruned",
        version: 1,
      });
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await client.query("SELECT * FROM golive.open_decision($1, NULL, '{}', '{}')", [SERVICE]);
        const commit = "SELECT golive.commit_decision($1, NULL, '1', ARRAY[$2], '{}', NULL)";
        await expect(client.query(commit, [SERVICE, body]), run).rejects.toMatchObject({ code: "GL003" });
      } finally {
        await client.query("ROLLBACK");
        client.release();
      }
    }
  });
});
