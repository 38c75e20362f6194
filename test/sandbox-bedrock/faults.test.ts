import {
  AccessDeniedException,
  BedrockRuntimeServiceException,
  ConverseCommand,
  ConverseStreamCommand,
  InternalServerException,
  InvokeModelCommand,
  ModelErrorException,
  ModelTimeoutException,
  ResourceNotFoundException,
  ServiceUnavailableException,
  ThrottlingException,
  ValidationException,
} from "@aws-sdk/client-bedrock-runtime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EMBEDDER, READER } from "#sandbox/bedrock/catalogue";
import { collect, openBedrock, rejection } from "#test/sandbox-bedrock/sdk";

let house: Awaited<ReturnType<typeof openBedrock>>;
beforeEach(async () => {
  house = await openBedrock();
});
afterEach(() => house.close());

const input = {
  modelId: READER,
  messages: [
    {
      role: "user" as const,
      content: [
        {
          text: '<question>How long is an invitation valid?</question><passage id="a">An invitation is valid for seven days.</passage>',
        },
      ],
    },
  ],
  additionalModelResponseFieldPaths: ["/model"],
};
const converse = () => house.runtime.send(new ConverseCommand(input));
const stream = async () => collect(await house.runtime.send(new ConverseStreamCommand(input)));
const embed = (modelId = EMBEDDER) =>
  house.runtime.send(new InvokeModelCommand({ modelId, body: JSON.stringify({ inputText: "seven days" }) }));

test.each([
  ["ValidationException", ValidationException, 400],
  ["AccessDeniedException", AccessDeniedException, 403],
  ["ResourceNotFoundException", ResourceNotFoundException, 404],
  ["ModelTimeoutException", ModelTimeoutException, 408],
  ["ModelErrorException", ModelErrorException, 424],
  ["ThrottlingException", ThrottlingException, 429],
  ["InternalServerException", InternalServerException, 500],
  ["ServiceUnavailableException", ServiceUnavailableException, 503],
] as const)("%s reaches the SDK as its own class, with its status", async (type, expected, status) => {
  for (const call of [converse, stream, embed]) {
    house.bedrock.faults.next({ kind: "error", type });
    const error = await rejection(call());
    expect(error).toBeInstanceOf(expected);
    expect(error instanceof BedrockRuntimeServiceException && error.$metadata.httpStatusCode).toBe(status);
  }
});

test("throttling says how long to wait", async () => {
  house.bedrock.faults.next({ kind: "throttle", retryAfterSeconds: 7 });
  const error = await rejection(converse());
  expect(error).toBeInstanceOf(ThrottlingException);
  expect(error instanceof ThrottlingException && error.$response?.headers["retry-after"]).toBe("7");
});

test("an id that doesn't exist is invalid, as it is at Bedrock", async () => {
  const error = await rejection(embed("sandbox.no-such-model"));
  expect(error).toBeInstanceOf(ValidationException);
  expect(String(error)).toContain("model identifier is invalid");
});

test("a stream that breaks, and one with a flipped bit, fail in the reader's hands", async () => {
  for (const kind of ["truncated", "corrupt-frame"] as const) {
    house.bedrock.faults.next({ kind });
    await expect(stream()).rejects.toThrow();
  }
});

test("a stream that ends early has no reason to stop", async () => {
  house.bedrock.faults.next({ kind: "ended-early" });
  const events = await stream();
  expect(events.some((event) => event.contentBlockDelta)).toBe(true);
  expect(events.some((event) => event.messageStop)).toBe(false);
});

test("an exception in the middle of a stream reaches the SDK as its class", async () => {
  house.bedrock.faults.next({ kind: "error-midway", type: "ThrottlingException" });
  await expect(stream()).rejects.toBeInstanceOf(ThrottlingException);
});

test("an answer can come from another model, and a vector be of another length", async () => {
  house.bedrock.faults.next({ kind: "other-model", model: "sandbox.somebody-else-v1" });
  expect((await converse()).additionalModelResponseFields).toEqual({ model: "sandbox.somebody-else-v1" });
  house.bedrock.faults.next({ kind: "wrong-dimension", dimension: 255 });
  const body = JSON.parse((await embed()).body.transformToString());
  expect(body.embedding).toHaveLength(255);
});

test("a sequence is met in order, and only by whom it is meant for", async () => {
  house.bedrock.faults.sequence([null, { kind: "throttle" }], { operation: "Converse" });
  await embed();
  await converse();
  await embed();
  expect(await rejection(converse())).toBeInstanceOf(ThrottlingException);
  await converse();
  expect(house.bedrock.log.entries().map(({ fault }) => fault)).toEqual([null, null, null, "throttle", null]);
});

test("the same seed throttles the same calls", async () => {
  const throttled = async () => {
    house.bedrock.faults.seed(7);
    house.bedrock.faults.clear();
    house.bedrock.faults.some({ kind: "throttle" }, 0.5);
    const seen: boolean[] = [];
    for (let at = 0; at < 20; at += 1) {
      seen.push(
        await converse().then(
          () => false,
          () => true,
        ),
      );
    }
    return seen;
  };
  const first = await throttled();
  expect(new Set(first).size).toBe(2);
  expect(await throttled()).toEqual(first);
});
