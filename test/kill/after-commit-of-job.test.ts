import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { playKillInCommit } from "#test/kill/in-commit";
import { type KillHouse, openKillHouse } from "#test/kill/kill-house";
import { momentsOf } from "#test/kill/moments";
import { report } from "#test/kill/report";

let kill: KillHouse;
beforeAll(async () => {
  kill = await openKillHouse();
});
afterEach(({ task }) => kill?.endStory(task.result?.state === "fail"));
afterAll(() => kill?.close());

describe("the decision is committed, the process never hears of it: on restart nothing is done again and the release goes on", () => {
  it.each(momentsOf("job"))("killed in the commit of $event", async (moment) => {
    const seconds = await playKillInCommit(kill, moment, "committed");
    report(`kill -9 in the commit of ${moment.event} (committed), live after`, seconds);
  });
});
