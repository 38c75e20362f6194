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

describe("the decision never happened: on restart it is taken once and the release goes on", () => {
  it.each(momentsOf("job"))("killed in the commit of $event", async (moment) => {
    const seconds = await playKillInCommit(kill, moment, "rolled-back");
    report(`kill -9 in the commit of ${moment.event} (rolled-back), live after`, seconds);
  });
});
