import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readableText } from "#sandbox/demo/read-blocks";
import type { Config } from "#src/config/load-config";
import { scheduleWith } from "#test/operations/schedule-config";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { eventually, OMAR, RELEASE, ROSA, startTestBot, type TestBot } from "#test/support/bot";

const releasers: Releasers = [];
let bot: TestBot;
let now = Date.parse("2026-11-23T20:00:00Z");
beforeAll(async () => {
  bot = await startTestBot(releasers, {
    config: nightly,
    bot: { clock: { now: () => now }, lookAfter: "* * * * * *" },
  });
});
afterAll(() => release(releasers));

const nightly = (config: Config): Config => scheduleWith(config, { backup: "0 1 * * *", drill: "0 5 * * *" });

const posts = () =>
  bot.slack.workspace
    .messages(RELEASE, ROSA)
    .filter(
      ({ user, threadTs, ephemeralFor }) =>
        user === bot.slack.workspace.bot.userId && threadTs === null && ephemeralFor === null,
    );
const words = (index: number) => {
  const message = posts()[index];
  return message === undefined ? "" : `${message.text}\n${readableText(message.blocks)}`;
};
const thread = () => bot.slack.workspace.messages(RELEASE, ROSA).filter(({ threadTs }) => threadTs === posts()[0]?.ts);

test("a night is one message for the week, quiet where it passed and loud where it didn't", async () => {
  // Nothing was due before; the schedule counts from now on.
  await eventually(() => bot.count("schedule-set"), 2);
  now = Date.parse("2026-11-24T00:00:30Z");
  await eventually(() => words(0), /✅ pass · Backup #1 .*was taken and verified/);
  expect(words(0)).toMatch(/support-docs · week 48 of 2026/);
  await eventually(
    () =>
      thread()
        .map(({ text }) => text)
        .join(),
    /Backup #1/,
  );
  expect(posts()).toHaveLength(1);

  await damageBackups();
  now = Date.parse("2026-11-24T04:00:30Z");
  await eventually(() => words(1), /❌ fail · Restore drill #1 of support-docs/);
  expect(words(1)).toContain(`<@${OMAR}>`);
  await eventually(() => words(0), /❌ fail · Restore drill #1/);
  expect(thread()).toHaveLength(1);
});

test("people ask when it runs, and start one", async () => {
  const told = await bot.answerTo(ROSA, () => bot.command(ROSA, "/golive schedule"));
  expect(told).toMatch(/Next of `support-docs`: Backup/);
  expect(told).toMatch(/Restore drill · 2026-11-25 04:00 UTC · 0 5 .*Europe\/Berlin\n❌ fail · #1/);
  expect(told).toMatch(/Smoke · not scheduled/);
  await bot.command(ROSA, "/golive run backup");
  await eventually(() => words(0), /✅ pass · Backup #2 .*asked for by Rosa/);
  expect(await bot.refusal(OMAR, () => bot.command(OMAR, "/golive run backup"))).toMatch(/start needs the role/);
});

async function damageBackups(): Promise<void> {
  const { storage } = bot.config.golive.backups;
  if (storage.kind !== "directory") throw new Error("backups are elsewhere");
  const folder = resolve(bot.config.dir, storage.path, "support-docs");
  const [backup = ""] = await readdir(folder);
  const [part = ""] = await readdir(join(folder, backup, "data"));
  await rm(join(folder, backup, "data", part));
}
