import { countTokens } from "#sandbox/rag/tokenizer";

/**
 * What the reader gets: the best chunks, at most `chunks` of them with at most `max_tokens` together. One that doesn't fit
 * any more is passed over for a shorter one behind it.
 */
export function assembleContext<T extends { readonly text: string }>(
  ranked: readonly T[],
  limits: { readonly chunks: number; readonly max_tokens: number },
): (T & { readonly tokens: number })[] {
  const context: (T & { readonly tokens: number })[] = [];
  let left = limits.max_tokens;
  for (const chunk of ranked) {
    if (context.length === limits.chunks) break;
    const tokens = countTokens(chunk.text);
    if (tokens > left) continue;
    left -= tokens;
    context.push({ ...chunk, tokens });
  }
  return context;
}
