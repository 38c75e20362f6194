import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoff } from "#src/models/retry";
import { isOpaque, sameModel } from "#src/models/same-model";
import { samplingFields } from "#src/models/sampling-fields";
import { toModelError } from "#src/models/to-model-error";

test("the wait is drawn from zero to a bound that doubles up to 20 s, on top of what the provider asked for", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.option(fc.integer({ min: 0, max: 60_000 })),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, asked, chance) => {
        const wait = backoff(failures, asked, () => chance);
        const bound = Math.min(20_000, 500 * 2 ** (failures - 1));
        expect(wait).toBeGreaterThanOrEqual(asked ?? 0);
        expect(wait).toBeLessThanOrEqual((asked ?? 0) + bound);
      },
    ),
  );
  expect([1, 2, 3, 10].map((failures) => backoff(failures, null, () => 0.5))).toEqual([250, 500, 1_000, 10_000]);
});

describe("a model is known by what its names say", () => {
  test.each([
    ["anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307"],
    ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"],
    ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307"],
    ["arn:aws:bedrock:eu-central-1:1:inference-profile/eu.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"],
    ["sandbox.extractive-reader-v1", "sandbox.extractive-reader-v1"],
  ])("%s answers as %s", (asked, answered) => expect(sameModel(asked, answered)).toBe(true));

  test.each([
    ["anthropic.claude-3-haiku-20240307-v1:0", "claude-3-opus-20240229"],
    ["anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20241001"],
    ["amazon.nova-pro-v1:0", "amazon.nova-pro-v2:0"],
    ["amazon.nova-pro-v1:0", "mistral.nova-pro-v1:0"],
    ["anthropic.claude-3-haiku-20240307-v1:0", ""],
  ])("%s doesn't answer as %s", (asked, answered) => expect(sameModel(asked, answered)).toBe(false));

  test("some ids name no model", () => {
    expect(isOpaque("arn:aws:bedrock:eu-central-1:1:application-inference-profile/abc")).toBe(true);
    expect(isOpaque("arn:aws:bedrock:eu-central-1:1:inference-profile/eu.amazon.nova-pro-v1:0")).toBe(false);
  });
});

test("each family gets the fields it takes, and the rest is said to be unsupported", () => {
  const asked = { temperature: 0, topP: 1, topK: 1, seed: 42, maxTokens: 100 };
  expect(samplingFields("eu.anthropic.claude-x-v1:0", asked)).toEqual({
    inferenceConfig: { temperature: 0, maxTokens: 100 },
    additionalModelRequestFields: { top_k: 1 },
    sent: { temperature: 0, topP: null, topK: 1, seed: "unsupported", maxTokens: 100 },
  });
  expect(samplingFields("amazon.nova-pro-v1:0", asked)).toMatchObject({
    additionalModelRequestFields: { inferenceConfig: { topK: 1 } },
    sent: { topP: 1, topK: 1, seed: "unsupported" },
  });
  expect(samplingFields("cohere.command-r-v1:0", asked)).toMatchObject({
    additionalModelRequestFields: { k: 1, seed: 42 },
    sent: { topK: 1, seed: 42 },
  });
  expect(samplingFields("meta.llama-x-v1:0", asked)).toEqual({
    inferenceConfig: { temperature: 0, topP: 1, maxTokens: 100 },
    sent: { temperature: 0, topP: 1, topK: null, seed: "unsupported", maxTokens: 100 },
  });
});

test("what the provider quotes of a request is not passed on", () => {
  const said = Object.assign(new Error("1 error: Value 'my secret prompt isn't yours' at 'messages' failed"), {
    name: "ValidationException",
  });
  const error = toModelError(said, "vendor.model-v1", false);
  expect(error.code).toBe("invalid-request");
  expect(`${error.message} ${error.cause}`).not.toContain("secret");
});
