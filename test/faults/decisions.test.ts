import { describe, expect, it } from "vitest";
import { ingestNext } from "#sandbox/demo/populate";
import { findButtons } from "#sandbox/demo/read-blocks";
import type { SandboxView } from "#sandbox/slack/model";
import {
  CANDIDATE,
  DAN,
  eventually,
  INES,
  LIVE_BEFORE,
  MEI,
  MILA,
  OMAR,
  ROSA,
  SIGNATURES,
  type TestBot,
  TOM,
  until,
  withBot,
} from "#test/support/bot";
import { corpus } from "#test/support/rag-house";

const notes = (bot: TestBot) => bot.thread().join("\n");

/** Opens All details, turns pages until the button of `item` is there, and presses it. */
async function pressInDetails(bot: TestBot, user: string, item: string, label: RegExp): Promise<void> {
  await bot.press(user, /^All details$/);
  for (let page = 0; ; page += 1) {
    const reached = (window: SandboxView | undefined) => carriedPage(window) === page;
    const details = await until(`page ${page} of the details`, () => bot.window(user), reached);
    const button = buttonIn(details, item, label);
    const next = button ?? findButtons(blocksOf(details)).find((each) => each.label === "Next page");
    if (next === undefined) throw new Error(`Details has no button ${label} of ${item}`);
    const done = await bot.slack.hands.click(user, { viewId: details?.id ?? "" }, next.blockId, next.actionId);
    if (!done.ok) throw new Error(done.error);
    if (button !== undefined) return;
  }
}

const blocksOf = (window: SandboxView | undefined) => (Array.isArray(window?.view.blocks) ? window.view.blocks : []);

/** The page that Details shows; undefined while it is still being read. */
function carriedPage(window: SandboxView | undefined): unknown {
  if (window?.view.callback_id !== "details") return undefined;
  return JSON.parse(String(window.view.private_metadata)).p;
}

function buttonIn(window: SandboxView | undefined, item: string, label: RegExp) {
  return findButtons(blocksOf(window)).find((each) => each.blockId.endsWith(`:${item}`) && label.test(each.label));
}

/** Fills in the window on top and sends it off. */
async function submit(
  bot: TestBot,
  user: string,
  callback: string,
  typed: Readonly<Record<string, string>>,
): Promise<void> {
  await until(
    `the window ${callback}`,
    () => bot.window(user)?.view.callback_id,
    (id) => id === callback,
  );
  const values = Object.fromEntries(
    Object.entries(typed).map(([block, text]) => [block, { [`input.${block}`]: text }]),
  );
  const done = await bot.slack.hands.submit(user, bot.window(user)?.id ?? "", values);
  if (!done.ok) throw new Error(done.error);
}

describe.concurrent("withdrawing", () => {
  it("takes one's own signature back until the cutover: the item is asked again and nothing can be cut over", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      const old = bot.keepMessage();
      await bot.press(TOM, /^Withdraw$/, "go-ahead");
      await eventually(() => bot.count("sign-off-withdrawn"), 1);
      await eventually(() => notes(bot), /Tom Vega withdrew their sign-off of .*Go-ahead/);
      await eventually(() => bot.offers(/^Cut over$/), false);
      await bot.sign([[TOM, "go-ahead"]]);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.count("went-live"), 1);
      const told = await bot.refusal(MILA, () => old.press(MILA, /^Withdraw$/, "accuracy"));
      expect(told).toMatch(/Release #1 is over \(live\)/);
      expect(bot.offers(/^(Withdraw|Sign)/)).toBe(false);
    }));
});

describe.concurrent("a veto", () => {
  it("holds the cutover, only its holder can lift it, and then the release goes on", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await pressInDetails(bot, OMAR, "dashboards", /^Object/);
      await submit(bot, OMAR, "object", { reason: "The latency panel is empty" });
      await eventually(() => bot.count("vetoed"), 1);
      await eventually(
        () => bot.message(),
        /Monitoring dashboards configured: vetoed by Omar Haddad \(The latency panel is empty\)/,
      );
      await eventually(() => bot.offers(/^Cut over$/), false);
      const told = await bot.refusal(DAN, () => bot.press(DAN, /^Lift objection$/, "dashboards"));
      expect(told).toMatch(/can't lift the veto on Monitoring dashboards.*Omar Haddad holds it/);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
      await bot.press(OMAR, /^Lift objection$/, "dashboards");
      await eventually(() => notes(bot), /Omar Haddad lifted their objection/);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
    }));

  it("by somebody outside the role is none", () =>
    withBot(async (bot) => {
      await bot.start();
      const told = await bot.refusal(DAN, async () => {
        await pressInDetails(bot, DAN, "dashboards", /^Object/);
        await submit(bot, DAN, "object", { reason: "I do not like it at all" });
      });
      expect(told).toMatch(/needs the role on-call \(Omar Haddad\)/);
    }));
});

describe.concurrent("breaking the glass", () => {
  it("alone with a typed reason lifts somebody else's veto, loudly", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await vetoDashboards(bot);
      await pressInDetails(bot, INES, "dashboards", /^Break the glass/);
      await submit(bot, INES, "break-glass", { reason: "Omar is on a plane and customers are down" });
      await eventually(() => bot.count("glass-broken"), 1);
      await eventually(
        () => notes(bot),
        /The glass was broken.* by Ines Roy.*Omar is on a plane.*Overruled: <@U0OMAR>/s,
      );
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
    }));

  it("without a reason takes two people; the requester is neither", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await vetoDashboards(bot);
      const ask = async (user: string) => {
        await pressInDetails(bot, user, "dashboards", /^Break the glass/);
        await submit(bot, user, "break-glass", {});
      };
      expect(await bot.refusal(ROSA, () => ask(ROSA))).toMatch(/You can't/);
      await ask(INES);
      await eventually(() => bot.count("break-glass-asked"), 1);
      expect(await bot.refusal(INES, () => ask(INES))).toMatch(/A second person is needed/);
      expect(await bot.count("glass-broken")).toBe(0);
      await ask(TOM);
      await eventually(() => bot.count("glass-broken"), 1);
      await eventually(() => notes(bot), /The glass was broken.* by Ines Roy(,| and) Tom Vega/);
    }));

  async function vetoDashboards(bot: TestBot): Promise<void> {
    await pressInDetails(bot, OMAR, "dashboards", /^Object/);
    await submit(bot, OMAR, "object", { reason: "The latency panel is empty" });
    await eventually(() => bot.count("vetoed"), 1);
  }
});

describe.concurrent("a waiver", () => {
  const leaking = async (bot: TestBot) => {
    await ingestNext(bot.rag.adminUrl, corpus, { leakPrefix: 3 });
    await bot.start("start run-3");
    await eventually(() => bot.message(), /prefix-leakage: 3 of \d+ chunks begin/);
  };

  it("with a reason opens the gate for exactly this outcome, and everybody reads it", () =>
    withBot(async (bot) => {
      await leaking(bot);
      expect(bot.offers(/^Sign/, "data-quality")).toBe(false);
      await pressInDetails(bot, INES, "prefix-leakage", /^Waive/);
      await submit(bot, INES, "waive", { reason: "Three chunks of the changelog, fixed next week", hours: "4" });
      await eventually(() => bot.count("waived"), 1);
      await eventually(() => notes(bot), /Ines Roy waived .*Prefix leakage.*Three chunks of the changelog/s);
      await bot.sign([[MEI, "data-quality"], ...SIGNATURES.filter(([, signOff]) => signOff !== "data-quality")]);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), { run: "run-3", config: "v1" });
    }));

  it("of somebody without the right, or without a reason worth the name, waives nothing", () =>
    withBot(async (bot) => {
      await leaking(bot);
      const told = await bot.refusal(DAN, async () => {
        await pressInDetails(bot, DAN, "prefix-leakage", /^Waive/);
        await submit(bot, DAN, "waive", { reason: "It is not that bad, is it", hours: "4" });
      });
      expect(told).toMatch(/waive needs the role release-approver \(Ines Roy and Tom Vega\)/);
      await pressInDetails(bot, INES, "prefix-leakage", /^Waive/);
      await expect(submit(bot, INES, "waive", { reason: "ok", hours: "4" })).rejects.toThrow();
      const long = { reason: "A good reason, but for weeks", hours: "400" };
      expect(await bot.refusal(INES, () => submit(bot, INES, "waive", long))).toMatch(
        /A waiver ends within 1 d.*Nothing was done/,
      );
      expect(await bot.count("waived")).toBe(0);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
    }));
});

describe.concurrent("cancelling", () => {
  it("by somebody without the right changes nothing; by the requester it ends the release, what is live stays", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign([[DAN, "data-quality"]]);
      expect(await bot.refusal(MILA, () => bot.command(MILA, "/golive cancel I say so"))).toMatch(
        /cancel needs the role/,
      );
      const told = await bot.answerTo(ROSA, () => bot.command(ROSA, "/golive cancel a better run is coming"));
      expect(told).toMatch(/Release #1 of support-docs is cancelled\. What is live stays/);
      await eventually(() => bot.message(), /was cancelled by Rosa Lind: a better run is coming/);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
      expect(bot.offers(/^(Sign|Cut over|Withdraw)/)).toBe(false);
      expect(await bot.refusal(ROSA, () => bot.command(ROSA, "/golive rerun all"))).toMatch(
        /Release #1 is over \(cancelled\)/,
      );
      await bot.start();
      expect(await bot.count("release-started")).toBe(2);
    }));
});
