import {
  BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  ConverseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { HttpError } from "#sandbox/rag-service/http-error";

export type ReadRequest = {
  readonly model: string;
  readonly prompt: string;
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
};

export type Reading = {
  readonly text: string;
  /** As Bedrock says who answered; the model that was asked when it doesn't say. */
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly firstTextMs: number;
};

export type Reader = { read(request: ReadRequest): Promise<Reading>; close(): void };

export type BedrockAccess = { readonly endpoint: string; readonly region: string };

/** The reader behind the service: Converse, streamed, through the AWS SDK. Failures are `HttpError` 502 or 503. */
export function createReader({ endpoint, region }: BedrockAccess, now: () => number): Reader {
  const client = new BedrockRuntimeClient({
    endpoint,
    region,
    // No retries here: whoever asked has reserved one call of the shared rate, and asks again by its own rules.
    maxAttempts: 1,
    // The local Bedrock takes any credentials; a developer's own never leave the house for this.
    credentials: { accessKeyId: "sandbox-access-key", secretAccessKey: "sandbox-secret-not-a-secret" },
  });
  return {
    async read(request) {
      try {
        return await converse(client, request, now);
      } catch (error) {
        if (request.signal.aborted) throw new HttpError(499, "the caller is gone");
        throw toHttpError(error);
      }
    },
    close: () => client.destroy(),
  };
}

async function converse(client: BedrockRuntimeClient, request: ReadRequest, now: () => number): Promise<Reading> {
  const began = now();
  const { stream } = await client.send(
    new ConverseStreamCommand({
      modelId: request.model,
      messages: [{ role: "user", content: [{ text: request.prompt }] }],
      inferenceConfig: { temperature: request.temperature, topP: request.topP, maxTokens: request.maxTokens },
      additionalModelResponseFieldPaths: ["/model"],
    }),
    { abortSignal: request.signal },
  );
  let text = "";
  let firstTextMs: number | null = null;
  let model = request.model;
  let usage = { inputTokens: 0, outputTokens: 0 };
  let whole = false;
  for await (const event of stream ?? []) {
    const piece = event.contentBlockDelta?.delta?.text;
    if (piece !== undefined) {
      firstTextMs ??= now() - began;
      text += piece;
    }
    if (event.messageStop !== undefined) {
      whole = true;
      model = modelIn(event.messageStop.additionalModelResponseFields) ?? model;
    }
    const used = event.metadata?.usage;
    if (used !== undefined) usage = { inputTokens: used.inputTokens ?? 0, outputTokens: used.outputTokens ?? 0 };
  }
  if (!whole) throw new HttpError(502, "the reader's answer broke off");
  return { text, model, ...usage, firstTextMs: firstTextMs ?? now() - began };
}

function modelIn(fields: unknown): string | null {
  if (typeof fields !== "object" || fields === null || !("model" in fields)) return null;
  return typeof fields.model === "string" ? fields.model : null;
}

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (!(error instanceof BedrockRuntimeServiceException)) return new HttpError(502, "the reader could not be reached");
  const busy = error.name === "ThrottlingException";
  return busy
    ? new HttpError(503, "the reader is throttled", { retryAfterSeconds: 8 })
    : new HttpError(502, `the reader failed: ${error.name}`);
}
