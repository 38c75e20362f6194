import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DeterministicSettings, parseDeterministicEnv } from "#src/config/determinism";
import type { Sampling } from "#src/models/model-call";
import { createModelClient } from "#src/models/model-client";
import { ANSWER, embedding, failure, openModelHouse, question } from "#test/models/model-house";

const shipped = async (): Promise<DeterministicSettings> => {
  const parsed = parseDeterministicEnv("env", await readFile("configs/deterministic_evaluation.env", "utf8"));
  if (!parsed.ok) throw new Error("The shipped file has to parse.");
  return parsed.value;
};

let house: Awaited<ReturnType<typeof openModelHouse>>;
beforeEach(async () => {
  house = await openModelHouse({
    bedrock: {
      models: [{ id: "anthropic.claude-example-v1:0", kind: "extractive-reader", lifecycle: "ACTIVE" }],
    },
    deps: { determinism: await shipped() },
  });
});
afterEach(() => house.close());

const RIGHT: Sampling = { temperature: 0, topP: 1, maxTokens: 1024 };

test("an evaluation asked as the settings say is answered, and its row says what was sent", async () => {
  expect(await house.client.converse(question({ sampling: RIGHT }))).toMatchObject({ text: ANSWER });
  const claude = question({ model: "anthropic.claude-example-v1:0", sampling: { ...RIGHT, topK: 1, seed: 42 } });
  expect(await house.client.converse(claude)).toMatchObject({ text: ANSWER });
  expect(house.rows.map(({ sampling }) => sampling)).toEqual([
    { temperature: 0, topP: 1, topK: null, seed: "unsupported", maxTokens: 1024 },
    { temperature: 0, topP: null, topK: 1, seed: "unsupported", maxTokens: 1024 },
  ]);
});

describe("is refused before anything is sent", () => {
  test.each<[string, Partial<Sampling>, string]>([
    ["temperature 0.2", { temperature: 0.2 }, "temperature 0.2 instead of TEMPERATURE=0"],
    ["another top_p", { topP: 0.9 }, "topP 0.9 instead of TOP_P=1"],
    ["another top_k", { topK: 40 }, "topK 40 instead of TOP_K=1"],
    ["another seed", { seed: 7 }, "seed 7 instead of RANDOM_SEED=42"],
    ["another length", { maxTokens: 4096 }, "maxTokens 4096 instead of MAX_TOKENS=1024"],
    ["no number at all", { temperature: Number.NaN }, "temperature NaN"],
  ])("%s", async (_, wrong, says) => {
    const error = await failure(house.client.converse(question({ sampling: { ...RIGHT, ...wrong } })));
    expect(error).toMatchObject({ code: "sampling-refused", retryable: false });
    expect(error.message).toContain(says);
    expect(house.local.log.entries()).toEqual([]);
    expect(house.limiter.taken).toEqual([]);
    expect(house.rows).toMatchObject([{ outcome: "sampling-refused", attempts: 0 }]);
  });

  test("a chain of thought that the settings turn off", async () => {
    const { audit } = question();
    const error = await failure(house.client.converse(question({ sampling: RIGHT, audit: { ...audit, cot: true } })));
    expect(error.code).toBe("sampling-refused");
    expect(error.message).toContain("COT_ENABLED=0");
  });

  test("but not a request of Golive's own that goes without one where services think", async () => {
    const client = createModelClient({ ...house.deps, determinism: { ...(await shipped()), COT_ENABLED: true } });
    for (const cot of [false, true]) {
      const { audit } = question();
      expect(await client.converse(question({ sampling: RIGHT, audit: { ...audit, cot } }))).toMatchObject({
        text: ANSWER,
      });
    }
  });

  test("anything without a prompt audit", async () => {
    const client = createModelClient({ ...house.deps, audit: null });
    for (const call of [client.converse(question({ sampling: RIGHT })), client.embed(embedding())]) {
      expect((await failure(call)).message).toContain("PROMPT_AUDIT=1");
    }
    expect(house.local.log.entries()).toEqual([]);
  });
});

describe("what somebody else does to the request on its way is seen", () => {
  test.each<[string, object]>([
    ["a smuggled temperature", { inferenceConfig: { temperature: 0.2, topP: 1, maxTokens: 1024 } }],
    ["a temperature left to the provider", { inferenceConfig: { topP: 1, maxTokens: 1024 } }],
    ["a field of the model's own", { additionalModelRequestFields: { temperature: 0.2 } }],
    ["a thinking budget", { additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 1024 } } }],
    ["another seed", { additionalModelRequestFields: { seed: 7 } }],
  ])("%s", async (_, change) => {
    house.bedrock.runtime.middlewareStack.add(
      (next) => (args) => next({ ...args, input: { ...args.input, ...change } }),
      { step: "initialize", name: "smuggler" },
    );
    expect((await failure(house.client.converse(question({ sampling: RIGHT })))).code).toBe("sampling-refused");
    expect(house.local.log.entries()).toEqual([]);
    expect(house.rows).toMatchObject([{ outcome: "sampling-refused", attempts: 0 }]);
  });
});

test("outside evaluations any sampling is the caller's own choice", async () => {
  const client = createModelClient({ ...house.deps, determinism: null });
  await client.converse(question({ sampling: { temperature: 0.2, topP: 0.9, maxTokens: 1 } }));
  expect(house.rows[0]?.sampling).toMatchObject({ temperature: 0.2, topP: 0.9, maxTokens: 1 });
});
