import { z } from "zod";
import { type BarName, readCandidateBars, underBars } from "#src/gates/candidate-bars";
import type { Gate, GateFinding, GateSubject } from "#src/gates/gate";
import { dataInputs } from "#src/gates/recorded-run";
import { dbNumber, readRow, readRows } from "#src/rag/read-row";
import type { StoreNames } from "#src/rag/store";

/**
 * Counts are held against the text's characters, not its bytes: prose has 3 to 5 characters per token in alphabets of one,
 * two and three bytes alike, Chinese and Japanese 1 to 2. Only a tokenizer that drops white space, over deeply indented code or
 * padded tables, comes near 8. Over a whole run 10 is beyond all of these; a single chunk may be an odd one (a table of
 * dashes), so 16 there, and only a share of such chunks counts. Counts too small by a half still pass: only a recount with
 * the embedder's own tokenizer could tell.
 */
const MOST_CHARACTERS_PER_TOKEN = { run: 10, chunk: 16 } as const;
/** Share of chunks beyond their bar from which on the counts are not believed. */
const IMPLAUSIBLE_SHARE = 0.01;

const row = z.object({
  total: dbNumber,
  missing: dbNumber,
  unusable: dbNumber,
  implausible: dbNumber,
  density: dbNumber.nullable(),
  max: dbNumber.nullable(),
  p99: dbNumber.nullable(),
  over_chunk: dbNumber,
  over_embedder: dbNumber,
  context: dbNumber.nullable(),
});

/** `$1` run, `$2` chunk limit, `$3` embedder limit, `$4` chunks per context: the largest ones could meet in one context. */
export function tokenBudgetSql(chunks: StoreNames["chunks"]): string {
  const tokens = `${chunks.tokenCount}::bigint`;
  return `WITH run AS (
  SELECT ${tokens} AS tokens, char_length(${chunks.embeddingText}::text) AS characters
    FROM ${chunks.table} WHERE ${chunks.run} = $1)
SELECT count(*) AS total,
       count(*) FILTER (WHERE tokens IS NULL) AS missing,
       count(*) FILTER (WHERE tokens <= 0) AS unusable,
       count(*) FILTER (WHERE tokens > 0 AND characters > tokens * ${MOST_CHARACTERS_PER_TOKEN.chunk}) AS implausible,
       (sum(characters) FILTER (WHERE tokens > 0) / nullif(sum(tokens) FILTER (WHERE tokens > 0), 0))::float8 AS density,
       max(tokens) AS max,
       percentile_disc(0.99) WITHIN GROUP (ORDER BY tokens) AS p99,
       count(*) FILTER (WHERE tokens > $2::bigint) AS over_chunk,
       count(*) FILTER (WHERE tokens > $3::bigint) AS over_embedder,
       (SELECT sum(largest.tokens) FROM (SELECT tokens FROM run WHERE tokens IS NOT NULL
          ORDER BY tokens DESC LIMIT $4::int) AS largest) AS context
  FROM run`;
}

const n = (value: number): string => value.toLocaleString("en-US");

const OWN_BARS: readonly BarName[] = ["chunk_max_tokens", "context_chunks", "context_budget_tokens"];

/**
 * Token counts of the candidate's own data against the embedder's limit, and the chunk size and reader's budget of its
 * configuration version: the largest chunks that could stand together in one context.
 */
export const tokenBudget: Gate = {
  id: "token-budget",
  title: "Token budget",
  version: 3,
  timeoutMs: 120_000,
  thresholds: ({ retrieval }) => ({
    chunk_max_tokens: retrieval.chunk_max_tokens,
    embedder_max_tokens: retrieval.embedder_max_tokens,
    context_chunks: retrieval.context_chunks,
    context_budget_tokens: retrieval.context_budget_tokens,
    characters_per_token_max: MOST_CHARACTERS_PER_TOKEN.run,
    characters_per_token_of_a_chunk_max: MOST_CHARACTERS_PER_TOKEN.chunk,
  }),
  check: async (subject, signal) => {
    const bars = await readCandidateBars(subject, OWN_BARS, signal);
    return underBars(bars, await lookAt(subject, bars.retrieval, signal));
  },
};

async function lookAt(
  subject: GateSubject,
  retrieval: GateSubject["service"]["retrieval"],
  signal: AbortSignal,
): Promise<GateFinding> {
  const { candidate, store } = subject;
  const { rag_store } = subject.service;
  const { chunks } = store.names;
  const sql = tokenBudgetSql(chunks);
  const found = readRow(
    row,
    await store.query(
      sql,
      [candidate.run, retrieval.chunk_max_tokens, retrieval.embedder_max_tokens, retrieval.context_chunks],
      signal,
    ),
  );
  const context = found.context ?? 0;
  const tooLarge = found.context !== null && found.context > retrieval.context_budget_tokens;
  const density = found.density ?? 0;
  const incredible = density > MOST_CHARACTERS_PER_TOKEN.run || found.implausible / found.total > IMPLAUSIBLE_SHARE;
  const base = {
    findings: [
      ...(found.total === 0 ? ["chunks:none"] : []),
      ...(found.over_chunk > 0 ? ["chunk-size:exceeded"] : []),
      ...(found.over_embedder > 0 ? ["embedder-limit:exceeded"] : []),
      ...(tooLarge ? ["context-budget:exceeded"] : []),
      ...(found.missing > 0 ? ["count:missing"] : []),
      ...(found.unusable > 0 ? ["count:not-positive"] : []),
      ...(incredible ? ["count:not-plausible"] : []),
    ],
    value:
      found.max === null
        ? "no counts"
        : `max ${n(found.max)}, p99 ${n(found.p99 ?? found.max)}, context ≤ ${n(context)}`,
    bar: `chunk ≤ ${n(Math.min(retrieval.chunk_max_tokens, retrieval.embedder_max_tokens))}, context ≤ ${n(retrieval.context_budget_tokens)}`,
    numbers: {
      chunks: found.total,
      max_tokens: found.max,
      p99_tokens: found.p99,
      over_chunk_size: found.over_chunk,
      over_embedder_limit: found.over_embedder,
      largest_context_tokens: found.context,
      without_count: found.missing,
      count_not_positive: found.unusable,
      count_not_plausible: found.implausible,
      characters_per_token: found.density === null ? null : Math.round(found.density * 10) / 10,
    },
    how: sql,
    inputs: await dataInputs(subject, { column: rag_store.chunks.token_count, retrieval }, signal),
  };
  const not = (verdict: "fail" | "inconclusive", summary: string, next: string): GateFinding => ({
    ...base,
    verdict,
    summary,
    next,
  });
  if (found.total === 0) {
    return not("fail", `The run ${candidate.run} has no chunks.`, "Check the run's name, or run the ingestion again.");
  }
  if (found.over_embedder + found.over_chunk > 0) {
    const limit = Math.min(retrieval.chunk_max_tokens, retrieval.embedder_max_tokens);
    const over = Math.max(found.over_embedder, found.over_chunk);
    const ids = readRows(
      z.object({ id: z.string() }),
      await store.query(
        `SELECT ${chunks.id}::text AS id FROM ${chunks.table} WHERE ${chunks.run} = $1 AND ${chunks.tokenCount} > $2
            ORDER BY ${chunks.tokenCount} DESC, 1 LIMIT 5`,
        [candidate.run, limit],
        signal,
      ),
    ).map(({ id }) => id);
    const which = found.over_embedder > 0 ? "the embedder cuts them" : "they are larger than the chunk size";
    const finding = not(
      "fail",
      `${n(over)} of ${n(found.total)} chunks have more than ${n(limit)} tokens: ${which}.`,
      "Ingest again with a smaller chunk size, or correct the limits in the configuration version and golive.yaml if those are wrong.",
    );
    return { ...finding, numbers: { ...finding.numbers, examples: ids.join(" ") } };
  }
  if (tooLarge) {
    const summary = `The ${n(retrieval.context_chunks)} largest chunks together have ${n(context)} tokens: a context could exceed the reader's ${n(retrieval.context_budget_tokens)}.`;
    return not("fail", summary, "Give the reader fewer chunks or a larger budget, or make the chunks smaller.");
  }
  const next = "Make the ingestion write the embedder's token count with every chunk.";
  if (found.missing + found.unusable > 0) {
    const summary = `${n(found.missing + found.unusable)} of ${n(found.total)} chunks have no usable token count, so nobody can say whether they fit.`;
    return not("inconclusive", summary, next);
  }
  if (incredible) {
    const many =
      density > MOST_CHARACTERS_PER_TOKEN.run
        ? `the texts have ${Math.round(density * 10) / 10} characters per counted token, and no tokenizer packs more than ${MOST_CHARACTERS_PER_TOKEN.run}`
        : `${n(found.implausible)} of ${n(found.total)} chunks have more than ${MOST_CHARACTERS_PER_TOKEN.chunk} characters per counted token`;
    const summary = `The token counts are too small for their texts: ${many}. So nobody can say whether the chunks fit.`;
    return not("inconclusive", summary, next);
  }
  return {
    ...base,
    verdict: "pass",
    summary: `All ${n(found.total)} chunks fit: at most ${n(found.max ?? 0)} tokens each, at most ${n(context)} in a context of ${n(retrieval.context_chunks)}.`,
    next: "",
  };
}
