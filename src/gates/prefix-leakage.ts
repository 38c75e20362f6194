import { z } from "zod";
import type { Gate, GateFinding } from "#src/gates/gate";
import { type PrefixPattern, readPrefixPattern } from "#src/gates/prefix-pattern";
import { dataInputs } from "#src/gates/recorded-run";
import { dbNumber, readRow, readRows } from "#src/rag/read-row";
import type { RagStore, StoreNames } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { digestOf } from "#src/release/hash";

type Usable = Exclude<PrefixPattern, { kind: "unusable" }>;

/**
 * Whether a column begins with the prefix in `$2`. `left` and not `starts_with`: for values that Postgres compressed or
 * moved out of the row it fetches the beginning only.
 */
const begins = (column: string, pattern: Usable): string =>
  pattern.kind === "literal" ? `left(${column}, ${pattern.characters}) COLLATE "C" = $2::text` : `${column} ~ $2::text`;

/** One sequential pass over a run's chunks: `$1` run, `$2` prefix. */
export function prefixLeakageSql(chunks: StoreNames["chunks"], pattern: Usable): string {
  return `SELECT count(*) AS total,
       count(*) FILTER (WHERE ${begins(chunks.bm25Text, pattern)}) AS leaking,
       count(*) FILTER (WHERE ${chunks.bm25Text} IS NULL) AS without_bm25,
       count(*) FILTER (WHERE ${begins(chunks.embeddingText, pattern)}) AS carrying,
       count(*) FILTER (WHERE ${chunks.embeddingText} IS NULL) AS without_embedding_text
  FROM ${chunks.table} WHERE ${chunks.run} = $1`;
}

const row = z.object({
  total: dbNumber,
  leaking: dbNumber,
  without_bm25: dbNumber,
  carrying: dbNumber,
  without_embedding_text: dbNumber,
});

const n = (value: number): string => value.toLocaleString("en-US");

/** Why a regular expression can't be used, asked of Postgres itself since its dialect is what counts; null when it can. */
async function refusedRegex(
  store: RagStore,
  raw: string,
  anchored: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    // The bare pattern too: `a)|(b` becomes valid inside parentheses, and would match anywhere.
    const rows = await store.query<{ matches_nothing: boolean }>(
      "SELECT ('' ~ $1::text) AND ('' ~ $2::text) AS matches_nothing",
      [raw, anchored],
      signal,
    );
    return rows[0]?.matches_nothing === true ? "it matches the empty text and so every text" : null;
  } catch (error) {
    if (error instanceof RagStoreError && error.code === "invalid-value") return "it is not a valid regular expression";
    throw error;
  }
}

/**
 * No chunk's `bm25_text` begins with the ingestion prefix (it would make every chunk match the prefix's words), and under
 * policy A every `embedding_text` does; under policy `none` none does.
 */
export const prefixLeakage: Gate = {
  id: "prefix-leakage",
  title: "Prefix leakage",
  version: 2,
  timeoutMs: 120_000,
  thresholds: ({ retrieval }) => ({
    leaking_chunks: 0,
    pattern: retrieval.prefix.pattern,
    policy: retrieval.prefix.policy,
  }),
  check: async (subject, signal) => {
    const { candidate, store } = subject;
    const { policy, pattern: text } = subject.service.retrieval.prefix;
    const { chunks } = store.names;
    const pattern = readPrefixPattern(text);
    const refused =
      pattern.kind === "unusable"
        ? pattern.why
        : pattern.kind === "regex"
          ? await refusedRegex(store, text, pattern.operand, signal)
          : null;
    if (pattern.kind === "unusable" || refused !== null) {
      return {
        verdict: "inconclusive",
        summary: `The prefix pattern in golive.yaml can't be used: ${refused}. So nothing was checked.`,
        value: "pattern unusable",
        bar: "0 chunks",
        numbers: { pattern: text },
        how: "retrieval.prefix.pattern of the service in golive.yaml",
        next: "Correct retrieval.prefix.pattern (a Postgres regular expression, matched at the beginning), then rerun this check.",
        inputs: digestOf({ pattern: text }),
        findings: [`pattern:${refused}`],
      };
    }
    const sql = prefixLeakageSql(chunks, pattern);
    const found = readRow(row, await store.query(sql, [candidate.run, pattern.operand], signal));
    const wrongEmbedding =
      policy === "A" ? found.total - found.without_embedding_text - found.carrying : found.carrying;
    const base = {
      findings: [
        ...(found.total === 0 ? ["chunks:none"] : []),
        ...(found.leaking > 0 ? ["bm25_text:prefix"] : []),
        ...(wrongEmbedding > 0 ? [`embedding_text:against-policy-${policy}`] : []),
        ...(found.without_bm25 > 0 ? ["bm25_text:missing"] : []),
        ...(found.without_embedding_text > 0 ? ["embedding_text:missing"] : []),
      ],
      value: `${n(found.leaking)} of ${n(found.total)} chunks`,
      bar:
        policy === "A"
          ? "0 chunks, and every embedding text with the prefix"
          : "0 chunks, and no embedding text with the prefix",
      numbers: {
        chunks: found.total,
        leaking: found.leaking,
        without_bm25_text: found.without_bm25,
        embedding_text_with_prefix: found.carrying,
        without_embedding_text: found.without_embedding_text,
      },
      how: sql,
      inputs: await dataInputs(subject, { chunks: subject.service.rag_store.chunks }, signal),
    };
    const not = async (
      verdict: "fail" | "inconclusive",
      where: string | null,
      summary: string,
      next: string,
    ): Promise<GateFinding> => {
      if (where === null) return { ...base, verdict, summary, next };
      const examples = readRows(
        z.object({ id: z.string() }),
        await store.query(
          `SELECT ${chunks.id}::text AS id FROM ${chunks.table}
            WHERE ${chunks.run} = $1 AND ($2::text IS NOT NULL) AND ${where} ORDER BY 1 LIMIT 5`,
          [candidate.run, pattern.operand],
          signal,
        ),
      ).map(({ id }) => id);
      return { ...base, verdict, summary, next, numbers: { ...base.numbers, examples: examples.join(" ") } };
    };
    const { bm25Text, embeddingText } = chunks;
    if (found.total === 0) {
      const next = "Check the run's name, or run the ingestion again.";
      return not("fail", null, `The run ${candidate.run} has no chunks: nothing was checked.`, next);
    }
    if (found.leaking > 0) {
      const summary = `${n(found.leaking)} of ${n(found.total)} chunks begin with the ingestion prefix in their search text (pattern ${text}).`;
      const next =
        "Let the ingestion write bm25_text without the prefix, ingest again, and start a release with the new run.";
      return not("fail", begins(bm25Text, pattern), summary, next);
    }
    if (wrongEmbedding > 0) {
      const what = policy === "A" ? "lack the prefix" : "carry the prefix";
      const where = policy === "A" ? `NOT (${begins(embeddingText, pattern)})` : begins(embeddingText, pattern);
      const summary = `${n(wrongEmbedding)} of ${n(found.total)} chunks ${what} in their embedding text, against prefix policy ${policy}.`;
      return not(
        "fail",
        where,
        summary,
        "Ingest again under the prefix policy that golive.yaml states, or correct the policy there.",
      );
    }
    if (found.without_bm25 + found.without_embedding_text > 0) {
      const [column, count] =
        found.without_bm25 > 0 ? [bm25Text, found.without_bm25] : [embeddingText, found.without_embedding_text];
      const summary = `${n(count)} of ${n(found.total)} chunks have no text in ${column}: what isn't there can't be checked.`;
      return not(
        "inconclusive",
        `${column} IS NULL`,
        summary,
        "Find out why the ingestion left them empty, and ingest again.",
      );
    }
    return {
      ...base,
      verdict: "pass",
      summary: `None of ${n(found.total)} chunks begins with the ingestion prefix in its search text; embedding texts follow policy ${policy}.`,
      next: "",
    };
  },
};
