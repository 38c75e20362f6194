import { type IndexFacts, indexFamily } from "#src/rag/catalog";
import { plannedIndexes } from "#src/rag/explain";
import type { RagStore, StoreNames } from "#src/rag/store";

/** From so many chunks on, a planner that does not take the index by itself is a finding; below, it may be right. */
export const PROBE_MIN_CHUNKS = 10_000;
/** Up to here comparing a query with every vector of a run is quick enough to be a choice. */
export const EXACT_MAX_CHUNKS = 50_000;

const VECTOR_METHODS = ["hnsw", "ivfflat"];
const SPARSE_METHODS = ["gin", "bm25", "rum"];

/** Whether an index is a vector index over this column, plain or as an expression such as `embedding::halfvec(384)`. */
export const isVectorIndex = (index: IndexFacts, column: string): boolean =>
  VECTOR_METHODS.includes(index.method) && (index.columns.includes(column) || index.expressionOn.includes(column));

/** Whether an index is a full-text index over this column: itself, an expression on it, or a column generated from it. */
export const isSparse = (index: IndexFacts, column: string): boolean =>
  SPARSE_METHODS.includes(index.method) &&
  [index.columns, index.expressionOn, index.derivedFrom].some((columns) => columns.includes(column));

/** A GIN index on a tsvector column that a trigger or the application fills: what it is made from can't be seen. */
export const sparseWithoutProof = (indexes: readonly IndexFacts[]): IndexFacts | null =>
  indexes.find((each) => each.valid && SPARSE_METHODS.includes(each.method) && each.expressionType === "tsvector") ??
  null;

/**
 * `used`: the planner takes the index by itself. `usable`: it would if scanning were forbidden, and for so few chunks it
 * rightly scans. `unused`: it does not take it. `unknown`: it could not be asked.
 */
export type Probe = {
  readonly kind: "used" | "usable" | "unused" | "unknown";
  readonly index: string;
  readonly text: string;
  readonly sql: string;
};

export type Question = { readonly sql: string; readonly values: readonly unknown[] };

/** Asks the planner about both questions, never with scanning forbidden where the run is big enough to tell. */
export function probe(
  store: RagStore,
  index: IndexFacts,
  what: string,
  questions: { readonly withinRun: Question; readonly overAll: Question },
  chunks: number,
  signal: AbortSignal,
): Promise<Probe> {
  const { withinRun, overAll } = questions;
  const { sql } = withinRun;
  const many = chunks.toLocaleString("en-US");
  return store.transaction(
    "read",
    async (query): Promise<Probe> => {
      const family = await indexFamily(query, index.oid);
      const takes = async (question: Question): Promise<boolean> =>
        (await plannedIndexes(query, question.sql, question.values)).some((name) => family.has(name));
      if (await takes(withinRun))
        return { kind: "used", index: index.name, text: `the planner uses ${index.name} for ${what}`, sql };
      if (chunks >= PROBE_MIN_CHUNKS) {
        if (chunks <= EXACT_MAX_CHUNKS && (await takes(overAll))) {
          const text = `the planner uses ${index.name} for ${what} over all runs; within the run's ${many} chunks it prefers to filter by run`;
          return { kind: "usable", index: index.name, text, sql };
        }
        return {
          kind: "unused",
          index: index.name,
          text: `the planner does not use ${index.name} for ${what} over ${many} chunks`,
          sql,
        };
      }
      await query("SET LOCAL enable_seqscan = off");
      await query("SET LOCAL enable_sort = off");
      if ((await takes(withinRun)) || (await takes(overAll))) {
        return {
          kind: "usable",
          index: index.name,
          text: `${index.name} works for ${what}; for ${many} chunks the planner rightly scans`,
          sql,
        };
      }
      return { kind: "unused", index: index.name, text: `the planner can't use ${index.name} for ${what}`, sql };
    },
    signal,
  );
}

/** Asks for the neighbours of one of the candidate's own chunks, within its run, as retrieval does. */
export async function probeVector(
  store: RagStore,
  chunks: StoreNames["chunks"],
  candidate: { readonly run: string; readonly chunks: number },
  index: IndexFacts,
  signal: AbortSignal,
): Promise<Probe> {
  const one = await store.query<{ vector: string }>(
    `SELECT (${chunks.embedding}::real[])::text AS vector FROM ${chunks.table}
      WHERE ${chunks.run} = $1 AND ${chunks.embedding} IS NOT NULL LIMIT 1`,
    [candidate.run],
    signal,
  );
  const { operator, expression, expressionType } = index;
  const vector = one[0]?.vector;
  if (operator === null || expression === null || expressionType === null || vector === undefined) {
    return {
      kind: "unknown",
      index: index.name,
      text: `${index.name} has no distance operator that could be asked with`,
      sql: "",
    };
  }
  // The operator comes from the catalog, as Postgres spells it; the vector is cast to the type the index compares.
  const order = `ORDER BY ${expression} ${operator} ($1::real[])::${expressionType} LIMIT 10`;
  const from = `SELECT ${chunks.id} FROM ${chunks.table}`;
  const questions = {
    withinRun: { sql: `${from} WHERE ${chunks.run} = $2\n  ${order}`, values: [vector, candidate.run] },
    overAll: { sql: `${from}\n  ${order}`, values: [vector] },
  };
  return probe(store, index, "nearest neighbours", questions, candidate.chunks, signal);
}
