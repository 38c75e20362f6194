import { describe, expect, it } from "vitest";
import { SERVICE } from "#sandbox/demo/populate";
import {
  CANDIDATE,
  eventually,
  LIVE_BEFORE,
  ROSA,
  type TestBot,
  type TestBotOptions,
  withBot,
} from "#test/support/bot";

const HOUR = 3_600_000;
const isoOf = (at: number) => new Date(at).toISOString();

/** A bot whose domain clock can be put forward. */
function withTime(story: (bot: TestBot, pass: (ms: number) => void) => Promise<void>, options: TestBotOptions = {}) {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const pass = (ms: number) => {
    ahead += ms;
  };
  return withBot((bot) => story(bot, pass), { ...options, bot: { clock } });
}

describe.concurrent("time goes by", () => {
  it("evidence older than its hour opens nothing; run again with the same outcome, every sign-off still stands", () =>
    withTime(async (bot, pass) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      const old = bot.keepMessage();
      pass(HOUR + 60_000);
      const told = await bot.refusal(ROSA, () => old.press(ROSA, /^Cut over$/));
      expect(told).toMatch(
        /cutover is blocked; the pointer is untouched.*evidence is older than 1 h; it has to run again/s,
      );
      expect(await bot.live()).toEqual(LIVE_BEFORE);

      await bot.rerun(ROSA, "all");
      expect(await bot.count("sign-off-voided")).toBe(0);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
    }));

  it("a freeze window holds the cutover of a release that is ready, until it is over", () =>
    withTime(
      async (bot, pass) => {
        await bot.start();
        await bot.sign();
        await eventually(() => bot.message(), /Freeze window "Year end": nothing goes live for another/);
        expect(bot.offers(/^Cut over$/)).toBe(false);
        pass(HOUR / 2);
        await bot.rerun(ROSA, "environment");
        await bot.press(ROSA, /^Cut over$/);
        await eventually(() => bot.live(), CANDIDATE);
      },
      {
        config: (config) => {
          const docs = config.golive.services[SERVICE];
          if (docs === undefined) throw new Error(`no ${SERVICE} in configs/golive.yaml`);
          const window = { name: "Year end", from: isoOf(Date.now() - HOUR), to: isoOf(Date.now() + HOUR / 4) };
          const services = { ...config.golive.services, [SERVICE]: { ...docs, freeze_windows: [window] } };
          return { ...config, golive: { ...config.golive, services } };
        },
      },
    ));
});
