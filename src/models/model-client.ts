import { type ModelClientDeps, recorded } from "#src/models/calls";
import { askForShape, converseWith, hashPrompt, promptOf } from "#src/models/converse";
import { embeddingBody, embedText, hashEmbedding } from "#src/models/embed";
import type { ModelClient } from "#src/models/model-call";
import { resolveModel } from "#src/models/resolve-model";
import { toolFor } from "#src/models/structured-output";

/**
 * The one model client. Every attempt, also a retry and a repair, takes its own place at the limiter; every request leaves one
 * row in the audit. With `determinism` it is the client of evaluations and refuses what would make them unrepeatable.
 */
export function createModelClient(deps: ModelClientDeps): ModelClient {
  const behind = new Map<string, readonly string[]>();
  /** The models behind an id that doesn't name one; looked up once. */
  const modelsOf = async (model: string, signal: AbortSignal): Promise<readonly string[]> => {
    const models = behind.get(model) ?? (await resolveModel(deps, model, signal)).models;
    behind.set(model, models);
    return models;
  };

  return {
    converse: async (request) => {
      const prompt = promptOf(request);
      const promptSha256 = hashPrompt(prompt);
      return recorded(deps, request, { operation: "converse", promptSha256 }, async (calls, findings) => {
        const conversation = converseWith(deps, request, calls, findings, modelsOf);
        const { heard, times } = await conversation.ask(prompt);
        return { ...conversation.finish(heard, times), promptSha256 };
      });
    },
    extract: async (request) => {
      const prompt = { ...promptOf(request), toolConfig: toolFor(request.output) };
      const promptSha256 = hashPrompt(prompt);
      return recorded(deps, request, { operation: "converse", promptSha256 }, async (calls, findings) => {
        const conversation = converseWith(deps, request, calls, findings, modelsOf);
        const { heard, times, parsed } = await askForShape(request, prompt, conversation);
        return { ...conversation.finish(heard, times), promptSha256, parsed };
      });
    },
    embed: async (request) => {
      const body = embeddingBody(request);
      const promptSha256 = hashEmbedding(body);
      return recorded(deps, request, { operation: "embed", promptSha256 }, async (calls, findings) => {
        const { vector, inputTokens, times } = await embedText(deps, request, body, calls, findings);
        const { queuedMs, callMs } = times;
        const timings = { queuedMs, callMs, totalMs: calls.elapsedMs() };
        return { vector, inputTokens, attempts: calls.attempts(), timeouts: calls.timeouts(), timings, promptSha256 };
      });
    },
    resolve: (model, signal) => resolveModel(deps, model, signal),
  };
}
