import { BedrockClient } from "@aws-sdk/client-bedrock";
import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

export type BedrockOptions = {
  readonly region: string;
  /** A VPC endpoint, or a test's. Left out: the region's own. */
  readonly endpoint?: string;
  /** Left out: the SDK's own search (environment, profile, role of the machine). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

export type Bedrock = {
  /** Answers and embeddings. */
  readonly runtime: BedrockRuntimeClient;
  /** What a model id stands for. */
  readonly plane: BedrockClient;
  close(): void;
};

const CONNECT_MS = 5_000;

/**
 * The only place that makes SDK clients. They don't retry on their own: each attempt has to pass the shared limiter, which the
 * SDK can't know. HTTP/1.1 for both: there an abort closes the socket, so that a call that was given up ends at the provider
 * too instead of using up a place.
 */
export function createBedrock({ region, endpoint, credentials }: BedrockOptions): Bedrock {
  const common = {
    region,
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
  const handler = () => new NodeHttpHandler({ connectionTimeout: CONNECT_MS });
  const runtime = new BedrockRuntimeClient({ ...common, requestHandler: handler() });
  const plane = new BedrockClient({ ...common, requestHandler: handler() });
  return {
    runtime,
    plane,
    close: () => {
      runtime.destroy();
      plane.destroy();
    },
  };
}
