import { EMBEDDER, READER } from "#sandbox/bedrock/catalogue";
import type { BedrockOptions } from "#sandbox/bedrock/start";
import { type LocalBedrock, startBedrock } from "#sandbox/bedrock/start";
import { createBedrock } from "#src/models/bedrock";
import type { CallLimiter, ModelClientDeps } from "#src/models/calls";
import type { ConverseRequest, EmbedRequest } from "#src/models/model-call";
import { createModelClient } from "#src/models/model-client";
import { ModelError } from "#src/models/model-error";
import type { AuditRow } from "#src/models/prompt-audit";
import { createFakeClock } from "#test/models/fake-clock";

export const CALL_MS = 35_000;
export const FIRST_TEXT_MS = 25_000;
export const RETRIES = 4;

/** One place after the other, and how often each was taken. */
function createOnePlace(): CallLimiter & { readonly taken: string[] } {
  let last: Promise<unknown> = Promise.resolve();
  const taken: string[] = [];
  return {
    taken,
    run: ({ priority, signal }, work) => {
      const turn = last.then(() => {
        taken.push(priority);
        return work(signal);
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** A client as production composes it, for a local Bedrock over HTTP; only time, chance and the limiter are the test's. */
export async function openModelHouse(options: { bedrock?: BedrockOptions; deps?: Partial<ModelClientDeps> } = {}) {
  const local: LocalBedrock = await startBedrock({ latencyMs: 0, ...options.bedrock });
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret-key-of-nobody" };
  const bedrock = createBedrock({ region: local.region, endpoint: local.url, credentials });
  const clock = createFakeClock();
  const limiter = createOnePlace();
  const rows: AuditRow[] = [];
  const deps: ModelClientDeps = {
    bedrock,
    limiter,
    audit: { record: async (row) => String(rows.push(row)) },
    determinism: null,
    limits: {
      callTimeoutMs: CALL_MS,
      firstTextTimeoutMs: FIRST_TEXT_MS,
      retries: RETRIES,
      retryBudgetMs: 180_000,
    },
    clock,
    random: () => 0.5,
    ...options.deps,
  };
  return {
    local,
    bedrock,
    clock,
    limiter,
    rows,
    deps,
    client: createModelClient(deps),
    close: async () => {
      bedrock.close();
      await local.stop();
    },
  };
}

export const MANIFEST = "a".repeat(64);
const call = () => ({
  priority: "go-live" as const,
  signal: new AbortController().signal,
  purpose: "test",
  audit: { service: "docs", release: "R1", manifest: MANIFEST, fewShotIds: ["fs-1"], cot: false },
});

export const QUESTION = `<question>How long is an invitation valid?</question>
<passage id="c2">Owners invite people by mail. An invitation is valid for seven days.</passage>`;
export const ANSWER = "An invitation is valid for seven days. [c2]";

export const question = (more: Partial<ConverseRequest> = {}): ConverseRequest => ({
  ...call(),
  model: READER,
  system: "Answer from the passages only.",
  prompt: QUESTION,
  sampling: { temperature: 0, topP: 1, maxTokens: 200 },
  ...more,
});

export const embedding = (more: Partial<EmbedRequest> = {}): EmbedRequest => ({
  ...call(),
  model: EMBEDDER,
  text: "seven days",
  dimension: 256,
  ...more,
});

/** The `ModelError` that a call ends with; anything else fails the test. */
export async function failure(promise: Promise<unknown>): Promise<ModelError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error("Expected the call to fail.");
}
