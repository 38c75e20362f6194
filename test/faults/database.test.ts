import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { runGolive } from "#sandbox/demo/bot-process";
import { withStore } from "#sandbox/rag/rag-store";
import { serviceEnvironment } from "#sandbox/rag/service-defaults";
import { type Releasers, release, TOKENS } from "#test/sandbox/bolt-app";
import {
  CANDIDATE,
  DAN,
  eventually,
  LIVE_BEFORE,
  MILA,
  ROSA,
  SIGNATURES,
  startTestBot,
  type TestBot,
  until,
  withBot,
} from "#test/support/bot";

const releasers: Releasers = [];
afterEach(() => release(releasers));

describe("the database down at start", () => {
  it("`serve` says that it can't be reached and what to look at, shows no password, and exits", async () => {
    const bot = await startTestBot(releasers);
    const url = new URL(bot.lines.database.url);
    await bot.lines.database.cut();
    const ended = await serve(bot);
    expect(ended).toMatchObject({ code: 3, out: "" });
    expect(ended.err).toMatch(/database can't be reached.*pointer is untouched.*try again/s);
    expect(ended.err).not.toContain(url.password);
    expect(ended.err).not.toContain("    at ");
    expect(ended.out).toBe("");
  });

  it("a database that is there but not migrated is said to be that", async () => {
    const bot = await startTestBot(releasers);
    // The RAG store's database has none of Golive's tables.
    const ended = await serve(bot, { DATABASE_URL: bot.rag.appUrl });
    expect(ended).toMatchObject({ code: 3, out: "" });
    expect(ended.err).toMatch(/golive migrate/);
  });

  function serve(bot: TestBot, env: Readonly<Record<string, string>> = {}) {
    return runGolive(
      join(import.meta.dirname, "../.."),
      {
        // The test itself may run on an older Node; the product's own comes first.
        PATH: `${join(import.meta.dirname, "../../node_modules/.bin")}:${dirname(process.execPath)}`,
        ...serviceEnvironment(bot.rag.appUrl, { url: bot.ragService.url, bedrock: bot.bedrock.url }),
        DATABASE_URL: bot.lines.database.url,
        SLACK_BOT_TOKEN: TOKENS.botToken.padEnd(20, "0"),
        SLACK_SIGNING_SECRET: TOKENS.signingSecret.padEnd(20, "0"),
        SLACK_API_URL: bot.slack.apiUrl,
        PORT: "0",
        ...env,
      },
      ["serve"],
    );
  }
});

describe.concurrent("the database lost in the middle", () => {
  it("a click is told that nothing was recorded; once it is back the same click counts and the release goes on", () =>
    withBot(async (bot) => {
      await bot.start();
      await eventually(() => bot.offers(/^Sign/, "data-quality"), true);
      await bot.lines.database.cut();

      const told = await bot.refusal(DAN, () => bot.press(DAN, /^Sign/, "data-quality"));
      expect(told).toMatch(/database did not answer.*nothing was recorded and nothing changed.*again in a minute/s);
      const status = await bot.refusal(ROSA, () => bot.command(ROSA, "/golive status"));
      expect(status).toMatch(/database did not answer/);

      await bot.lines.database.mend();
      await bot.sign();
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
      await eventually(() => bot.message(), /is live/);
      expect(await bot.count("pointer-flipped")).toBe(1);
      expect(bot.posts()).toHaveLength(1);
      expect((await bot.facts()).filter(({ type }) => type === "signed")).toHaveLength(SIGNATURES.length);
    }));

  it("lost while the checks run: every one of them ends once it is back, none twice", () =>
    withBot(async (bot) => {
      await bot.command(ROSA, "/golive start");
      await until(
        "a check that runs",
        () => bot.count("check-started"),
        (count) => count > 0,
      );
      await bot.lines.database.cut();
      await bot.lines.database.mend();
      await bot.checked();
      const finished = (await bot.facts()).filter(({ type }) => type === "check-finished");
      const attempts = finished.map(({ data }) => `${data.check} ${data.attempt}`);
      expect(new Set(attempts).size).toBe(attempts.length);
      await eventually(() => bot.message(), /21 of 21 checks/);
    }));

  it("backends ended by an administrator: the process lives, and a click counts once", () =>
    withBot(async (bot) => {
      await bot.start();
      await eventually(() => bot.offers(/^Sign/, "accuracy"), true);
      await withStore(bot.database.adminUrl, (client) =>
        client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'golive_app'",
        ),
      );
      // Whoever meets a connection that is dead is told so, and presses again.
      await eventually(async () => {
        if ((await bot.count("signed")) === 0) await bot.press(MILA, /^Sign/, "accuracy");
        return bot.count("signed");
      }, 1);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
    }));

  it("fallen silent without closing a connection: the person is told all the same, and the next click counts", () =>
    withBot(async (bot) => {
      await bot.start();
      await eventually(() => bot.offers(/^Sign/, "data-quality"), true);
      bot.lines.database.mute();
      const told = await bot.refusal(DAN, () => bot.press(DAN, /^Sign/, "data-quality"));
      expect(told).toMatch(/database did not answer.*nothing was recorded and nothing changed/s);
      await bot.lines.database.cut();
      await bot.lines.database.mend();
      await bot.sign([[DAN, "data-quality"]]);
      expect(await bot.count("signed")).toBe(1);
    }));
});
