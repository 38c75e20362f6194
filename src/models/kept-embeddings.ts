import { canonicalJson, sha256 } from "#src/manifest/canonical";
import { embeddingBody } from "#src/models/embed";
import type { EmbedRequest, ModelClient } from "#src/models/model-call";

interface Queryable {
  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: R[] }>;
}

/** The vector of each text, each of the asked length. */
export type EmbedTexts = (
  texts: readonly string[],
  request: Omit<EmbedRequest, "text">,
) => Promise<{ readonly vectors: ReadonlyMap<string, readonly number[]>; readonly asked: number }>;

/**
 * Embeds texts, each once: what was asked before is read from golive.embedding, by the SHA-256 of model and request. So the same text has the
 * same vector for good, whatever the provider does behind the model's name, and a run that was cut goes on where it stopped. `atOnce`: requests
 * under way. Throws `ModelError`.
 */
export function createEmbedTexts(deps: {
  readonly database: Queryable;
  readonly models: Pick<ModelClient, "embed">;
  readonly atOnce: number;
}): EmbedTexts {
  const { database, models, atOnce } = deps;
  return async (texts, request) => {
    const keys = new Map([...new Set(texts)].map((text) => [text, keyOf({ ...request, text })]));
    const { rows } = await database.query<{ request: string; vector: number[] }>(
      "SELECT request, vector FROM golive.embedding WHERE request = ANY($1::text[])",
      [[...keys.values()]],
    );
    const kept = new Map(rows.map(({ request: key, vector }) => [key, vector]));
    const vectors = new Map<string, readonly number[]>();
    const missing: string[] = [];
    for (const [text, key] of keys) {
      const vector = kept.get(key);
      if (vector === undefined) missing.push(text);
      else vectors.set(text, vector);
    }
    const left = missing.values();
    const work = async (): Promise<void> => {
      for (const text of left) {
        const { vector } = await models.embed({ ...request, text });
        await database.query(
          "INSERT INTO golive.embedding (request, model, vector) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
          [keys.get(text), request.model, vector],
        );
        vectors.set(text, vector);
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, atOnce) }, work));
    return { vectors, asked: missing.length };
  };
}

const keyOf = (request: EmbedRequest): string =>
  sha256(canonicalJson({ model: request.model, body: embeddingBody(request) }));
