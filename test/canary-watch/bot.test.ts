import { Pool } from "pg";
import { expect, it } from "vitest";
import { SERVICE } from "#sandbox/demo/populate";
import { prepareRows } from "#src/observations/prepare-rows";
import { storeObservations } from "#src/observations/store-observations";
import { CANDIDATE, eventually, LIVE_BEFORE, ROSA, withBot } from "#test/support/bot";

const MINUTE = 60_000;

it("what goes live is watched: a leak in the canary is told in the channel, and the pointer goes back by itself after five minutes", () => {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  return withBot(
    async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
      await eventually(() => bot.count("canary-started"), 1);

      const from = clock.now();
      ahead = 41 * MINUTE;
      await observe(bot.database.appUrl, clock.now(), [
        [from + MINUTE, "baseline", false],
        [from + MINUTE, "canary", true],
        [from + 40 * MINUTE, "baseline", false],
        [from + 40 * MINUTE, "canary", false],
      ]);
      await eventually(() => bot.count("breach-found"), 1);
      await eventually(
        () =>
          bot
            .canaryPosts()
            .map(({ text }) => text)
            .join("\n"),
        /prefix.leakage/i,
      );
      expect(await bot.live()).toEqual(CANDIDATE);

      ahead += 5 * MINUTE;
      await eventually(() => bot.live(), LIVE_BEFORE);
      await eventually(() => bot.count("canary-ended"), 1);
      expect(await bot.count("rollback-triggered")).toBe(1);
      expect(await bot.count("rollback-requested")).toBe(1);
    },
    { bot: { clock, watchPace: { openMs: 100, idleMs: 200 } } },
  );
});

async function observe(url: string, now: number, seen: readonly (readonly [number, string, boolean])[]): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1 });
  const entries = seen.map(([at, arm, leak], index) => ({
    place: index + 1,
    value: { at: new Date(at).toISOString(), arm, trace_id: `t-${index}`, prefix_leakage: leak },
  }));
  const { rows } = await prepareRows(SERVICE, entries, { now, lateAfterMs: 60 * MINUTE });
  await storeObservations(pool, rows);
  await pool.end();
}
