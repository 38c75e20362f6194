import { contentWords } from "#sandbox/rag/embed";
import { HttpError } from "#sandbox/rag-service/http-error";

/** The one reranker of the sandbox: a rule, no model, and called so. */
export const RERANKER = "sandbox.overlap-rerank-v1";

/**
 * The `topN` chunks that hold the largest share of the question's content words; ties keep their order. Throws an `HttpError`
 * 422 for a reranker that isn't here.
 */
export function rerank<T extends { readonly text: string }>(
  chunks: readonly T[],
  question: string,
  settings: { readonly model: string | null; readonly top_n: number },
): T[] {
  if (settings.model !== RERANKER) throw new HttpError(422, `this service has no reranker ${settings.model ?? "null"}`);
  const wanted = [...new Set(contentWords(question))];
  const share = (text: string) => {
    const words = new Set(contentWords(text));
    return wanted.filter((word) => words.has(word)).length / Math.max(1, wanted.length);
  };
  return chunks
    .map((chunk, at) => ({ chunk, at, score: share(chunk.text) }))
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, settings.top_n)
    .map(({ chunk }) => chunk);
}
