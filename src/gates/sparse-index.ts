import { z } from "zod";
import { type Probe, probe } from "#src/gates/index-probe";
import { holdsWholeText } from "#src/gates/whole-text";
import type { IndexFacts, IndexKey } from "#src/rag/catalog";
import { dbNumber, readRow } from "#src/rag/read-row";
import type { RagStore, StoreNames } from "#src/rag/store";

type Sized = { readonly run: string; readonly chunks: number };

/** Stands in no text. */
const NOWHERE = "zqgoliveprobe";

/** A word (letters only), as each operator wants it. Full text first; LIKE for trigrams. */
const QUESTIONS: readonly {
  readonly operator: string;
  readonly argument: string;
  readonly ask: (word: string) => string;
}[] = [
  { operator: "@@", argument: "tsquery", ask: (word) => `to_tsquery('simple', '${word}')` },
  { operator: "@@@", argument: "text", ask: (word) => `'${word}'::text` },
  { operator: "~~", argument: "text", ask: (word) => `'%${word}%'::text` },
];

const isWhole = (key: IndexKey, column: string): boolean =>
  holdsWholeText(key.expression, column) || (key.generation !== null && holdsWholeText(key.generation, column));

function questionOf(key: IndexKey, word: string): string | null {
  for (const { operator, argument, ask } of QUESTIONS) {
    const search = key.searches.find((each) => each.operator.endsWith(`.${operator})`) && each.argument === argument);
    if (search !== undefined) return `${key.expression} ${search.operator} ${ask(word)}`;
  }
  return null;
}

/** A condition that finds `word` (letters only) in all of `column` and that this index can answer; null: it has none. */
export const wordQuestion = (index: IndexFacts, column: string, word: string): string | null =>
  index.keys
    .filter((key) => isWhole(key, column))
    .map((key) => questionOf(key, word))
    .find((question) => question !== null) ?? null;

/**
 * Asks the sparse indexes over the search text (`indexes`, not empty) whether one serves this run: it is over the whole text,
 * and the planner takes it for a word within the run. Answers with the first that does, else with what is known best.
 */
export async function probeSparse(
  store: RagStore,
  chunks: StoreNames["chunks"],
  candidate: Sized,
  { indexes, column }: { readonly indexes: readonly IndexFacts[]; readonly column: string },
  signal: AbortSignal,
): Promise<Probe> {
  const found: Probe[] = [];
  // One over the whole table serves every run; a partial one has to prove that it serves this one.
  for (const index of indexes.toSorted((a, b) => Number(a.predicate !== null) - Number(b.predicate !== null))) {
    const asked = await probeOne(store, chunks, candidate, index, column, signal);
    if (asked.kind === "used" || asked.kind === "usable") return asked;
    found.push(asked);
  }
  const best = found.find(({ kind }) => kind === "unknown") ?? found[0];
  return best ?? { kind: "unknown", index: column, text: `no index over "${column}" could be asked`, sql: "" };
}

async function probeOne(
  store: RagStore,
  chunks: StoreNames["chunks"],
  candidate: Sized,
  index: IndexFacts,
  column: string,
  signal: AbortSignal,
): Promise<Probe> {
  const whole = index.keys.filter((key) => isWhole(key, column));
  const match = wordQuestion(index, column, NOWHERE);
  if (match === null) {
    const left = await leftOut(store, chunks, candidate.run, index, signal);
    if (left !== null) return left;
    const text =
      whole.length === 0
        ? `nothing shows that ${index.name} is over all of "${column}" (it indexes ${index.keys.map(({ expression }) => expression).join(", ")})`
        : `${index.name} (${index.method}) has no full-text operator that it could be asked with`;
    return { kind: "unknown", index: index.name, text, sql: "" };
  }
  const from = `SELECT ${chunks.id} FROM ${chunks.table}\n  WHERE`;
  const questions = {
    withinRun: { sql: `${from} ${match} AND ${chunks.run} = $1`, values: [candidate.run] },
    overAll: { sql: `${from} ${match}`, values: [] },
  };
  return probe(store, index, "full text", questions, candidate.chunks, signal);
}

/** A partial index that can't be asked: chunks of the run that its condition leaves out are chunks it can't find. */
async function leftOut(
  store: RagStore,
  chunks: StoreNames["chunks"],
  run: string,
  { name, predicate }: IndexFacts,
  signal: AbortSignal,
): Promise<Probe | null> {
  if (predicate === null) return null;
  // The condition comes from the catalog, as Postgres spells it.
  const sql = `SELECT count(*) AS outside FROM ${chunks.table}
  WHERE ${chunks.run} = $1 AND (${predicate}) IS NOT TRUE`;
  const { outside } = readRow(z.object({ outside: dbNumber }), await store.query(sql, [run], signal));
  if (outside === 0) return null;
  const text = `${name} leaves out ${outside.toLocaleString("en-US")} chunks of this run (it is partial: ${predicate})`;
  return { kind: "unused", index: name, text, sql };
}
