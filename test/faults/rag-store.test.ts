import { describe, expect, it } from "vitest";
import { SERVICE } from "#sandbox/demo/populate";
import { putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import { CANDIDATE, DAN, eventually, LIVE_BEFORE, MILA, ROSA, type TestBot, until, withBot } from "#test/support/bot";
import { editChunk } from "#test/support/rag-house";

const verdicts = async (bot: TestBot, check: string) =>
  (await bot.facts())
    .filter(({ type, data }) => type === "check-finished" && data.check === check)
    .map(({ data }) => Reflect.get(Object(data.result), "verdict"));
const notes = (bot: TestBot) => bot.thread().join("\n");

describe.concurrent("the RAG store down", () => {
  it("at a start: nothing is started and the person hears what could not be reached", () =>
    withBot(async (bot) => {
      await bot.lines.rag.cut();
      const told = await bot.refusal(ROSA, () => bot.command(ROSA, "/golive start"));
      expect(told).toMatch(
        /RAG store could not be reached.*nothing was decided and nothing changed.*try again in a minute/s,
      );
      expect(told).not.toContain(new URL(bot.lines.rag.url).password);
      const status = await bot.refusal(ROSA, () => bot.command(ROSA, "/golive status"));
      expect(status).toMatch(/could not be read from its RAG store/);
      await bot.lines.rag.mend();
      await bot.start();
    }));

  it("during the checks: they end in an error, never a pass; a rerun once it is back makes them green", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.lines.rag.cut();
      await bot.rerun(ROSA, "all");
      for (const check of ["prefix-leakage", "index-presence", "candidate-run", "token-budget"]) {
        expect(await verdicts(bot, check)).toEqual(["pass", "error"]);
      }
      await eventually(() => bot.message(), /prefix-leakage.*: could not run.*RAG store could not be reached/s);
      expect(bot.offers(/^Sign/, "go-ahead")).toBe(false);
      await bot.lines.rag.mend();
      await bot.rerun(ROSA, "all");
      expect(await verdicts(bot, "prefix-leakage")).toEqual(["pass", "error", "pass"]);
      await bot.sign();
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
    }));

  it("at the cutover: it stops before the flip and says so; pressed again once it is back it goes live, once", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      await bot.lines.rag.cut();
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.count("cutover-stopped"), 1);
      await eventually(() => notes(bot), /cutover stopped before the flip.*RAG store could not be reached/s);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
      await bot.lines.rag.mend();
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.live(), CANDIDATE);
      await eventually(() => bot.count("went-live"), 1);
      expect(await bot.count("flip-intended")).toBe(1);
    }));
});

describe.concurrent("the data behind a release", () => {
  it("one chunk edited: a rerun fails, exactly the sign-offs over that evidence are void and asked again with the reason", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await editChunk(bot.rag.adminUrl, "run-2", "Document: leaks. ");
      await bot.rerun(MILA, "prefix-leakage");
      expect(await verdicts(bot, "prefix-leakage")).toEqual(["pass", "fail"]);
      const voided = (await bot.facts())
        .filter(({ type }) => type === "sign-off-voided")
        .map(({ data }) => data.signOff);
      expect(voided.toSorted()).toEqual(["data-quality", "go-ahead", "go-ahead"]);
      await eventually(
        () => notes(bot),
        /Dan Ito's sign-off of .*Data quality.*evidence changed.*prefix-leakage: pass → fail/s,
      );
      await eventually(() => notes(bot), /Prefix leakage.*1 of 43 chunks/s);
      await eventually(() => bot.message(), /prefix-leakage: 1 of 43 chunks begin/);
      expect(bot.offers(/^Cut over$/)).toBe(false);
      expect(bot.offers(/^Sign/, "accuracy")).toBe(false);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
    }));

  it("a rerun that finds the same voids nothing", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign([[DAN, "data-quality"]]);
      await bot.rerun(ROSA, "all");
      expect(await bot.count("sign-off-voided")).toBe(0);
    }));

  it("changed without a rerun: Cut over collects the manifest again, stops, and the pointer stays", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      await putConfig(bot.rag.adminUrl, "v1", { retrieval: { top_k_dense: 1 } });
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.count("cutover-stopped"), 1);
      await eventually(() => notes(bot), /manifest/i);
      expect(await bot.count("flip-intended")).toBe(0);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
    }));
});

describe.concurrent("the pointer moved outside", () => {
  it("before the cutover: Golive does not flip over it, and says what it found", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      await setPointer(bot.rag.adminUrl, SERVICE, { run: "run-1", config: "v2" });
      const status = await bot.answerTo(DAN, () => bot.command(DAN, "/golive status"));
      expect(status).toMatch(/pointer was moved since.*A cutover of this release would be refused/s);
      await bot.press(ROSA, /^Cut over$/);
      const ended = (types: readonly string[]) => types.some((type) => /cutover-stopped|release-failed/.test(type));
      await until("an end of the cutover", async () => (await bot.facts()).map(({ type }) => type), ended);
      expect(await bot.live()).toEqual({ run: "run-1", config: "v2" });
      expect(await bot.count("pointer-flipped")).toBe(0);
      await eventually(() => notes(bot), /cutover stopped before the flip|pointer was moved/);
    }));

  it("between the last look and the flip: compare-and-set refuses, the release fails and names what is live", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      await withPointerHeld(bot, async (move) => {
        await bot.press(ROSA, /^Cut over$/);
        await eventually(() => bot.count("flip-intended"), 1);
        await move({ run: "run-1", config: "v2" });
      });
      await eventually(() => bot.count("release-failed"), 1);
      await eventually(() => notes(bot), /release failed.*moved meanwhile.*run-1.*v2.*run-1.*v1/s);
      expect(await bot.live()).toEqual({ run: "run-1", config: "v2" });
      expect(await bot.count("pointer-flipped")).toBe(0);
      expect(await bot.count("went-live")).toBe(0);
    }));

  it("the store lost between the last look and the flip: back again, the same flip happens once", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      await withPointerHeld(bot, async () => {
        await bot.press(ROSA, /^Cut over$/);
        await eventually(() => bot.count("flip-intended"), 1);
        await bot.lines.rag.cut();
      });
      await bot.lines.rag.mend();
      await eventually(() => bot.count("went-live"), 1);
      expect(await bot.live()).toEqual(CANDIDATE);
      expect(await bot.count("flip-intended")).toBe(1);
      expect(await bot.count("pointer-flipped")).toBe(1);
    }));
});

/** Holds the pointer's row while `during` runs, as somebody does who edits it by hand: a flip waits for the end. */
async function withPointerHeld(
  bot: TestBot,
  during: (move: (to: { run: string; config: string }) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  await withStore(bot.rag.adminUrl, async (client) => {
    await client.query("BEGIN");
    await client.query("SELECT 1 FROM rag.active_pointer WHERE service = $1 FOR UPDATE", [SERVICE]);
    await during(({ run, config }) =>
      client.query("UPDATE rag.active_pointer SET ingest_run_id = $2, config_version = $3 WHERE service = $1", [
        SERVICE,
        run,
        config,
      ]),
    );
    await client.query("COMMIT");
  });
}
