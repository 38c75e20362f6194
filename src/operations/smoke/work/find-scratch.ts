import { z } from "zod";
import { isSparse, isVectorIndex } from "#src/gates/index-probe";
import { wordQuestion } from "#src/gates/sparse-index";
import { SCRATCH_WORD } from "#src/operations/smoke/scratch-document";
import type { Found } from "#src/operations/smoke/work/check";
import { type IndexFacts, indexFamily, readColumns, readIndexes } from "#src/rag/catalog";
import { plannedIndexes } from "#src/rag/explain";
import { readRows } from "#src/rag/read-row";
import type { StoreNames, StoreQuery } from "#src/rag/store";

/** What stands in the store now: its run, its texts in order, and which of them has the needle. */
export type Scratch = {
  readonly run: string;
  readonly texts: readonly string[];
  readonly needle: string;
  readonly vector: readonly number[];
};

/** Columns as golive.yaml names them, without quotes: what the catalog says. */
export type Columns = { readonly bm25: string; readonly embedding: string };

const texts = z.object({ text: z.string() });
const textsOf = async (query: StoreQuery, sql: string, values: readonly unknown[]): Promise<readonly string[]> =>
  readRows(texts, await query(sql, values)).map(({ text }) => text);

export async function findByRun(query: StoreQuery, names: StoreNames["chunks"], scratch: Scratch): Promise<Found> {
  const sql = `SELECT ${names.text}::text AS text FROM ${names.table} WHERE ${names.run} = $1`;
  const found = await textsOf(query, sql, [scratch.run]);
  const missing = scratch.texts.filter((text) => !found.includes(text));
  const of = scratch.texts.length;
  return missing.length === 0 && found.length === of
    ? { verdict: "pass", summary: `${of}/${of} chunks come back by their run, letter by letter.` }
    : {
        verdict: "fail",
        summary: `${found.length} chunks come back by their run, not ${of}; ${missing.length} texts are not as they were written.`,
        next: "See triggers and rules on the chunk table: something changes rows on their way in.",
      };
}

/** Finds the one chunk with a word of its own, within the run; by the full-text index where there is one. */
export async function findByWord(
  query: StoreQuery,
  names: StoreNames["chunks"],
  { bm25 }: Columns,
  scratch: Scratch,
): Promise<Found> {
  const indexes = (await readIndexes(query, names.table)).filter((each) => each.valid && isSparse(each, bm25));
  const asked = indexes.flatMap((index) => wordQuestion(index, bm25, SCRATCH_WORD) ?? [])[0];
  const condition =
    asked ?? `to_tsvector('simple', ${names.bm25Text}::text) @@ to_tsquery('simple', '${SCRATCH_WORD}')`;
  const sql = `SELECT ${names.text}::text AS text FROM ${names.table} WHERE ${condition} AND ${names.run} = $1`;
  const found = await textsOf(query, sql, [scratch.run]);
  const how = asked === undefined ? "without an index" : "as the full-text index asks";
  return found.length === 1 && found[0] === scratch.needle
    ? { verdict: "pass", summary: `The one chunk with the word is found by full text, ${how}.` }
    : {
        verdict: "fail",
        summary: `Full text finds ${found.length} chunks for a word that stands in one of them (${how}).`,
        next: "See what fills the full-text column, and its dictionary.",
      };
}

/** The needle's own vector: its nearest neighbour within the run is itself. */
export async function findByVector(
  query: StoreQuery,
  names: StoreNames["chunks"],
  { embedding }: Columns,
  scratch: Scratch,
): Promise<Found> {
  const facts = (await readColumns(query, names.table))?.get(embedding);
  const sql = (nearness: string) =>
    `SELECT ${names.text}::text AS text FROM ${names.table} WHERE ${names.run} = $2 ORDER BY ${nearness} LIMIT 1`;
  const isArray = facts?.type.startsWith("_") === true;
  const nearness = isArray
    ? `(SELECT sum(a * b) FROM unnest(${names.embedding}, $1::real[]) AS t(a, b)) DESC NULLS LAST`
    : `${names.embedding} OPERATOR(${await cosineOf(query, names.table, embedding)}) ($1::real[])::${facts?.formatted ?? "real[]"}`;
  const found = await textsOf(query, sql(nearness), [`{${scratch.vector.join(",")}}`, scratch.run]);
  return found[0] === scratch.needle
    ? { verdict: "pass", summary: "The nearest chunk to a chunk's own vector is that chunk." }
    : {
        verdict: "fail",
        summary: "The nearest chunk to a chunk's own vector is another one.",
        next: "See how the embedding column keeps vectors (its type, its precision, triggers).",
      };
}

/** The index on which both searches rest really has the new rows: the planner takes it, and what it finds is right. */
export async function findByIndex(
  query: StoreQuery,
  names: StoreNames["chunks"],
  columns: Columns,
  scratch: Scratch,
): Promise<Found> {
  const indexes = (await readIndexes(query, names.table)).filter(({ valid }) => valid);
  const sparse = indexes.flatMap((index) => {
    const condition = isSparse(index, columns.bm25) ? wordQuestion(index, columns.bm25, SCRATCH_WORD) : null;
    const text = `SELECT ${names.text}::text AS text FROM ${names.table} WHERE ${condition}`;
    return condition === null ? [] : [{ index, sql: text, values: [] as readonly unknown[] }];
  })[0];
  const dense = indexes.flatMap((index) => {
    const sql = nearestBy(index, names, columns);
    return sql === null ? [] : [{ index, sql, values: [`{${scratch.vector.join(",")}}`] as readonly unknown[] }];
  })[0];
  const asked = [sparse, dense].filter((each) => each !== undefined);
  if (asked.length === 0) {
    const summary = "No index over the full text or the vectors can be asked by itself; ops-health looks at that.";
    return { verdict: "not-applicable", summary };
  }
  await query("SET LOCAL enable_seqscan = off");
  await query("SET LOCAL enable_sort = off");
  const said: string[] = [];
  for (const { index, sql, values } of asked) {
    const family = await indexFamily(query, index.oid);
    const isTaken = (await plannedIndexes(query, sql, values)).some((name) => family.has(name));
    if (!isTaken) return unused(index);
    if (!(await textsOf(query, sql, values)).includes(scratch.needle)) return notInIndex(index);
    said.push(index.name);
  }
  return { verdict: "pass", summary: `The new chunk is found by ${said.join(" and ")}.` };
}

const unused = ({ name }: IndexFacts): Found => ({
  verdict: "inconclusive",
  summary: `The planner takes another way than ${name}, even when it is asked to take an index: whether the index is kept up is open.`,
  next: `Look at the plan by hand, and at ops-health/index-presence.`,
});

const notInIndex = ({ name, method }: IndexFacts): Found => ({
  // An approximate index may miss; an exact one may not.
  verdict: method === "hnsw" || method === "ivfflat" ? "inconclusive" : "fail",
  summary: `${name} does not find a chunk that was written a moment ago.`,
  next: `REINDEX INDEX CONCURRENTLY ${name}; then run this again.`,
});

/** The nearest of all runs: the vector's own row is at distance 0, wherever it stands. */
function nearestBy(index: IndexFacts, names: StoreNames["chunks"], { embedding }: Columns): string | null {
  const { operator, expression, expressionType } = index;
  if (!isVectorIndex(index, embedding) || index.predicate !== null) return null;
  if (operator === null || expression === null || expressionType === null) return null;
  // By inner product a longer vector may be nearer than the vector itself.
  if (operator === "<#>") return null;
  return `SELECT ${names.text}::text AS text FROM ${names.table} ORDER BY ${expression} ${operator} ($1::real[])::${expressionType} LIMIT 10`;
}

/** pgvector's cosine distance for this column, spelt with its schema: nobody's search path has to have it. */
async function cosineOf(query: StoreQuery, table: string, column: string): Promise<string> {
  const rows = readRows(
    z.object({ operator: z.string() }),
    await query(
      `SELECT format('%I.%s', n.nspname, o.oprname) AS operator
         FROM pg_attribute a JOIN pg_operator o ON o.oprleft = a.atttypid AND o.oprright = a.atttypid AND o.oprname = '<=>'
         JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE a.attrelid = to_regclass($1) AND a.attname = $2`,
      [table, column],
    ),
  );
  return rows[0]?.operator ?? "<=>";
}
