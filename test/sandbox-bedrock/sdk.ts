import { BedrockClient } from "@aws-sdk/client-bedrock";
import {
  BedrockRuntimeClient,
  type ConverseStreamCommandOutput,
  type ConverseStreamOutput,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type BedrockOptions, startBedrock } from "#sandbox/bedrock/start";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "no-secret" };

/** A local Bedrock and the real SDK's clients for it; without retries, so that one call is one request. */
export async function openBedrock(options: BedrockOptions = {}) {
  const bedrock = await startBedrock({ latencyMs: 0, ...options });
  const common = { region: bedrock.region, endpoint: bedrock.url, credentials, maxAttempts: 1 };
  const http2 = new BedrockRuntimeClient(common);
  const runtime = new BedrockRuntimeClient({ ...common, requestHandler: new NodeHttpHandler() });
  const plane = new BedrockClient(common);
  return {
    bedrock,
    /** Over HTTP/1.1. */
    runtime,
    /** As the SDK comes: over HTTP/2. */
    http2,
    plane,
    close: async () => {
      for (const client of [http2, runtime, plane]) client.destroy();
      await bedrock.stop();
    },
  };
}

/** All events of a stream; throws what the stream throws. */
export async function collect(output: ConverseStreamCommandOutput): Promise<ConverseStreamOutput[]> {
  const events: ConverseStreamOutput[] = [];
  for await (const event of output.stream ?? []) events.push(event);
  return events;
}

export const textOf = (events: readonly ConverseStreamOutput[]): string =>
  events.map((event) => event.contentBlockDelta?.delta?.text ?? "").join("");

/** The value that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection.");
}
