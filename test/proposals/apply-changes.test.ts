import { describe, expect, it } from "vitest";
import { applyChanges, valueAt } from "#src/operations/proposals/apply-changes";
import { configNameOf, proposalIdOf } from "#src/operations/proposals/proposal-id";
import * as s from "#test/proposals/story";

describe("changing a configuration's body", () => {
  it("sets what was measured and leaves the rest byte for byte", () => {
    const changed = applyChanges(s.BODY, [
      { path: "retrieval.rrf_k", from: 60, to: 20 },
      { path: "retrieval.weights.sparse", from: 1, to: 1.5 },
      { path: "chunking.overrides.code", from: null, to: { max_tokens: 300 } },
    ]);
    expect(changed).toEqual({
      ok: true,
      body: {
        retrieval: { rrf_k: 20, weights: { dense: 1, sparse: 1.5 } },
        note: "as it was",
        chunking: { overrides: { code: { max_tokens: 300 } } },
      },
    });
  });

  it("takes a key away where nothing is to stand", () => {
    expect(applyChanges(s.BODY, [{ path: "note", from: "as it was", to: null }])).toEqual({
      ok: true,
      body: { retrieval: s.BODY.retrieval },
    });
  });

  it("changes nothing that stands there otherwise than measured, and says what", () => {
    const wrong = applyChanges(s.BODY, [{ path: "retrieval.rrf_k", from: 40, to: 20 }]);
    expect(wrong).toEqual({ ok: false, says: "retrieval.rrf_k is 60, not 40 as it was measured." });
    expect(applyChanges(s.BODY, [{ path: "note.deeper", from: null, to: 1 }])).toMatchObject({ ok: false });
    expect(applyChanges(s.BODY, [])).toMatchObject({ ok: false });
    expect(applyChanges("text", [{ path: "a", from: null, to: 1 }])).toMatchObject({ ok: false });
  });

  it("reads no inherited key", () => {
    expect(valueAt({}, "constructor")).toBeNull();
    expect(valueAt({}, "__proto__.x")).toBeNull();
  });
});

describe("names", () => {
  it("are the same for the same content, and don't grow from one proposal to the next", () => {
    const of = (config: string) => configNameOf({ kind: "retrieval-nudge", base: { ...s.BASE, config } }, s.BODY);
    expect(of("v1")).toMatch(/^v1\+nudge-[0-9a-f]{8}$/);
    expect(of(of("v1"))).toBe(of("v1"));
    expect(of("v1+few-shot-0123abcd")).toBe(of("v1"));
    expect(configNameOf({ kind: "retrieval-nudge", base: s.BASE }, { other: 1 })).not.toBe(of("v1"));
  });

  it("of proposals follow from service, kind, base and evidence alone", () => {
    const id = proposalIdOf("docs", "retrieval-nudge", s.BASE, { digest: "d" });
    expect(id).toMatch(/^pp_[0-9a-f]{16}$/);
    expect(proposalIdOf("docs", "retrieval-nudge", { ...s.BASE }, { digest: "d" })).toBe(id);
    expect(proposalIdOf("docs", "retrieval-nudge", s.BASE, { digest: "e" })).not.toBe(id);
    expect(proposalIdOf("docs", "retrieval-nudge", { ...s.BASE, digest: "x" }, { digest: "d" })).not.toBe(id);
  });
});
