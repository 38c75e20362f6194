import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { RELEASE } from "#sandbox/demo/scenes";
import { expectAllIsWell } from "#test/kill/all-is-well";
import { type KillHouse, openKillHouse } from "#test/kill/kill-house";
import { createPeople, has, type People, SIGNERS, signedBy } from "#test/kill/people";
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

/** kill -9 of the server and everything it was doing, and a new start on the same data. */
async function crashDatabase(): Promise<void> {
  await kill.killPostgres();
  await kill.startPostgresAgain();
}

describe("the database is killed under a running bot", () => {
  it("while checks run: the bot lives on, and the release with it", async () => {
    const { pid } = kill.house.bot();
    const { run, release } = await stopInChecks(kill, people);
    const began = performance.now();
    await crashDatabase();
    await people.goOn(release);
    report("Postgres killed while checks run", (performance.now() - began) / 1000);
    expect(kill.house.bot().pid).toBe(pid);
    await expectAllIsWell(kill, release, run);
  });

  it("in the commit of a sign-off: the person hears that it may not count, presses again, and counts once", async () => {
    const [dan] = SIGNERS;
    if (dan === undefined) throw new Error("nobody signs");
    const run = await kill.candidate();
    const release = await people.start(run);
    await people.checked(release);
    await kill.holdEvent("signed").then(async (hold) => {
      await people.pressSign(dan);
      await hold.blocked();
    });
    await crashDatabase();
    expect(await kill.stage.answer(dan.user, RELEASE)).toMatch(/may or may not count/);
    expect(signedBy(await kill.facts.ofRelease(release), dan)).toBe(false);
    await people.goOn(release);
    await expectAllIsWell(kill, release, run);
  });

  it("in the commit of the flip: it was not flipped, and is flipped once when the database is back", async () => {
    const run = await kill.candidate();
    const before = await kill.live();
    const release = await people.start(run);
    await people.checked(release);
    await people.signAll(release);
    const hold = await kill.holdFlip();
    await people.pressCutOver();
    await hold.blocked();
    const began = performance.now();
    await crashDatabase();
    if (!has(await kill.facts.ofRelease(release), "went-live")) expect(await kill.live()).toEqual(before);
    await people.live(release);
    report("Postgres killed in the flip's commit", (performance.now() - began) / 1000);
    await expectAllIsWell(kill, release, run);
  });

  it("and the bot with it: started without a database it says so and ends; with it, the release goes on", async () => {
    const run = await kill.candidate();
    const release = await people.start(run);
    const { pid } = kill.house.bot();
    await kill.killPostgres();
    await kill.kill();
    await expect(kill.restart()).rejects.toThrow(/database/i);
    expect(await kill.house.bot().ended).not.toBe(0);
    await kill.startPostgresAgain();
    await kill.facts.forgetLeasesOf(pid);
    await kill.restart();
    await people.goOn(release);
    await expectAllIsWell(kill, release, run);
  });
});
