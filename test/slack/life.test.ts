import { afterEach, describe, expect, it } from "vitest";
import { ACTIONS } from "#src/slack/ids";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { type AppBench, press, releaseMessage, SERVICE, startApp } from "#test/slack/app-bench";
import { CHANNEL, posted } from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const eventually = { timeout: 40_000, interval: 20 };

async function started(): Promise<AppBench> {
  const bench = await startApp(releasers);
  await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "start");
  await expect.poll(() => posted(bench.slack).length, eventually).toBe(1);
  return bench;
}

const paused = (bench: AppBench) => expect.poll(async () => (await bench.view())?.release.paused ?? null, eventually);
const letters = (bench: AppBench, user: string) =>
  bench.slack.workspace.messages(`D0${user.slice(1)}`, user).map(({ text }) => text);

describe("Slack's life", () => {
  it("a deleted release message is posted again, with the newest state", async () => {
    const bench = await started();
    const before = releaseMessage(bench.slack)?.ts ?? "";
    await bench.slack.hands.deleteMessage(CHANNEL, before);
    await expect.poll(() => posted(bench.slack).map(({ ts }) => ts !== before), eventually).toEqual([true]);
  });

  it("other people's deleted messages cause nothing", async () => {
    const bench = await started();
    await bench.slack.hands.say("U0MILA", CHANNEL, "hello");
    const said = bench.slack.workspace.messages(CHANNEL, "U0MILA").at(-1);
    await bench.slack.hands.deleteMessage(CHANNEL, said?.ts ?? "");
    await bench.stopApp();
    expect(posted(bench.slack)).toHaveLength(1);
  });

  it("an archived channel pauses the release and tells requester and on-call once; unarchived, it goes on", async () => {
    const bench = await started();
    const { workspace } = bench.slack;
    workspace.archive(CHANNEL);
    await paused(bench).toBe("channel-archived");
    await expect.poll(() => letters(bench, "U0ROSA").length, eventually).toBe(1);
    await expect.poll(() => letters(bench, "U0OMAR").length, eventually).toBe(1);
    expect(letters(bench, "U0OMAR")[0]).toMatch(/paused|held/i);

    workspace.unarchive(CHANNEL);
    workspace.inviteBot(CHANNEL);
    await paused(bench).toBeNull();
    await expect.poll(() => posted(bench.slack).length, eventually).toBe(1);
    expect(letters(bench, "U0OMAR")).toHaveLength(1);
  });

  it("the bot put out of the channel pauses the release; invited again, it goes on", async () => {
    const bench = await started();
    bench.slack.workspace.removeBot(CHANNEL);
    await paused(bench).toBe("bot-removed");
    await expect.poll(() => letters(bench, "U0ROSA").length, eventually).toBe(1);
    bench.slack.workspace.inviteBot(CHANNEL);
    await paused(bench).toBeNull();
  });

  it("a channel that is shared with another organisation pauses the release until it isn't", async () => {
    const bench = await started();
    bench.slack.workspace.shareExternally(CHANNEL);
    await paused(bench).toBe("channel-shared-externally");
    bench.slack.workspace.unshareExternally(CHANNEL);
    await paused(bench).toBeNull();
  });

  it("no release starts in a shared channel", async () => {
    const bench = await startApp(releasers);
    bench.slack.workspace.shareExternally(CHANNEL);
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "start");
    await expect
      .poll(() => bench.slack.calls.some(({ method }) => method === "conversations.info"), eventually)
      .toBe(true);
    await bench.stopApp();
    expect(await bench.view()).toBeNull();
  });

  it.each([["is deactivated", (bench: AppBench) => bench.slack.workspace.deactivate("U0MILA")]])(
    "a sign-off is voided and asked again when the person %s",
    async (_what, change) => {
      const bench = await started();
      await bench.finishChecks();
      const mine = (await bench.view())?.signOffs.find((one) => one.mayNow.some(({ id }) => id === "U0MILA"));
      await press(bench.slack, "U0MILA", ACTIONS.sign, mine?.definition.id);
      await expect.poll(async () => (await bench.view())?.release.signOffs.length, eventually).toBe(1);
      change(bench);
      await expect.poll(async () => (await bench.view())?.release.signOffs.length, eventually).toBe(0);
      expect((await bench.view())?.release.voided.at(-1)).toMatchObject({
        person: { id: "U0MILA" },
        because: { kind: "left-role" },
      });
    },
  );

  it("a sign-off is voided when the person leaves the user group", async () => {
    const bench = await started();
    await bench.finishChecks();
    const mine = (await bench.view())?.signOffs.find((one) => one.mayNow.some(({ id }) => id === "U0INES"));
    await press(bench.slack, "U0INES", ACTIONS.sign, mine?.definition.id);
    await expect.poll(async () => (await bench.view())?.release.signOffs.length, eventually).toBe(1);
    bench.slack.workspace.setGroup("S0RELEASE", ["U0TOM"]);
    await expect.poll(async () => (await bench.view())?.release.signOffs.length, eventually).toBe(0);
  });

  it("a change of somebody nobody counts on resolves nothing", async () => {
    const bench = await started();
    const before = (await bench.story()).length;
    const lookups = bench.slack.calls.filter(({ method }) => method === "users.info").length;
    bench.slack.workspace.deactivate("U0GUS");
    await bench.slack.eventsTried();
    await bench.stopApp();
    expect(bench.slack.calls.filter(({ method }) => method === "users.info")).toHaveLength(lookups);
    expect(await bench.story()).toHaveLength(before);
  });

  it("an event that Slack repeats causes nothing twice", async () => {
    const bench = await started();
    bench.slack.faults.someDeliveries("event", { kind: "late", ms: 30 }, 0.5);
    bench.slack.workspace.archive(CHANNEL);
    bench.slack.workspace.tell({
      subscription: "channel_archive",
      event: { type: "channel_archive", channel: CHANNEL, user: "U0ROSA", event_ts: "1.1" },
    });
    await paused(bench).toBe("channel-archived");
    await bench.slack.eventsTried();
    await bench.stopApp();
    expect((await bench.story()).filter((type) => type === "paused")).toHaveLength(1);
    expect(letters(bench, "U0OMAR").length).toBeLessThanOrEqual(1);
  });

  it("the thread tells the story in order", async () => {
    const bench = await started();
    await bench.finishChecks("fail");
    const ts = releaseMessage(bench.slack)?.ts;
    const thread = () =>
      bench.slack.workspace
        .messages(CHANNEL, "U0ROSA")
        .filter(({ threadTs }) => threadTs === ts)
        .map(({ text }) => text);
    await expect.poll(() => thread().length, eventually).toBeGreaterThan(2);
    expect(thread()[0]).toMatch(/Release #1 started by Rosa Lind/);
    expect(new Set(thread()).size).toBe(thread().length);
    expect((await bench.view())?.release.service).toBe(SERVICE);
  });
});
