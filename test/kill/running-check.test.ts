import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAllIsWell } from "#test/kill/all-is-well";
import { eventually } from "#test/kill/eventually";
import { type KillHouse, openKillHouse } from "#test/kill/kill-house";
import { createPeople, type People } from "#test/kill/people";
import { report } from "#test/kill/report";
import { stopInChecks } from "#test/kill/stop-in-checks";

let kill: KillHouse;
let people: People;
beforeAll(async () => {
  kill = await openKillHouse();
  people = createPeople(kill);
});
afterEach(({ task }) => kill?.endStory(task.result?.state === "fail"));
afterAll(() => kill?.close());

/** Checks that one process runs at once. */
const PER_PROCESS = 3;

/** Asks the process to stop; how it ended and after how many seconds. */
async function terminate(meanwhile: () => Promise<void>): Promise<{ code: number | null; seconds: number }> {
  const bot = kill.house.bot();
  const began = performance.now();
  process.kill(bot.pid, "SIGTERM");
  await meanwhile();
  const code = await bot.ended;
  return { code, seconds: (performance.now() - began) / 1000 };
}

const activeChecks = async (release: string) =>
  (await kill.facts.jobs(release)).filter(({ name, state }) => name === "run-check" && state === "active");

describe("a check that runs", () => {
  it("killed with its process: it is run again once the silence is noticed, and every check has one result", async () => {
    const { run, release, hold } = await stopInChecks(kill, people);
    expect((await activeChecks(release)).length).toBeGreaterThan(0);
    await kill.kill();
    await hold.release();
    const began = performance.now();
    await kill.restart();
    await people.checked(release);
    const noticed = (performance.now() - began) / 1000;
    // Heartbeat 10 s, a monitor pass, a second of back-off, and the checks themselves. Told, not asserted: machines differ.
    report("kill -9 while checks run, all results in", noticed);
    await people.goOn(release);
    await expectAllIsWell(kill, release, run);
  });

  it("SIGTERM, and it ends in time: its result is journalled by the process that stops", async () => {
    const { run, release, hold } = await stopInChecks(kill, people);
    const underWay = (await activeChecks(release)).map(({ check }) => check);
    const { code, seconds } = await terminate(() => hold.release());
    expect(code).toBe(0);
    report("SIGTERM, the running checks end in time; the process ended after", seconds);
    const finished = (await kill.facts.ofRelease(release))
      .filter(({ type }) => type === "check-finished")
      .map(({ data }) => data.check);
    expect(finished).toEqual(expect.arrayContaining(underWay));
    await kill.restart();
    await people.goOn(release);
    await expectAllIsWell(kill, release, run);
    // Only the checks: a canary that waits for the first answers of the candidate is tried again by design.
    const checks = (await kill.facts.jobs(release)).filter(({ name }) => name === "run-check");
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.filter(({ retries }) => retries > 0)).toEqual([]);
  });

  it("SIGTERM, and it doesn't end: the process stops all the same and hands the job back for another one to go on at once", async () => {
    const { run, release, hold } = await stopInChecks(kill, people);
    await hold.blocked(PER_PROCESS);
    // One check may wait with several queries: all that a process runs at once have to be under way.
    const underWay = await eventually("as many checks as run at once", async () => {
      const checks = (await activeChecks(release)).map(({ check }) => check);
      return checks.length === PER_PROCESS ? checks : null;
    });
    const { code, seconds } = await terminate(async () => undefined);
    report("SIGTERM, the running checks don't end; the process ended after", seconds);
    expect(code).toBe(0);
    expect(await activeChecks(release), "still claimed by a process that is gone").toEqual([]);
    const facts = await kill.facts.ofRelease(release);
    const finished = facts.filter(({ type }) => type === "check-finished").map(({ data }) => data.check);
    expect(
      underWay.filter((check) => finished.includes(check)),
      "a stopped check has no result",
    ).toEqual([]);
    await hold.release();
    const began = performance.now();
    await kill.restart();
    await people.checked(release);
    const resumed = (performance.now() - began) / 1000;
    report("SIGTERM, and the next process has all results after", resumed);
    await people.goOn(release);
    await expectAllIsWell(kill, release, run);
  });
});
