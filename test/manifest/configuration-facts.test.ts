import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Json, sha256 } from "#src/manifest/canonical";
import { askedModels } from "#src/manifest/collect-models";
import { compareReport } from "#src/manifest/collect-service";
import { FACT_NAMES, type FactName, readConfigurationFacts } from "#src/manifest/configuration-facts";
import { redact } from "#src/manifest/redact";
import { checksTouchedBy, signOffsResting } from "#src/manifest/touches";
import type { ServiceReport } from "#src/rag/service";
import { configBody, honestReport } from "#test/support/config-body";
import { serviceFixture } from "#test/support/rag-fixture";

// As the manifest holds it: without the secret.
const body = z.record(z.string(), z.json()).parse(redact(configBody(30)));
const problems = (...args: Parameters<typeof readConfigurationFacts>) => readConfigurationFacts(...args).problems;

describe("what can change an answer", () => {
  it("is all there in the standard layout", () => {
    const { facts, problems: none } = readConfigurationFacts(body, {});
    expect(none).toEqual([]);
    expect(facts.map(({ name }) => name)).toEqual(FACT_NAMES);
  });

  it("is named when it is left out, or null where null says nothing", () => {
    expect(
      problems({ ...body, prompt: { ...Object(body.prompt), sha256: null }, thresholds: undefined as never }, {}),
    ).toEqual([
      "configuration.body.prompt.sha256 is null (prompt_sha256)",
      "configuration.body.thresholds is not known (thresholds)",
    ]);
    // All but `few_shot_selection`, which means `fixed` where it is left out, and the selector's two, which say that a program chose.
    expect(problems(null, {})).toHaveLength(FACT_NAMES.length - 3);
  });

  it("names the selector and its seed where a program chose the examples, and neither where people did", () => {
    const { few_shot_selector: _, few_shot_selector_seed: __, ...byPeople } = Object(body.prompt);
    const of = (prompt: object) => problems({ ...body, prompt: { ...byPeople, ...prompt } }, {});
    expect(of({})).toEqual([]);
    expect(of({ few_shot_selector: "cover-1", few_shot_selector_seed: 0 })).toEqual([]);
    expect(of({ few_shot_selector: "cover-1" })).toEqual([
      "configuration.body.prompt.few_shot_selector_seed is not known (few_shot_selector_seed)",
    ]);
    expect(of({ few_shot_selector_seed: 42 })).toEqual([
      "configuration.body.prompt.few_shot_selector is not known (few_shot_selector)",
    ]);
    expect(of({ few_shot_selection: "per-question" })).toHaveLength(2);
    expect(of({ few_shot_selector: "TODO", few_shot_selector_seed: 0.5 })).toEqual([
      expect.stringMatching(/few_shot_selector is "TODO" .*expected a name/),
      expect.stringMatching(/few_shot_selector_seed is 0.5 .*expected a whole number from 0/),
    ]);
    expect(
      of({ few_shot_selection: "per-question", few_shot_selector: "knn-1", few_shot_selector_seed: null }),
    ).toEqual(["configuration.body.prompt.few_shot_selector_seed is null (few_shot_selector_seed)"]);
  });

  it.each<[fact: FactName, path: string, value: Json, expected: RegExp]>([
    [
      "tokenizer_sha256",
      "embedding.tokenizer_sha256",
      "<sha256>",
      /"<sha256>" \(tokenizer_sha256\); expected a SHA-256/,
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what stands there when nobody filled it in
    ["tokenizer_sha256", "embedding.tokenizer_sha256", "${TOKENIZER_SHA}", /expected a SHA-256/],
    ["tokenizer_sha256", "embedding.tokenizer_sha256", "0".repeat(64), /expected a SHA-256/],
    ["prompt_sha256", "prompt.sha256", "", /is "" \(prompt_sha256\); expected a SHA-256/],
    ["prompt_sha256", "prompt.sha256", "prompt_v1.0", /expected a SHA-256/],
    ["few_shot_pool_sha256", "prompt.few_shot_pool_sha256", "none", /expected a SHA-256/],
    ["thresholds", "thresholds", {}, /is \{\} .*applies: false/],
    ["weights", "retrieval.weights", {}, /is \{\}/],
    ["temperature", "generation.temperature", "zero", /is "zero" .*expected a number from 0 to 2/],
    ["temperature", "generation.temperature", -1, /expected a number from 0/],
    ["few_shot_ids", "prompt.few_shot_ids", "none", /expected a list of ids/],
    ["few_shot_ids", "prompt.few_shot_ids", ["fs-1", "fs-1"], /each once/],
    ["few_shot_selection", "prompt.few_shot_selection", "some", /"per-question"/],
    ["fusion", "retrieval.fusion", "?", /is "\?" .*a name/],
    ["generation_model", "generation.model", "TBD", /no placeholder/],
    ["chain_of_thought", "generation.chain_of_thought", "off", /true or false/],
    ["chunk_prefix_policy", "chunking.prefix_policy", "B", /"A" or "none"/],
    ["embedding_dimension", "embedding.dimension", 0, /from 1 to 16,000/],
  ])("is no fact when %s is a placeholder, made up or of another type (%s: %j)", (fact, path, value, expected) => {
    const changed = structuredClone(configBody(30));
    // With a pool, so that only the one fact is wrong.
    Object(changed.prompt).few_shot_pool_sha256 = sha256("pool");
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    Object(steps.reduce<object>((at, step) => Object(Reflect.get(at, step)), changed))[last] = value;
    expect(problems(changed, {})).toEqual([expect.stringMatching(expected)]);
    expect(problems(changed, {})[0]).toMatch(new RegExp(`^configuration\\.body\\.${path} is .*\\(${fact}\\)`));
  });

  it("shows no more than the beginning of a wrong value", () => {
    const changed = { ...body, thresholds: "x ".repeat(5_000) };
    expect(problems(changed, {})[0]?.length).toBeLessThan(250);
  });

  it("may stand elsewhere, when golive.yaml says where", () => {
    const moved = { ...body, thresholds: undefined as never, limits: { score: 0.2 } };
    expect(problems(moved, { thresholds: "limits" })).toEqual([]);
    expect(problems(moved, { thresholds: "limits.nowhere" })).toEqual([
      "configuration.body.limits.nowhere is not known (thresholds)",
    ]);
  });

  it("may be declared away, unless it is there", () => {
    const declared = { seed: { applies: false, reason: "its model takes no seed" } } as const;
    expect(problems(body, declared)).toEqual([
      "configuration.body.generation.seed is there, though golive.yaml says that seed does not apply",
    ]);
    const without = { ...body, generation: { ...Object(body.generation), seed: null } };
    expect(problems(without, declared)).toEqual([]);
  });

  it("asks for a reranker only where reranking is not off", () => {
    expect(askedModels(body, {}, "judge-1")).toEqual({
      generation: "sandbox.extractive-reader-v1",
      embedding: "sandbox.hash-embed-256-v1",
      judge: "judge-1",
    });
    const on = { ...body, rerank: { enabled: true, model: "rerank-1", top_n: 8 } };
    expect(askedModels(on, {}, "judge-1")).toMatchObject({ rerank: "rerank-1" });
    expect(askedModels({ ...body, rerank: { enabled: true, model: null, top_n: 8 } }, {}, "j").rerank).toBeNull();
  });
});

describe("what a service reports", () => {
  const asked = { run: "b", config: "v2" };
  it("agrees with the version that was reviewed", () => {
    expect(compareReport(honestReport(body), asked, body, serviceFixture()).contradictions).toEqual([]);
  });

  it("is contradicted by its own hash, its pair and each key that differs", () => {
    const lying = { ...honestReport(body), config_hash: "0".repeat(64) };
    expect(compareReport(lying, asked, body, serviceFixture()).contradictions).toEqual([
      expect.stringMatching(/^it reports CONFIG_HASH 000000000000, but the configuration it shows has [0-9a-f]{12}$/),
    ]);
    expect(compareReport(honestReport(body, "a", "v1"), asked, body, serviceFixture()).contradictions).toEqual([
      "it answers for run a, not for b",
      "it answers for configuration v1, not for v2",
    ]);
    expect(compareReport(honestReport({ ...body, top_k: 31 }), asked, body, serviceFixture()).contradictions).toEqual([
      "it runs top_k: 30 → 31",
    ]);
  });
});

describe("what a service reports beside its configuration", () => {
  const said = (changes: Partial<ServiceReport>) =>
    compareReport({ ...honestReport(body), ...changes }, { run: "b", config: "v2" }, body, serviceFixture())
      .contradictions;
  const { models } = honestReport(body);

  it.each<[what: string, changes: Partial<ServiceReport>, expected: string[]]>([
    ["another service", { service: "other" }, ["it is the service other, not docs"]],
    [
      "a model that nobody configured",
      { models: { ...models, generation: [...models.generation, "somebody.else-v2"] } },
      ["it generates with somebody.else-v2, which its configuration does not name"],
    ],
    [
      "another reader",
      { models: { ...models, generation: ["claude-3"] } },
      ["it does not name the generation model sandbox.extractive-reader-v1 among those it asks (claude-3)"],
    ],
    [
      "another embedder",
      { models: { ...models, embedding: "titan-2" } },
      ["it embeds with titan-2, its configuration says sandbox.hash-embed-256-v1"],
    ],
    [
      "a reranker that is off",
      { models: { ...models, rerank: "rerank-1" } },
      ["it reranks with rerank-1, its configuration says nothing"],
    ],
    ["more model calls", { model_calls_per_answer: 40 }, ["it makes 40 model calls for an answer, golive.yaml says 1"]],
  ])("is contradicted by %s", (_what, changes, expected) => {
    expect(said(changes)).toEqual(expected);
  });

  it("agrees when a model is named as its vendor names it, or the service as golive.yaml does", () => {
    expect(said({ models: { ...models, generation: ["extractive-reader"] }, service: "docs" })).toEqual([]);
  });
});

describe("what a difference touches", () => {
  it.each([
    ["configuration.body.rerank.top_n", ["manifest", "config-hash", "prompt-audit", "rerank-settings"]],
    ["configuration.body.prompt.few_shot_ids", ["manifest", "config-hash", "prompt-audit", "few-shot-leakage"]],
    ["active.digest", ["manifest", "previous-run-intact", "candidate-run", "backup", "chunks-backup"]],
    ["ingest_run.digest", ["manifest", "candidate-run", "index-presence", "token-budget", "prefix-leakage"]],
    ["thresholds.gates.backup.version", ["manifest", "backup"]],
    ["models.judge.arn", ["manifest", "model-versions", "models", "evaluation-floors", "evaluation-baseline"]],
    ["model_limits.per_second", ["manifest", "concurrency", "models"]],
    ["datasets", ["manifest", "few-shot-leakage", "evaluation-floors", "evaluation-baseline"]],
    ["few_shot_pool.sha256", ["manifest", "few-shot-leakage"]],
  ])("is, for %s, these checks", (key, checks) => {
    expect(checksTouchedBy(key)).toEqual(checks);
  });

  it("follows a fact to where the service keeps it", () => {
    expect(checksTouchedBy("configuration.body.ranking.keep", { rerank_top_n: "ranking.keep" })).toContain(
      "rerank-settings",
    );
  });

  it("is every sign-off that covers one of the checks", () => {
    const signOff = (id: string, covers: string[]) => ({ id, title: id, role: "r", quorum: 1, covers });
    const all = [signOff("data", ["candidate-run"]), signOff("go", ["candidate-run", "backup"]), signOff("told", [])];
    expect(signOffsResting(all, ["manifest", "backup"])).toEqual(["go"]);
    expect(signOffsResting(all, ["candidate-run"])).toEqual(["data", "go"]);
  });
});
