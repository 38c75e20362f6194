import { describe, expect, it } from "vitest";
import {
  CANDIDATE,
  DAN,
  eventually,
  INES,
  LIVE_BEFORE,
  MEI,
  MILA,
  OMAR,
  RELEASE,
  ROSA,
  type TestBot,
  TOM,
  withBot,
} from "#test/support/bot";

const voids = async (bot: TestBot) =>
  (await bot.facts())
    .filter(({ type }) => type === "sign-off-voided")
    .map(({ data }) => `${data.signOff} ${JSON.stringify(data.because)}`);
const lastNote = (bot: TestBot, words: RegExp) => bot.thread().findLast((note) => words.test(note)) ?? "";

describe.concurrent("the release message", () => {
  it("deleted by somebody, it is posted again with the story so far in its thread, and its buttons work", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign([[OMAR, "team-notified"]]);
      const [first] = bot.posts();
      await bot.slack.hands.deleteMessage(RELEASE, first?.ts ?? "");
      await eventually(() => bot.posts().length, 1);
      expect(bot.posts()[0]?.ts).not.toBe(first?.ts);
      await eventually(
        () => bot.thread().join("\n"),
        /posted again[\s\S]*Started by Rosa Lind[\s\S]*Signed: \*?Team notified of the go-live schedule\*? \(Omar/,
      );
      expect(bot.thread().filter((note) => note.includes("posted again"))).toHaveLength(1);
      await bot.sign([[DAN, "data-quality"]]);
      await eventually(() => bot.message(), /Data quality of the candidate run by Dan Ito/);
      expect(bot.posts()).toHaveLength(1);
    }));
});

describe.concurrent("whoever has to sign", () => {
  it("is mentioned in one note when the checks are in, and not again by a rerun that finds the same", () =>
    withBot(async (bot) => {
      const mentions = () => bot.thread().filter((note) => note.includes("can be given now"));
      await bot.start();
      await eventually(() => mentions().length, 1);
      for (const user of [DAN, MILA, INES, TOM, OMAR]) expect(mentions()[0]).toContain(`<@${user}>`);
      expect(mentions()[0]).not.toContain(`<@${ROSA}>`);
      await bot.rerun(ROSA, "all");
      await bot.sign([[DAN, "data-quality"]]);
      await eventually(() => bot.thread().filter((note) => note.includes("Dan Ito signed")).length, 1);
      expect(mentions()).toHaveLength(1);
    }));
});

describe.concurrent("the channel", () => {
  it("archived: the release pauses, requester and on-call hear of it directly; unarchived: it goes on", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign([[DAN, "data-quality"]]);
      bot.slack.workspace.archive(RELEASE);
      for (const user of [ROSA, OMAR])
        await eventually(() => bot.direct(user).join(), /Paused.*archived.*Unarchive it/s);
      expect(await bot.count("paused")).toBe(1);
      expect(bot.direct(ROSA)).toHaveLength(1);
      expect(bot.direct(DAN)).toEqual([]);

      bot.slack.workspace.unarchive(RELEASE);
      await eventually(() => bot.count("resumed"), 1);
      await bot.sign([
        [MILA, "accuracy"],
        [INES, "go-ahead"],
        [TOM, "go-ahead"],
        [OMAR, "team-notified"],
        [OMAR, "dashboards"],
      ]);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
      expect(await voids(bot)).toEqual([]);
      expect(bot.posts()).toHaveLength(1);
    }));

  it("the bot removed: paused, told directly; invited back: the same message goes on", () =>
    withBot(async (bot) => {
      await bot.start();
      bot.slack.workspace.removeBot(RELEASE);
      for (const user of [ROSA, OMAR]) await eventually(() => bot.direct(user).join(), /Paused.*Invite Golive/s);
      await eventually(() => bot.count("paused"), 1);
      bot.slack.workspace.inviteBot(RELEASE);
      await eventually(() => bot.count("resumed"), 1);
      await bot.sign([[DAN, "data-quality"]]);
      await eventually(() => bot.message(), /Data quality of the candidate run by Dan Ito/);
      expect(bot.posts()).toHaveLength(1);
    }));

  it("shared with another organisation when all is signed: nobody is offered to cut over until it no longer is", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      bot.slack.workspace.shareExternally(RELEASE);
      await eventually(() => bot.count("paused"), 1);
      await eventually(() => bot.message(), /paused|Paused/);
      expect(bot.offers(/^Cut over$/)).toBe(false);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
      bot.slack.workspace.unshareExternally(RELEASE);
      await eventually(() => bot.count("resumed"), 1);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
    }));

  it("shared with another organisation: no release starts there", () =>
    withBot(async (bot) => {
      bot.slack.workspace.shareExternally(RELEASE);
      const told = await bot.refusal(ROSA, () => bot.command(ROSA, "/golive start"));
      expect(told).toMatch(
        /shared with another organisation, whose people could press the buttons\. No release starts there/,
      );
    }));

  it("shared while a release is open: paused, and a click in an old copy of the message is refused", () =>
    withBot(async (bot) => {
      await bot.start();
      await eventually(() => bot.offers(/^Sign/, "data-quality"), true);
      const old = bot.keepMessage();
      bot.slack.workspace.shareExternally(RELEASE);
      await eventually(() => bot.count("paused"), 1);
      const told = await bot.refusal(DAN, () => old.press(DAN, /^Sign/, "data-quality"));
      expect(told).toMatch(/release is paused.*shared with another organisation/s);
    }));
});

describe.concurrent("an approver who is no longer one", () => {
  it("leaves the user group: exactly that sign-off is void, and only who can stand in is asked", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      bot.slack.workspace.setGroup("S0RELEASE", [INES, MEI]);
      await eventually(() => bot.count("sign-off-voided"), 1);
      expect(await voids(bot)).toEqual(['go-ahead {"kind":"left-role","role":"release-approver"}']);
      await eventually(
        () => lastNote(bot, /no longer counts/),
        /Tom Vega's sign-off of .*Go-ahead.*left the role.*release-approver/s,
      );
      const note = lastNote(bot, /no longer counts/);
      expect(note).toContain("<@U0MEI>");
      expect(note).not.toMatch(/<@U0(TOM|INES|ROSA|DAN)>/);
      await eventually(() => bot.offers(/^Cut over$/), false);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
      await bot.sign([[MEI, "go-ahead"]]);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
    }));

  it("is deactivated: the sign-off is void, and the other approver is asked", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign([
        [DAN, "data-quality"],
        [MILA, "accuracy"],
      ]);
      bot.slack.workspace.deactivate(DAN);
      await eventually(() => bot.count("sign-off-voided"), 1);
      expect(await voids(bot)).toEqual(['data-quality {"kind":"left-role","role":"data-lead"}']);
      await eventually(() => lastNote(bot, /no longer counts/), /Dan Ito's sign-off of .*Data quality.*<@U0MEI>/s);
      await bot.sign([[MEI, "data-quality"]]);
    }));

  it("left without an event reaching Golive: Cut over finds out, refuses, and the pointer stays", () =>
    withBot(
      async (bot) => {
        await bot.start();
        await bot.sign();
        await eventually(() => bot.offers(/^Cut over$/), true);
        bot.slack.workspace.setGroup("S0RELEASE", [INES]);
        const told = await bot.answerTo(ROSA, () => bot.press(ROSA, /^Cut over$/));
        expect(told).toMatch(/cutover is blocked; the pointer is untouched.*Go-ahead.*1 of 2/s);
        expect(await bot.count("sign-off-voided")).toBe(1);
        expect(await bot.count("cutover-requested")).toBe(0);
        expect(await bot.live()).toEqual(LIVE_BEFORE);
      },
      { slack: { events: ["message.channels"] } },
    ));
});
