import { describe, expect, it } from "vitest";
import { checkObservation } from "#src/canary/check-observation";
import { secondsOf } from "#src/canary/observation";
import { keptBody } from "#src/observations/kept-body";
import { toObservationLine } from "#src/observations/otlp-mapping";

const LINE = { at: "2026-03-28T14:00:00Z", arm: "canary", trace_id: "t-1", latency_s: 2 };
const read = (fields: object) => {
  const checked = checkObservation({ ...LINE, ...fields });
  return checked.ok ? checked.observation : checked.refusal.sentence;
};

describe("what a trace says of how it was run", () => {
  it("is read: retries, a hard timeout, a rejection, and the time of each embedded text", () => {
    expect(read({ retries: 2, hard_timeout: false, rejected: false, embedding_ms: 12.5 })).toMatchObject({
      failed: false,
      retries: 2,
      hardTimeout: false,
      rejected: false,
      embeddingMs: [12.5],
    });
    expect(read({ embedding_ms: [3, 4] })).toMatchObject({ embeddingMs: [3, 4] });
  });

  it("is not said where it isn't there, and that is no zero", () => {
    const silent = { retries: null, hardTimeout: null, rejected: null, embeddingMs: null };
    expect(read({})).toMatchObject(silent);
    expect(read({ retries: null, hard_timeout: null, rejected: null, embedding_ms: [] })).toMatchObject(silent);
  });

  it("makes a request that was cut off or turned away a failed one, whatever its error says", () => {
    for (const fields of [{ hard_timeout: true }, { rejected: true, error: false }]) {
      const found = read(fields);
      if (typeof found === "string") throw new Error(found);
      expect([found.failed, secondsOf(found)]).toEqual([true, Number.POSITIVE_INFINITY]);
    }
  });

  it.each([
    [{ retries: 1.5 }, "retries is 1.5; expected a whole number"],
    [{ retries: -1 }, /^retries is -1; expected a number from 0/],
    [{ hard_timeout: "yes" }, 'hard_timeout is "yes"; expected true or false'],
    [{ rejected: 1 }, "rejected is 1; expected true or false"],
    [{ embedding_ms: -1 }, /^embedding_ms is -1; expected milliseconds/],
    [{ embedding_ms: [1, null] }, /^embedding_ms is \[1,null\]/],
    [{ embedding_ms: Array.from({ length: 65 }, () => 1) }, "embedding_ms has 65 times; at most 64"],
  ])("is refused by name when it is wrong: %j", (fields, sentence) => {
    expect(read(fields)).toEqual(typeof sentence === "string" ? sentence : expect.stringMatching(sentence));
  });

  it("is kept in the store, and comes from spans by its own name", () => {
    const said = { retries: 1, hard_timeout: false, rejected: false, embedding_ms: 20 };
    const kept = keptBody({ ...LINE, ...said });
    expect("body" in kept && JSON.parse(kept.body)).toEqual({ ...LINE, ...said });
    const attributes = new Map<string, unknown>(Object.entries(said).map(([key, value]) => [`golive.${key}`, value]));
    const span = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      start: 0n,
      end: 1_000_000_000n,
      attributes,
      events: [],
      failed: false,
      message: "",
    };
    expect(toObservationLine(span, "canary")).toMatchObject(said);
  });
});
