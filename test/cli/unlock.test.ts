import { join } from "node:path";
import { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { createJobs } from "#src/jobs/create-jobs";
import { createJournal } from "#src/journal/create-journal";
import { createDecideIntent } from "#src/release/use-cases/decide-intent";
import { type CliHouse, edit, openHouse, SERVICE } from "#test/cli/cli-house";

let house: CliHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

/** As a rollback does it: by the rules, into the journal. */
async function lock(): Promise<void> {
  const pool = new Pool({ connectionString: house.database.appUrl });
  const jobs = createJobs({ url: house.database.appUrl, onError: () => undefined, supervise: false });
  await jobs.start();
  const decide = createDecideIntent({ journal: createJournal({ pool, jobs }), clock: { now: Date.now } });
  const reason = "answers cited the wrong page";
  expect(await decide(SERVICE, null, null, { type: "lock", reason, manifest: null })).toMatchObject({ ok: true });
  await jobs.stop();
  await pool.end();
}

it("a locked service starts nothing until somebody with the right writes the root cause down", async () => {
  await lock();
  const start = () => house.golive(["release", "start", "--as", "U0ROSA"]);
  const locked = await start();
  expect(locked).toMatchObject({ code: 1, out: "" });
  expect(locked.err).toMatch(/locked: answers cited the wrong page\..*unlock \(U0INES and U0TOM\).*golive unlock/);

  const unlock = (user: string, ...more: string[]) =>
    house.golive(["unlock", "--as", user, "--reason", "pages are cited right again", ...more]);
  expect(await unlock("U0INES")).toMatchObject({ code: 2, err: expect.stringMatching(/--root-cause <text>/) });
  const cause = ["--root-cause", "two pages shared one id"];
  expect(await unlock("U0ROSA", ...cause)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/unlock needs the role/),
  });
  expect((await start()).code).toBe(1);

  const unlocked = await unlock("U0INES", ...cause, "--json");
  expect(unlocked).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(unlocked.out)).toEqual({ ok: true, service: SERVICE, locked: false });
  expect((await start()).code).toBe(0);
});

it("with two services each command asks which one is meant", async () => {
  await edit(join(house.configs, "golive.yaml"), (text) => {
    const golive = parse(text);
    golive.services.billing = { ...structuredClone(golive.services[SERVICE]), title: "Billing", channel: "C0BILLING" };
    golive.services.billing.rag_store.pointer.key = "billing";
    return stringify(golive);
  });
  const which = await house.golive(["release", "status"]);
  expect(which).toMatchObject({ code: 2, out: "" });
  expect(which.err).toMatch(
    /^Which service\? Nothing was done\. Add --service with one of: (support-docs, billing|billing, support-docs)\./,
  );
  expect(await house.golive(["release", "status", "--service", "billing"])).toMatchObject({ code: 0 });
});
