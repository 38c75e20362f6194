import { describe, expect, it } from "vitest";
import type { CallFault } from "#sandbox/slack/faults";
import {
  CANDIDATE,
  DAN,
  eventually,
  INES,
  LIVE_BEFORE,
  ROSA,
  SIGNATURES,
  type TestBot,
  withBot,
} from "#test/support/bot";

const SILENT: readonly [string, CallFault][] = [
  ["429", { kind: "ratelimited", retryAfterSeconds: 1 }],
  ["500", { kind: "server-error" }],
  ["nothing", { kind: "timeout-before" }],
];
/** Where Slack says nothing, the story is as long as the bot's patience. */
const patience = (fault: CallFault) => (fault.kind.startsWith("timeout") ? { slackTimeoutMs: 1_500 } : {});
const notesOf = (bot: TestBot, words: RegExp) => bot.thread().filter((note) => words.test(note));

describe.concurrent("posting and updating while Slack answers badly", () => {
  it.each<[string, CallFault]>([...SILENT, ["nothing, although it was done", { kind: "timeout-after" }]])(
    "%s: the release goes on all the same; one message, every note once",
    (_what, fault) =>
      withBot(async (bot) => {
        for (const method of ["chat.postMessage", "chat.update"]) bot.slack.faults.nextCall(method, fault);
        await bot.start();
        await bot.sign([[DAN, "data-quality"]]);
        await eventually(() => bot.message(), /Data quality of the candidate run by Dan Ito/);
        bot.slack.faults.nextCall("chat.postMessage", fault);
        await bot.sign([[INES, "go-ahead"]]);
        await eventually(() => bot.message(), /1 of 2 signed by Ines Roy/);
        await eventually(() => notesOf(bot, /Ines Roy signed/).length, 1);
        expect(notesOf(bot, /Dan Ito signed/)).toHaveLength(1);
        expect(bot.posts()).toHaveLength(1);
        expect(bot.slack.calls.filter((call) => call.fault === fault.kind)).toHaveLength(3);
      }, patience(fault)),
  );

  it("nothing at all works for a while: people can still decide, and the message catches up", () =>
    withBot(async (bot) => {
      await bot.start();
      await eventually(() => bot.offers(/^Sign/, "data-quality"), true);
      for (const method of ["chat.postMessage", "chat.update", "response_url"]) {
        bot.slack.faults.someCalls(method, { kind: "server-error", status: 503 }, 1);
      }
      await bot.sign([[DAN, "data-quality"]]);
      bot.slack.faults.clear();
      await eventually(() => bot.message(), /by Dan Ito/);
      await bot.sign(SIGNATURES.slice(1));
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
      await eventually(() => notesOf(bot, /Live.*run-2/).length, 1);
      expect(notesOf(bot, /signed/)).toHaveLength(SIGNATURES.length);
    }));
});

describe.concurrent("asking who somebody is while Slack answers badly", () => {
  it.each(SILENT)(
    "users.info answers %s: the click is not counted and the person is told to press again",
    (_what, fault) =>
      withBot(async (bot) => {
        await bot.start();
        await eventually(() => bot.offers(/^Sign/, "data-quality"), true);
        bot.slack.faults.someCalls("users.info", fault, 1);
        const told = await bot.refusal(DAN, () => bot.press(DAN, /^Sign/, "data-quality"));
        expect(told).toMatch(/Slack didn't say who you are.*not counted.*Nothing changed; please press again/);
        bot.slack.faults.clear();
        // Questions that still wait for their answer are shared: pressing again may come too soon once more.
        await eventually(async () => {
          if ((await bot.count("signed")) === 0) await bot.press(DAN, /^Sign/, "data-quality");
          return bot.count("signed");
        }, 1);
      }, patience(fault)),
  );

  it.each(SILENT)("usergroups answers %s: nobody is guessed, the sign-offs that stand keep standing", (_what, fault) =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign([[INES, "go-ahead"]]);
      const asked = () => bot.slack.calls.filter(({ method }) => method === "usergroups.users.list").length;
      const before = asked();
      bot.slack.faults.someCalls("usergroups.users.list", fault, 1);
      // What was known of the group is forgotten once Slack tells that it changed.
      bot.slack.workspace.setGroup("S0RELEASE", [INES, "U0TOM"]);
      await eventually(() => asked() > before, true);
      const told = await bot.refusal("U0TOM", () => bot.press("U0TOM", /^Sign/, "go-ahead"));
      expect(told).toMatch(/Nothing was done: Slack did not say who is in release-approver.*doesn't guess/);
      expect(await bot.count("sign-off-voided")).toBe(0);
      bot.slack.faults.clear();
      await eventually(async () => {
        if ((await bot.count("signed")) === 1) await bot.press("U0TOM", /^Sign/, "go-ahead");
        return bot.count("signed");
      }, 2);
    }, patience(fault)),
  );

  it("conversations.info answers nothing at a start: nothing is started, and that is said", () =>
    withBot(
      async (bot) => {
        bot.slack.faults.someCalls("conversations.info", { kind: "timeout-before" }, 1);
        const told = await bot.refusal(ROSA, () => bot.command(ROSA, "/golive start"));
        expect(told).toMatch(/Slack didn't say whether this channel is shared.*nothing was started/);
        expect(await bot.live()).toEqual(LIVE_BEFORE);
      },
      { slackTimeoutMs: 1_500 },
    ));

  it("Slack says nothing at the cutover: the pointer stays, and the thread says what could not be asked", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      bot.slack.faults.someCalls("usergroups.users.list", { kind: "server-error" }, 1);
      const told = await bot.refusal(ROSA, () => bot.press(ROSA, /^Cut over$/));
      expect(told).toMatch(/Slack did not say who is in/);
      bot.slack.faults.clear();
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
    }));
});

describe.concurrent("an answer to one person", () => {
  it("an expired response URL: the same words come as an ephemeral message", () =>
    withBot(async (bot) => {
      bot.slack.faults.nextCall("response_url", { kind: "server-error", status: 404 });
      expect(await bot.answerTo(ROSA, () => bot.command(ROSA, "/golive strat"))).toMatch(/Did you mean/);
    }));

  it("no ephemeral message either: a direct message", () =>
    withBot(async (bot) => {
      bot.slack.faults.nextCall("response_url", { kind: "server-error", status: 404 });
      bot.slack.faults.nextCall("chat.postEphemeral", { kind: "error", error: "not_in_channel" });
      await bot.command(ROSA, "/golive strat");
      await eventually(() => bot.direct(ROSA).join(), /Did you mean/);
    }));
});
