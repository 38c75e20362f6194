import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAllIsWell, messagesOf, notesOf } from "#test/kill/all-is-well";
import { type KillHouse, openKillHouse } from "#test/kill/kill-house";
import { createPeople, type People, SIGNERS } from "#test/kill/people";
import { report } from "#test/kill/report";

let kill: KillHouse;
let people: People;
beforeAll(async () => {
  kill = await openKillHouse();
  people = createPeople(kill);
});
afterEach(({ task }) => kill?.endStory(task.result?.state === "fail"));
afterAll(() => kill?.close());

const POST = "chat.postMessage";
type Lost = "timeout-before" | "timeout-after";

/** The next post meets the fault: never arrives, or arrives without an answer. Killed while it waits for one. */
async function killInPost(lost: Lost, act: () => Promise<void>): Promise<number> {
  const { slack } = kill.house;
  const met = (): number => slack.calls.filter(({ method, fault }) => method === POST && fault === lost).length;
  const before = met();
  // The canary of the story before has a message too, which may be on its way.
  await kill.facts.until("everything before to be said", kill.facts.isAllSaid);
  slack.faults.nextCall(POST, { kind: lost });
  await act();
  await kill.facts.until("a post without an answer", async () => met() > before);
  const { pid } = kill.house.bot();
  await kill.kill();
  return pid;
}

const everythingIsPosted = (release: string): Promise<true> =>
  kill.facts.until("the thread to be up to date", async () =>
    (await kill.facts.posts(release)).every(({ state }) => state === "sent"),
  );

describe("between the journal and Slack", () => {
  it("killed before the release message arrived: after the restart there is one", async () => {
    const run = await kill.candidate();
    const pid = await killInPost("timeout-before", () => people.typeStart(run));
    const release = await people.releaseOf(run);
    expect(messagesOf(kill, release)).toHaveLength(0);
    await kill.facts.forgetLeasesOf(pid);
    await kill.restart();
    await people.goOn(release);
    await expectAllIsWell(kill, release, run);
  });

  it("killed when the release message had arrived unnoticed: it is found again within a minute and a half, not posted twice", async () => {
    const run = await kill.candidate();
    await killInPost("timeout-after", () => people.typeStart(run));
    const release = await people.releaseOf(run);
    expect(messagesOf(kill, release)).toHaveLength(1);
    const began = performance.now();
    await kill.restart();
    // Nobody helps here: the dead process's hold on the message runs out by itself.
    await kill.facts.until("the message to be known", () => kill.facts.isPainted(release), 90_000);
    report("the message of a killed painter is taken over", (performance.now() - began) / 1000);
    expect(messagesOf(kill, release)).toHaveLength(1);
    await people.goOn(release);
    await expectAllIsWell(kill, release, run);
  });

  it.each(["timeout-before", "timeout-after"] as const)(
    "killed while a note is on its way (%s): the thread has it once",
    async (lost) => {
      const run = await kill.candidate();
      const release = await people.start(run);
      await people.checked(release);
      await everythingIsPosted(release);
      const notes = notesOf(kill, release).length;
      const pid = await killInPost(lost, async () => {
        for (const signer of SIGNERS.slice(0, 1)) await people.pressSign(signer);
      });
      expect(notesOf(kill, release)).toHaveLength(lost === "timeout-after" ? notes + 1 : notes);
      await kill.facts.forgetLeasesOf(pid);
      await kill.restart();
      await everythingIsPosted(release);
      expect(notesOf(kill, release)).toHaveLength(notes + 1);
      await people.goOn(release);
      await expectAllIsWell(kill, release, run);
    },
  );
});
