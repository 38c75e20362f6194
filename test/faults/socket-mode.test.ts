import { afterEach, expect, it } from "vitest";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { CANDIDATE, eventually, LIVE_BEFORE, ROSA, startTestBot } from "#test/support/bot";

const releasers: Releasers = [];
afterEach(() => release(releasers));

it("over Socket Mode a release goes from the command to the cutover, over two databases", async () => {
  const bot = await startTestBot(releasers, { mode: "socket" });
  await bot.start();
  expect(await bot.live()).toEqual(LIVE_BEFORE);
  await bot.sign();
  await bot.press(ROSA, /^Cut over$/);
  await eventually(() => bot.live(), CANDIDATE);
  await eventually(() => bot.message(), /is live; it was .*run-1/);
  expect(await bot.count("pointer-flipped")).toBe(1);
  expect(bot.posts()).toHaveLength(1);
  expect(bot.log.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
});
