import { expect, it } from "vitest";
import * as w from "#test/release/world";

const stop = { type: "stop-cutover", because: "The RAG store did not answer" } as const;
const cutting = w.play(w.ready, w.cutOver(w.rosa));

it("a cutover whose sources can't be asked is stopped with its reason, and the sign-offs stand", () => {
  const stopped = w.play(cutting, stop);
  expect(w.releaseOf(stopped)).toMatchObject({ standing: "open", stopped: [stop.because], cutover: null });
  expect(w.releaseOf(stopped).signOffs).toEqual(w.releaseOf(w.ready).signOffs);
  expect(w.factsOf(stopped, w.cutOver(w.rosa))).toEqual(["cutover-requested"]);
});

it("a flip that was intended is not called off by it: the ledger alone says what happened", () => {
  expect(w.factsOf(w.play(cutting, w.intendFlip("f1")), stop)).toEqual([]);
});

it("without a cutover under way nothing is stopped", () => {
  expect(w.factsOf(w.ready, stop)).toEqual([]);
});
