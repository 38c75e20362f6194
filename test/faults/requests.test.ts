import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeliveryFault } from "#sandbox/slack/faults";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { DAN, eventually, MILA, ROSA, startTestBot, type TestBot } from "#test/support/bot";

const releasers: Releasers = [];
let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot(releasers, { slack: { eventRetryDelaysMs: [] } });
  await bot.start();
  await eventually(() => bot.offers(/^Sign/, "data-quality"), true);
});
afterAll(() => release(releasers));

/** What a request could have caused; the painter may still be at work on what was before. */
const snapshot = async () => ({
  facts: await bot.facts(),
  live: await bot.live(),
  asked: bot.slack.calls.filter(({ method }) => !method.startsWith("chat.")).length,
});
const HOUR = 3_600_000;

describe("a request that Slack did not send just now", () => {
  it.each<[string, DeliveryFault]>([
    ["unsigned", { kind: "unsigned" }],
    ["signed with another secret", { kind: "wrong-signature" }],
    ["an hour old", { kind: "misdated", byMs: -HOUR }],
    ["dated an hour ahead", { kind: "misdated", byMs: HOUR }],
    ["dated two minutes ahead", { kind: "misdated", byMs: 120_000 }],
  ])("%s is refused before anybody is asked, and nothing happens", async (_what, fault) => {
    const before = await snapshot();
    bot.slack.faults.nextDelivery("interaction", fault);
    await expect(bot.press(DAN, /^Sign/, "data-quality")).rejects.toThrow(/not responding/);
    expect(bot.slack.attempts.at(-1)).toMatchObject({ acked: false, status: 401 });
    expect(await snapshot()).toEqual(before);
  });

  it("a command with a forged signature starts nothing", async () => {
    const before = await snapshot();
    bot.slack.faults.nextDelivery("command", { kind: "wrong-signature" });
    await expect(bot.command(ROSA, "/golive cancel this is not me")).rejects.toThrow(/dispatch_failed/);
    expect(await snapshot()).toEqual(before);
  });

  it("an acknowledged request that arrives again byte for byte is refused", async () => {
    await bot.answerTo(ROSA, () => bot.command(ROSA, "/golive status"));
    const before = await snapshot();
    expect(await bot.slack.replayLast()).toBe(401);
    expect(await snapshot()).toEqual(before);
  });
});

describe("a request that Slack sends more than once, or late", () => {
  it("a click delivered twice at the same time is one sign-off and no refusal", async () => {
    bot.slack.faults.nextDelivery("interaction", { kind: "duplicate" });
    await bot.sign([[DAN, "data-quality"]]);
    await eventually(() => bot.slack.attempts.filter(({ fault }) => fault === "duplicate").length, 2);
    expect(await bot.count("signed")).toBe(1);
    await eventually(() => bot.thread().filter((note) => note.includes("Dan Ito signed")).length, 1);
    expect(bot.slack.workspace.messages("C0RELEASE", DAN).filter(({ ephemeralFor }) => ephemeralFor === DAN)).toEqual(
      [],
    );
  });

  it("a command delivered twice reruns the check once", async () => {
    const before = await bot.count("check-requested");
    bot.slack.faults.nextDelivery("command", { kind: "duplicate" });
    await bot.rerun(ROSA, "token-budget");
    await eventually(() => bot.slack.attempts.filter(({ fault }) => fault === "duplicate").length, 4);
    expect(await bot.count("check-requested")).toBe(before + 1);
  });

  it("a click that arrives late counts if what was seen still stands", async () => {
    bot.slack.faults.nextDelivery("interaction", { kind: "late", ms: 400 });
    await bot.sign([[MILA, "accuracy"]]);
    expect((await bot.facts()).filter(({ type, by }) => type === "signed" && by === MILA)).toHaveLength(1);
  });

  it("an event that says twice and late that a channel was archived pauses once", async () => {
    bot.slack.faults.nextDelivery("event", { kind: "duplicate" });
    bot.slack.workspace.archive("C0RELEASE");
    await eventually(() => bot.count("paused"), 1);
    bot.slack.faults.nextDelivery("event", { kind: "late", ms: 300 });
    bot.slack.workspace.unarchive("C0RELEASE");
    await eventually(() => bot.count("resumed"), 1);
    expect(await bot.count("paused")).toBe(1);
  });
});
