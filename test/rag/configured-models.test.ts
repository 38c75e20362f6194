import { describe, expect, it } from "vitest";
import { configuredModels } from "#src/rag/configured-models";

const paths = {
  generation: "generation.model",
  embedding: "embedding.model",
  rerank: "rerank.model",
  judge_model: "judge-1",
};
const body = {
  generation: { model: "reader-1" },
  embedding: { model: "embedder-1" },
  rerank: { enabled: true, model: "reranker-1" },
};

describe("the models of a configuration version", () => {
  it("are read from where golive.yaml says", () => {
    expect(configuredModels(paths, body)).toEqual({
      generation: "reader-1",
      embedding: "embedder-1",
      rerank: "reranker-1",
      problems: [],
    });
    const elsewhere = configuredModels({ ...paths, generation: "llm" }, { ...body, llm: "reader-2" });
    expect(elsewhere.generation).toBe("reader-2");
  });

  it.each([
    ["is null", { enabled: true, model: null }],
    ["is turned off beside its id", { enabled: false, model: "reranker-1" }],
    ["is turned off without one", { enabled: false }],
  ])("have no reranker where it %s", (_what, rerank) => {
    expect(configuredModels(paths, { ...body, rerank })).toMatchObject({ rerank: null, problems: [] });
  });

  it("have no reranker where the service has none at all", () => {
    const { rerank: _, ...without } = paths;
    expect(configuredModels(without, body)).toMatchObject({ rerank: null, problems: [] });
  });

  it.each([
    ["nothing there", { embedding: body.embedding }, "`generation.model` of the configuration version holds nothing"],
    [
      "a number",
      { ...body, generation: { model: 4 } },
      "holds a value of type number; expected the id of the generation",
    ],
    ["an empty text", { ...body, generation: { model: " " } }, "expected the id of the generation model"],
    ["a body that is a text", "reader-1", "`embedding.model` of the configuration version holds nothing"],
    ["a reranker that nobody named", { ...body, rerank: { enabled: true } }, "expected the id of the rerank model"],
    ["what every object inherits", { ...body, generation: Object.create({ model: "ghost" }) }, "holds nothing"],
  ])("are not guessed: %s", (_what, given, expected) => {
    expect(configuredModels(paths, given).problems.join("\n")).toContain(expected);
  });
});
