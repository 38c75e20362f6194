import { expect, it } from "vitest";
import { withStore } from "#sandbox/rag/rag-store";
import { CANDIDATE, eventually, LIVE_BEFORE, ROSA, withBot } from "#test/support/bot";

/** A pointer that nobody can move, as when the store is out of disk or a trigger of its owner says no. */
const BREAK = `CREATE FUNCTION rag.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the pointer is stuck'; END $$;
  CREATE TRIGGER no BEFORE UPDATE ON rag.active_pointer FOR EACH ROW EXECUTE FUNCTION rag.no()`;
const MEND = "DROP TRIGGER no ON rag.active_pointer";

it("a flip that could not be made for two minutes is called back: it never happens later by surprise, and people decide again", () => {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  return withBot(
    async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      await withStore(bot.rag.adminUrl, (client) => client.query(BREAK));
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.count("flip-intended"), 1);
      ahead = 3 * 60_000;
      await eventually(() => bot.count("cutover-stopped"), 1);
      await withStore(bot.rag.adminUrl, (client) => client.query(MEND));
      await eventually(() => bot.thread().join("\n"), /could not be made in time and was called back/);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
      expect(await bot.count("went-live")).toBe(0);

      await eventually(() => bot.offers(/^Cut over$/), true);
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
      await eventually(() => bot.count("went-live"), 1);
    },
    { bot: { clock } },
  );
});
