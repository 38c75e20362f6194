import { z } from "zod";
import { readCandidateBars, underBars } from "#src/gates/candidate-bars";
import type { Gate, GateFinding, GateSubject } from "#src/gates/gate";
import { SHARED_MAX, unprovenPattern } from "#src/gates/prefix-control";
import { BLANKS, readPrefixPattern } from "#src/gates/prefix-pattern";
import {
  begins,
  beyondDoubtSql,
  inRowsSql,
  isBlank,
  prefixLeakageSql,
  textOf,
  type Usable,
} from "#src/gates/prefix-sql";
import { dataInputs } from "#src/gates/recorded-run";
import { dbNumber, readRow, readRows } from "#src/rag/read-row";
import type { RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { digestOf } from "#src/release/hash";

const row = z.object({
  total: dbNumber,
  leaking: dbNumber,
  without_bm25: dbNumber,
  carrying: dbNumber,
  null_embedding_text: dbNumber,
  blank_embedding_text: dbNumber,
});

const quickRow = z.object({ total: dbNumber, beyond_doubt: dbNumber });

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

type Counts = z.infer<typeof row>;

/** The quick look where it is enough, else every chunk classed. */
async function countTexts(
  store: RagStore,
  run: string,
  pattern: Usable,
  policy: "A" | "none",
  signal: AbortSignal,
): Promise<{ readonly sql: string; readonly found: Counts }> {
  const { chunks } = store.names;
  if (policy === "A" && pattern.kind === "literal") {
    const [size] = await store.query<{ in_rows: boolean | null }>(inRowsSql, [chunks.table], signal);
    const sql = beyondDoubtSql(chunks, pattern.characters[0], size?.in_rows === true);
    const { total, beyond_doubt } = readRow(quickRow, await store.query(sql, [run, pattern.operand], signal));
    const clean = { leaking: 0, without_bm25: 0, carrying: total, null_embedding_text: 0, blank_embedding_text: 0 };
    if (total === beyond_doubt) return { sql, found: { total, ...clean } };
  }
  const sql = prefixLeakageSql(chunks, pattern);
  return { sql, found: readRow(row, await store.query(sql, [run, pattern.operand, BLANKS], signal)) };
}

/**
 * No chunk's `bm25_text` begins with the ingestion prefix (it would make every chunk match the prefix's words), and under
 * policy A every `embedding_text` does; under policy `none` none does, and nothing looks like a prefix the pattern misses.
 */
export const prefixLeakage: Gate = {
  id: "prefix-leakage",
  title: "Prefix leakage",
  version: 3,
  timeoutMs: 120_000,
  thresholds: ({ retrieval }) => ({
    leaking_chunks: 0,
    pattern: retrieval.prefix.pattern,
    policy: retrieval.prefix.policy,
    ...(retrieval.prefix.policy === "none" ? { shared_beginning_max: SHARED_MAX } : {}),
  }),
  check: async (subject, signal) => {
    const bars = await readCandidateBars(subject, ["prefix.policy"], signal);
    return underBars(bars, await lookAt(subject, bars.retrieval.prefix, signal));
  },
};

async function lookAt(
  subject: GateSubject,
  { policy, pattern: text }: GateSubject["service"]["retrieval"]["prefix"],
  signal: AbortSignal,
): Promise<GateFinding> {
  const { candidate, store } = subject;
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
  const { sql, found } = await countTexts(store, candidate.run, pattern, policy, signal);
  const wrongEmbedding = policy === "A" ? found.total - found.null_embedding_text - found.carrying : found.carrying;
  const withoutEmbeddingText = found.null_embedding_text + found.blank_embedding_text;
  const unproven =
    policy === "none" && found.leaking + found.carrying === 0
      ? await unprovenPattern(store, { run: candidate.run, chunks: found.total }, pattern, signal)
      : null;
  const base = {
    findings: [
      ...(found.total === 0 ? ["chunks:none"] : []),
      ...(found.leaking > 0 ? ["bm25_text:prefix"] : []),
      ...(wrongEmbedding > 0 ? [`embedding_text:against-policy-${policy}`] : []),
      ...(found.without_bm25 > 0 ? ["bm25_text:missing"] : []),
      ...(withoutEmbeddingText > 0 ? ["embedding_text:missing"] : []),
      ...(unproven === null ? [] : ["pattern:not-proven"]),
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
      without_embedding_text: withoutEmbeddingText,
      begin_alike: unproven?.chunks ?? null,
    },
    how: sql,
    inputs: await dataInputs(subject, { chunks: subject.service.rag_store.chunks, policy }, signal),
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
            WHERE ${chunks.run} = $1 AND ($2::text || $3::text) IS NOT NULL AND (${where}) ORDER BY 1 LIMIT 5`,
        [candidate.run, pattern.operand, BLANKS],
        signal,
      ),
    ).map(({ id }) => id);
    return { ...base, verdict, summary, next, numbers: { ...base.numbers, examples: examples.join(" ") } };
  };
  const [search, embedded] = [textOf(chunks.bm25Text, pattern), textOf(chunks.embeddingText, pattern)];
  if (found.total === 0) {
    const next = "Check the run's name, or run the ingestion again.";
    return not("fail", null, `The run ${candidate.run} has no chunks: nothing was checked.`, next);
  }
  if (found.leaking > 0) {
    const summary = `${n(found.leaking)} of ${n(found.total)} chunks begin with the ingestion prefix in their search text (pattern ${text}).`;
    const next =
      "Let the ingestion write bm25_text without the prefix, ingest again, and start a release with the new run.";
    return not("fail", begins(search, pattern), summary, next);
  }
  if (wrongEmbedding > 0) {
    const what = policy === "A" ? "lack the prefix" : "carry the prefix";
    const where = policy === "A" ? `NOT (${begins(embedded, pattern)})` : begins(embedded, pattern);
    const summary = `${n(wrongEmbedding)} of ${n(found.total)} chunks ${what} in their embedding text, against prefix policy ${policy}.`;
    return not(
      "fail",
      where,
      summary,
      "Ingest again under the prefix policy that golive.yaml states, or correct the policy there.",
    );
  }
  if (found.without_bm25 === found.total) {
    const summary = `Not one of ${n(found.total)} chunks has a search text: full-text search would find nothing.`;
    return not("fail", null, summary, "Let the ingestion fill bm25_text, and ingest again.");
  }
  if (found.without_bm25 + withoutEmbeddingText > 0) {
    const [column, count] = found.without_bm25 > 0 ? [search, found.without_bm25] : [embedded, withoutEmbeddingText];
    const summary = `${n(count)} of ${n(found.total)} chunks have no text in ${column.whole}: what isn't there can't be checked.`;
    return not(
      "inconclusive",
      `${column.whole} IS NULL OR ${isBlank(column)}`,
      summary,
      "Find out why the ingestion left them empty, and ingest again.",
    );
  }
  if (unproven !== null) {
    const summary = `${n(unproven.chunks)} of ${n(found.total)} search texts begin with ${JSON.stringify(unproven.beginning)}, and the pattern ${text} matches no text of any run: that may be a prefix which the pattern misses.`;
    return not(
      "inconclusive",
      null,
      summary,
      "Correct retrieval.prefix.pattern in golive.yaml; if the texts rightly begin alike, have this check waived.",
    );
  }
  const control =
    policy === "A"
      ? "every embedding text does, so the pattern is the right one"
      : "no embedding text either (policy none: nothing has to match, so no control shows that the pattern can)";
  return {
    ...base,
    verdict: "pass",
    summary: `None of ${n(found.total)} chunks begins with the ingestion prefix in its search text; ${control}.`,
    next: "",
  };
}
