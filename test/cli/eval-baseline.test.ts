import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

/** A finished run of one case, as the runner leaves it. */
async function finished(id: string, epoch = "a".repeat(64)): Promise<void> {
  const ledger = createRunLedger(pool);
  const of = plan(["c1"], { service: SERVICE });
  await ledger.open({ ...of, epoch: { ...of.epoch, id: epoch } }, [{ gold: gold("c1"), repeat: 0 }], { id, at: 1_000 });
  await ledger.saveReply(id, 0, reply("c1 lasts seven days."));
  await ledger.saveVerdict(id, 0, verdict());
  await ledger.end(id, "finished", null, 2_000);
}

const set = (run: string, ...more: string[]) =>
  house.golive(["eval", "baseline", "set", run, "--reason", "live for a month now", ...more]);

describe("golive eval baseline", () => {
  it("says that there is none, and takes none from somebody without the right", async () => {
    expect(await house.golive(["eval", "baseline", "show"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^No baseline was set yet.*golive eval baseline set RUN/),
    });
    expect(await house.golive(["eval", "baseline", "list"])).toMatchObject({ code: 0 });
    await finished("ev_one");
    expect(await set("ev_one")).toMatchObject({ code: 2, err: expect.stringMatching(/^Who are you\?/) });
    expect(await set("ev_one", "--as", "U0DAN")).toMatchObject({ code: 1, err: expect.stringMatching(/canary/) });
    expect(await set("ev_nothing", "--as", "U0MILA")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/has no evaluation `ev_nothing`; nothing was done/),
    });
    const { rows } = await pool.query("SELECT count(*)::int AS n FROM golive.evaluation_baseline");
    expect(rows).toEqual([{ n: 0 }]);
  });

  it("is kept with who, when and why; a new one replaces it, and both stay on record", async () => {
    await finished("ev_two");
    await finished("ev_other_epoch", "b".repeat(64));
    for (const run of ["ev_one", "ev_two", "ev_other_epoch"]) {
      expect(await set(run, "--as", "U0MILA")).toMatchObject({ code: 0, err: "" });
    }
    const shown = await house.golive(["eval", "baseline", "show"]);
    expect(shown.out).toMatch(
      /ev_other_epoch is the baseline, of run-2 with v1.*by U0MILA \(.+ on the command line\).*live for a month now/s,
    );
    const listed = await house.golive(["eval", "baseline", "list", "--json"]);
    expect(JSON.parse(listed.out)).toMatchObject({
      ok: true,
      baselines: [
        { run: "ev_other_epoch", holds: true, by: { id: "U0MILA" }, regraded_from: null },
        { run: "ev_two", holds: true },
        { run: "ev_one", holds: false },
      ],
    });
    expect((await house.golive(["eval", "baseline", "list"])).out).toMatch(/ev_one .*replaced/);
  });

  it("can't be rewritten by the bot", async () => {
    await expect(pool.query("UPDATE golive.evaluation_baseline SET run = 'ev_one'")).rejects.toThrow();
    await expect(pool.query("DELETE FROM golive.evaluation_baseline")).rejects.toThrow();
  });
});
