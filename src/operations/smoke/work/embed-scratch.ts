import type { ServiceConfig } from "#src/config/service-config";
import { collectConfiguration } from "#src/manifest/collect-manifest";
import { askedModels } from "#src/manifest/collect-models";
import type { ModelClient } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";
import { placeholderVector } from "#src/operations/smoke/scratch-document";
import type { RagStore } from "#src/rag/store";

/** `how`: by whom, in a sentence. */
export type Embedded = { readonly vectors: readonly (readonly number[])[]; readonly how: string };

/**
 * Vectors of the texts, one call of the shared limit each: by the embedder that the live configuration names. Where that can't be asked
 * (it isn't on Bedrock, or isn't ours to ask) each text has a vector of its own and of the right length: the store is looked at here,
 * and the embedder by the gates. Throttling and the like throw: another try may do.
 */
export async function embedScratch(
  deps: {
    readonly service: ServiceConfig;
    readonly store: RagStore;
    readonly models: Pick<ModelClient, "embed">;
    readonly config: string;
    readonly signal: AbortSignal;
  },
  texts: readonly string[],
  dimension: number,
): Promise<Embedded> {
  const { service, store, models, config, signal } = deps;
  const { body } = await collectConfiguration(store, config, signal);
  const model = askedModels(body, service.configuration_facts, service.models.judge_model).embedding ?? null;
  const instead = (why: string): Embedded => ({
    vectors: texts.map((_, at) => placeholderVector(at, dimension)),
    how: `Vectors of the right length (${dimension}), made up: ${why}.`,
  });
  if (model === null) return instead("the live configuration names no embedding model");
  try {
    const vectors: (readonly number[])[] = [];
    for (const text of texts) {
      const { vector } = await models.embed({
        model,
        text,
        dimension,
        priority: "nightly",
        signal,
        purpose: "smoke embed",
        audit: { service: service.id, manifest: null, fewShotIds: [], cot: false },
      });
      vectors.push(vector);
    }
    return { vectors, how: `${texts.length} chunks embedded by ${model}, ${dimension} numbers each.` };
  } catch (error) {
    if (!(error instanceof ModelError) || error.retryable) throw error;
    return instead(`${model} can't be asked from here (${error.code})`);
  }
}
