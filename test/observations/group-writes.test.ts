import { describe, expect, it } from "vitest";
import { JournalError } from "#src/journal/journal-error";
import { groupWrites, type StoreRows } from "#src/observations/group-writes";
import type { ObservationRow } from "#src/observations/prepare-rows";

const row = (traceId: string): ObservationRow => ({ service: "docs", at: 0, arm: "canary", traceId, body: "{}" });

/** A store that holds its first call until it is told to go on. */
function heldStore(answer: StoreRows) {
  const calls: string[][] = [];
  const goOn = Promise.withResolvers<void>();
  const store = groupWrites(async (rows) => {
    calls.push(rows.map(({ traceId }) => traceId));
    if (calls.length === 1) await goOn.promise;
    return answer(rows);
  });
  return { calls, store, goOn: goOn.resolve };
}

describe("writes that wait for another", () => {
  it("share the next transaction, and each hears of its own rows", async () => {
    const { calls, store, goOn } = heldStore(async (rows) => rows.filter(({ traceId }) => traceId !== "c"));
    const [a, b, c] = [[row("a")], [row("b"), row("c")], [row("d")]];
    const all = Promise.all([store(a), store(b), store(c)]);
    goOn();
    expect(await all).toEqual([a, [b[0]], c]);
    expect(calls).toEqual([["a"], ["b", "c", "d"]]);
  });

  it("are split where they would be too many rows, but one request never is", async () => {
    const { calls, store, goOn } = heldStore(async (rows) => rows);
    const many = (count: number) => Array.from({ length: count }, (_, n) => row(`${n}`));
    const all = Promise.all([store([row("first")]), store(many(3_000)), store(many(3_000)), store(many(9_000))]);
    goOn();
    await all;
    expect(calls.map(({ length }) => length)).toEqual([1, 3_000, 3_000, 9_000]);
  });

  it("all fail with a database that is away; a refusal that is meant for one of them fails that one", async () => {
    const away = heldStore(async () => {
      throw new JournalError("unreachable", true, "away");
    });
    const failed = Promise.allSettled([away.store([row("a")]), away.store([row("b")]), away.store([row("c")])]);
    away.goOn();
    expect((await failed).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(away.calls).toEqual([["a"], ["b", "c"]]);

    const picky = heldStore(async (rows) => {
      if (rows.some(({ traceId }) => traceId === "bad")) throw new Error("refused");
      return rows;
    });
    const told = Promise.allSettled([picky.store([row("a")]), picky.store([row("bad")]), picky.store([row("c")])]);
    picky.goOn();
    expect((await told).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
