import { afterAll, beforeAll, expect, it } from "vitest";
import { createJobs } from "#src/jobs/create-jobs";
import { createJournal } from "#src/journal/create-journal";
import { createPool } from "#src/journal/pool";
import type { OperationIntent } from "#src/operations/intents";
import { createCalendar } from "#src/operations/schedule/work/croner-calendar";
import { createDecideOperation } from "#src/operations/use-cases/decide-operation";
import { type CliHouse, openHouse, SERVICE } from "#test/cli/cli-house";
import { finish, NIGHT, schedule, schedules } from "#test/operations/story";

let house: CliHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

/** As a running bot does it: by the rules, into the journal. */
async function decide(operation: string | null, intent: OperationIntent): Promise<void> {
  const pool = createPool({ url: house.database.appUrl, name: "bot" });
  const jobs = createJobs({ url: house.database.appUrl, onError: () => undefined, supervise: false });
  await jobs.start();
  const parts = { journal: createJournal({ pool, jobs }), clock: { now: () => NIGHT }, calendar: createCalendar() };
  expect(await createDecideOperation(parts)(SERVICE, operation, null, intent)).toMatchObject({ ok: true });
  await jobs.stop(0);
  await pool.end();
}

const run = (kind: string, ...more: string[]) => house.golive(["schedule", "run", kind, ...more]);

it("says what is scheduled, when it runs next and what came of the last", async () => {
  expect((await house.golive(["schedule"])).out).toMatch(
    /^support-docs\nSmoke +not scheduled\n.*Morning digest +not scheduled\n$/s,
  );
  await decide(null, schedules({ smoke: schedule({ cron: "30 2 * * *" }) }));
  const shown = await house.golive(["schedule"]);
  expect(shown).toMatchObject({ code: 0, err: "" });
  expect(shown.out).toMatch(/Smoke +(due since )?20\d\d-\d\d-\d\d \d\d:30 UTC \(30 2 \* \* \*, Europe\/Berlin\)/);
  const { out } = await house.golive(["schedule", "--json"]);
  const [smoke, ...others] = JSON.parse(out).kinds;
  expect(smoke).toMatchObject({
    kind: "smoke",
    cron: "30 2 * * *",
    zone: "Europe/Berlin",
    runs: 0,
    open: null,
    last: null,
  });
  expect(smoke.next).toMatch(/^20\d\d-.*T0\d:30:00.000Z$/);
  expect(others.map(({ kind, next }: { kind: string; next: unknown }) => [kind, next])).toEqual(
    ["weekly", "few-shot", "backup", "drill", "digest"].map((kind) => [kind, null]),
  );
});

it("starts a run for who has the right, one at a time, and waits for its end", async () => {
  expect(await run("smok", "--as", "U0ROSA")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/Did you mean smoke\?/),
  });
  expect(await run("backup")).toMatchObject({ code: 2, err: expect.stringMatching(/Who are you\?/) });
  expect(await run("backup", "--as", "U0DAN")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/start needs the role/),
  });
  const started = await run("backup", "--as", "U0ROSA", "--json");
  expect(started).toMatchObject({ code: 0, err: "" });
  const { operation } = JSON.parse(started.out);
  expect(JSON.parse(started.out)).toEqual({
    ok: true,
    service: SERVICE,
    kind: "backup",
    operation: expect.stringMatching(/^op_/),
  });
  const second = await run("backup", "--as", "U0ROSA");
  expect(second).toMatchObject({ code: 1, err: expect.stringMatching(/open already \(#1\).*`golive schedule`/) });

  await decide(operation, finish("fail"));
  expect((await house.golive(["schedule"])).out).toMatch(
    / {2}fail: #1 .* 34 of 34 checks passed\.\n {2}It has never passed\./,
  );

  const begun = Promise.withResolvers<string>();
  const waiting = house.golive(["schedule", "run", "backup", "--as", "U0ROSA", "--wait", "--json"], {
    onErr: (text) => begun.resolve(/op_\w+/.exec(text)?.[0] ?? ""),
  });
  await decide(await begun.promise, finish("pass"));
  const waited = await waiting;
  expect(waited.code).toBe(0);
  expect(JSON.parse(waited.out)).toMatchObject({ ok: true, verdict: "pass", result: { checks: 34 } });
});

it("that waits for no bot can be left", async () => {
  const told = Promise.withResolvers<string>();
  const left = await house.golive(["schedule", "run", "drill", "--as", "U0ROSA", "--wait"], {
    interrupt: told.promise,
    onErr: () => told.resolve("SIGINT"),
  });
  expect(left).toMatchObject({ code: 130, err: expect.stringMatching(/the running bot goes on with the run/) });
});
