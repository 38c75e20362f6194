import { GetFoundationModelCommand, GetInferenceProfileCommand } from "@aws-sdk/client-bedrock";
import { ConverseStreamCommand, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EMBEDDER, JUDGE, READER } from "#sandbox/bedrock/catalogue";
import { embed } from "#sandbox/rag/embed";
import { openBedrock, rejection } from "#test/sandbox-bedrock/sdk";

let house: Awaited<ReturnType<typeof openBedrock>>;
beforeEach(async () => {
  house = await openBedrock({
    models: [{ id: "vendor.old-model-v1:0", kind: "extractive-reader", lifecycle: "LEGACY" }],
  });
});
afterEach(() => house.close());

const vectorOf = async (inputText: string) => {
  const answer = await house.runtime.send(
    new InvokeModelCommand({
      modelId: EMBEDDER,
      body: JSON.stringify({ inputText, dimensions: 256, normalize: true }),
    }),
  );
  return JSON.parse(answer.body.transformToString());
};

const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${house.bedrock.url}/__sandbox/${path}`, { method: "POST", body: JSON.stringify(body), headers });

test("an embedding is the vector that the RAG store holds, with its tokens counted", async () => {
  const answer = await vectorOf("An invitation is valid for seven days.");
  expect(answer.embedding).toEqual(embed("An invitation is valid for seven days."));
  expect(answer.inputTextTokenCount).toBe(9);
});

test("the control plane resolves ids, ARNs and profiles", async () => {
  const arn = `arn:aws:bedrock:eu-central-1::foundation-model/${JUDGE}`;
  for (const modelIdentifier of [JUDGE, arn]) {
    const { modelDetails } = await house.plane.send(new GetFoundationModelCommand({ modelIdentifier }));
    expect(modelDetails).toMatchObject({ modelArn: arn, modelId: JUDGE, modelLifecycle: { status: "ACTIVE" } });
  }
  const old = await house.plane.send(new GetFoundationModelCommand({ modelIdentifier: "vendor.old-model-v1:0" }));
  expect(old.modelDetails?.modelLifecycle?.status).toBe("LEGACY");
  const inferenceProfileIdentifier = `eu.${READER}`;
  const profile = await house.plane.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier }));
  expect(profile.inferenceProfileArn).toBe(`arn:aws:bedrock:eu-central-1:000000000000:inference-profile/eu.${READER}`);
  expect(profile.models).toHaveLength(2);
});

test("the log says who was under way when a call arrived, and who left before the end", async () => {
  const { bedrock, runtime, http2 } = house;
  const messages = [{ role: "user" as const, content: [{ text: "<question>?</question>" }] }];
  for (const [at, client] of [runtime, http2].entries()) {
    bedrock.faults.next({ kind: "hang" });
    const leaving = new AbortController();
    const command = new ConverseStreamCommand({ modelId: READER, messages });
    const call = rejection(client.send(command, { abortSignal: leaving.signal }));
    await bedrock.log.arrived(at * 2 + 1);
    await vectorOf("meanwhile");
    expect(bedrock.log.inFlight()).toBe(1);
    leaving.abort();
    await call;
    await bedrock.log.ended(at * 2 + 2);
  }
  expect(bedrock.log.inFlight()).toBe(0);
  expect(bedrock.log.entries().map(({ inFlight, aborted, status }) => [inFlight, aborted, status])).toEqual([
    [1, true, null],
    [2, false, 200],
    [1, true, null],
    [2, false, 200],
  ]);
});

test("another process gives orders and reads the log over HTTP", async () => {
  expect((await post("faults", { do: "sequence", faults: [{ kind: "throttle", retryAfterSeconds: 1 }] })).status).toBe(
    200,
  );
  expect((await post("settings", { latencyMs: 0 })).status).toBe(200);
  await rejection(vectorOf("first"));
  await vectorOf("second");
  const log = await (await fetch(`${house.bedrock.url}/__sandbox/log`)).json();
  expect(log).toMatchObject({
    inFlight: 0,
    entries: [
      { id: 1, operation: "InvokeModel", model: EMBEDDER, status: 429, fault: "throttle", aborted: false },
      { id: 2, operation: "InvokeModel", model: EMBEDDER, status: 200, fault: null, aborted: false },
    ],
  });
  const rest = await (await fetch(`${house.bedrock.url}/__sandbox/log?since=1`)).json();
  expect(rest).toMatchObject({ entries: [{ id: 2 }] });
});

test("an order that isn't one is refused, and so is a page in a browser", async () => {
  const refused = await post("faults", { do: "next", fault: { kind: "explode" } });
  expect(refused.status).toBe(400);
  expect((await post("faults", { do: "clear" }, { origin: "https://evil.example" })).status).toBe(403);
});

test("no prompt and no credentials are in the log", async () => {
  await vectorOf("a secret sentence");
  const log = await (await fetch(`${house.bedrock.url}/__sandbox/log`)).text();
  expect(log).not.toMatch(/secret|AKID|signature/i);
});
