import type { InferenceConfiguration } from "@aws-sdk/client-bedrock-runtime";
import type { Sampling } from "#src/models/model-call";

/** What of a `Sampling` a request holds. Null: not sent, because the model doesn't take it. */
export type SentSampling = {
  readonly temperature: number;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly seed: number | "unsupported";
  readonly maxTokens: number;
};

type Extra = { readonly [key: string]: number | { readonly [key: string]: number } };

/** Converse has no top_k and no seed of its own; some families take them as fields of their own request. */
type Family = {
  readonly id: RegExp;
  /** False: beside a temperature, top_p is refused (Claude since 4.1). Left out when it is 1, which changes nothing. */
  readonly neutralTopP: boolean;
  readonly topK: ((topK: number) => Extra) | null;
  readonly seed: ((seed: number) => Extra) | null;
};

const FAMILIES: readonly Family[] = [
  { id: /(?:^|[./])anthropic\.claude/, neutralTopP: false, topK: (topK) => ({ top_k: topK }), seed: null },
  { id: /(?:^|[./])amazon\.nova/, neutralTopP: true, topK: (topK) => ({ inferenceConfig: { topK } }), seed: null },
  { id: /(?:^|[./])cohere\.command-r/, neutralTopP: true, topK: (k) => ({ k }), seed: (seed) => ({ seed }) },
];
const OTHERS: Omit<Family, "id"> = { neutralTopP: true, topK: null, seed: null };

/** The fields of a Converse request for a sampling, and what of it they hold. */
export function samplingFields(
  model: string,
  { temperature, topP, topK, maxTokens, seed }: Sampling,
): {
  readonly inferenceConfig: InferenceConfiguration;
  readonly additionalModelRequestFields?: Extra;
  readonly sent: SentSampling;
} {
  const family = FAMILIES.find(({ id }) => id.test(model)) ?? OTHERS;
  const sendsTopP = topP !== 1 || family.neutralTopP;
  const sentTopK = topK !== undefined && family.topK !== null ? topK : null;
  const sentSeed = seed !== undefined && family.seed !== null ? seed : null;
  const extra: Extra = {
    ...(sentTopK === null ? {} : family.topK?.(sentTopK)),
    ...(sentSeed === null ? {} : family.seed?.(sentSeed)),
  };
  return {
    inferenceConfig: { temperature, maxTokens, ...(sendsTopP ? { topP } : {}) },
    ...(Object.keys(extra).length === 0 ? {} : { additionalModelRequestFields: extra }),
    sent: { temperature, topP: sendsTopP ? topP : null, topK: sentTopK, seed: sentSeed ?? "unsupported", maxTokens },
  };
}
