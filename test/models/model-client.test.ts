import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { EMBEDDER, JUDGE, READER } from "#sandbox/bedrock/catalogue";
import { embed } from "#sandbox/rag/embed";
import { ANSWER, embedding, failure, MANIFEST, openModelHouse, QUESTION, question } from "#test/models/model-house";

let house: Awaited<ReturnType<typeof openModelHouse>>;
beforeEach(async () => {
  const opaque = "arn:aws:bedrock:eu-central-1:000000000000:application-inference-profile/abc123";
  house = await openModelHouse({
    bedrock: { models: [{ id: opaque, kind: "extractive-reader", lifecycle: "ACTIVE" }] },
  });
});
afterEach(() => house.close());

const verdicts = {
  name: "labels",
  schema: z.strictObject({
    labels: z.array(
      z.strictObject({ claim: z.int().min(1), label: z.enum(["Entailment", "Neutral", "Contradiction"]) }),
    ),
  }),
};
const judging = () => ({
  ...question({
    model: JUDGE,
    prompt:
      '<reference>An invitation is valid for seven days.</reference><claim id="1">An invitation is valid for nine days</claim>',
  }),
  output: verdicts,
});

test("an answer comes with the model that gave it, its tokens, its tries and its row", async () => {
  const answer = await house.client.converse(question());
  expect(answer).toMatchObject({
    text: ANSWER,
    modelAnswered: READER,
    stopReason: "end_turn",
    attempts: 1,
    auditId: "1",
  });
  expect(answer.usage.inputTokens).toBeGreaterThan(30);
  expect(house.rows).toEqual([
    {
      operation: "converse",
      service: "docs",
      release: "R1",
      manifest: MANIFEST,
      purpose: "test",
      fewShotIds: ["fs-1"],
      cot: false,
      modelAsked: READER,
      modelAnswered: READER,
      promptSha256: answer.promptSha256,
      sampling: { temperature: 0, topP: 1, topK: null, seed: "unsupported", maxTokens: 200 },
      usage: answer.usage,
      attempts: 1,
      outcome: "answered",
      milliseconds: 0,
    },
  ]);
});

test("the prompt's hash changes with every part of it, and with nothing else", async () => {
  const hashOf = async (more: Parameters<typeof question>[0]) =>
    (await house.client.converse(question(more))).promptSha256;
  const first = await hashOf({});
  expect(await hashOf({ purpose: "another" })).toBe(first);
  expect(await hashOf({ prompt: `${QUESTION} ` })).not.toBe(first);
  expect(await hashOf({ system: "Answer." })).not.toBe(first);
  expect(await hashOf({ prompt: [{ role: "user", text: QUESTION }] })).toBe(first);
});

test("an answer of a given shape is parsed", async () => {
  const answer = await house.client.extract(judging());
  expect(answer.parsed).toEqual({ labels: [{ claim: 1, label: "Contradiction" }] });
  expect(answer).toMatchObject({ stopReason: "tool_use", attempts: 1 });
});

test.each(["malformed-output", "no-tool-use"] as const)(
  "%s is repaired in a second call, which takes its own place",
  async (kind) => {
    house.local.faults.next({ kind });
    const answer = await house.client.extract(judging());
    expect(answer.parsed.labels).toHaveLength(1);
    expect(answer.attempts).toBe(2);
    expect(house.limiter.taken).toHaveLength(2);
    expect(house.rows).toMatchObject([{ attempts: 2, outcome: "answered", usage: answer.usage }]);
  },
);

test("a second answer of another shape is bad output, and none of it is in the message", async () => {
  house.local.faults.next({ kind: "malformed-output" }, 2);
  const error = await failure(house.client.extract(judging()));
  expect(error).toMatchObject({ code: "bad-output", retryable: false });
  expect(error.message).toContain("labels");
  expect(error.message).not.toContain("what");
  expect(house.local.log.entries()).toHaveLength(2);
  expect(house.rows).toMatchObject([{ attempts: 2, outcome: "bad-output" }]);
});

test("output cut at the token limit is not asked for again", async () => {
  const error = await failure(
    house.client.extract({ ...judging(), sampling: { temperature: 0, topP: 1, maxTokens: 3 } }),
  );
  expect(error.code).toBe("bad-output");
  expect(error.message).toContain("token limit");
  expect(house.local.log.entries()).toHaveLength(1);
});

test("a text has the vector that the RAG store holds for it", async () => {
  const answer = await house.client.embed(embedding());
  expect(answer.vector).toEqual(embed("seven days"));
  expect(answer).toMatchObject({ inputTokens: 2, attempts: 1 });
  expect(house.rows).toMatchObject([{ operation: "embed", modelAsked: EMBEDDER, sampling: null, outcome: "answered" }]);
});

test("an id is resolved to what the provider calls it", async () => {
  const { signal } = new AbortController();
  const arn = `arn:aws:bedrock:eu-central-1::foundation-model/${READER}`;
  expect(await house.client.resolve(READER, signal)).toEqual({
    asked: READER,
    arn,
    models: [arn],
    lifecycle: "ACTIVE",
  });
  const profile = await house.client.resolve(`eu.${READER}`, signal);
  expect(profile.arn).toBe(`arn:aws:bedrock:eu-central-1:000000000000:inference-profile/eu.${READER}`);
  expect(profile.models).toContain(arn);
  expect((await failure(house.client.resolve("sandbox.no-such-model", signal))).code).toBe("unknown-model");
  expect(house.limiter.taken).toEqual([]);
});

test("a profile's answer counts as the model's behind it", async () => {
  const answer = await house.client.converse(question({ model: `eu.${READER}` }));
  expect(answer).toMatchObject({ text: ANSWER, modelAnswered: READER });
});
