import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { BotProcess } from "#sandbox/demo/bot-process";
import { expectAllIsWell } from "#test/kill/all-is-well";
import { type KillHouse, openKillHouse } from "#test/kill/kill-house";
import { createPeople, has, type People } from "#test/kill/people";
import { report } from "#test/kill/report";
import { stopInChecks } from "#test/kill/stop-in-checks";

let kill: KillHouse;
let people: People;
let second: BotProcess;
beforeAll(async () => {
  kill = await openKillHouse();
  people = createPeople(kill);
  second = await kill.secondBot();
});
afterEach(({ task }) => kill?.endStory(task.result?.state === "fail"));
afterAll(() => kill?.close());

/** Checks that one process runs at once: more than that are waiting only when both are at work. */
const PER_PROCESS = 3;

describe("two processes on one database", () => {
  it("one is killed while both run checks: the other one brings the release to its end", async () => {
    const { run, release, hold } = await stopInChecks(kill, people);
    await kill.facts.until(
      "both to run checks",
      async () =>
        (await kill.facts.jobs(release)).filter(({ name, state }) => name === "run-check" && state === "active")
          .length > PER_PROCESS,
    );
    const { pid } = kill.house.bot();
    await kill.kill();
    kill.talkTo("second");
    await hold.release();
    await kill.facts.forgetLeasesOf(pid);
    const began = performance.now();
    await people.goOn(release);
    report("one of two killed while both run checks", (performance.now() - began) / 1000);
    await expectAllIsWell(kill, release, run);
  });

  it("both run, and the one that flips is killed: the other one flips, once", async () => {
    await kill.restart();
    kill.talkTo("first");
    const run = await kill.candidate();
    const release = await people.start(run);
    await people.checked(release);
    await people.signAll(release);
    const hold = await kill.holdFlip();
    await people.pressCutOver();
    const [backend] = await hold.blocked();
    expect(has(await kill.facts.ofRelease(release), "flip-intended")).toBe(true);
    // Whose flip it is shows in who holds the connection: kill that one, go on with the other.
    const flips = await kill.facts.holderOf(backend, [kill.house.bot().pid, second.pid]);
    if (flips === second.pid) await second.kill();
    else {
      await kill.kill();
      kill.talkTo("second");
    }
    await hold.drop();
    await kill.facts.forgetLeasesOf(flips);
    const began = performance.now();
    await people.live(release);
    report("one of two killed in the flip", (performance.now() - began) / 1000);
    await expectAllIsWell(kill, release, run);
  });
});
