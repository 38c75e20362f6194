import type { PrefixPattern } from "#src/gates/prefix-pattern";
import type { StoreNames } from "#src/rag/store";

type Chunks = StoreNames["chunks"];
/** A pattern that can be asked. */
export type Usable = Exclude<PrefixPattern, { kind: "unusable" }>;

/**
 * A text column in SQL, and SQL for its first characters. `left` and not `starts_with`: for values that Postgres compressed or
 * moved out of the row it fetches the beginning only, and that is what the check costs: once per value, please.
 */
export type Text = { readonly whole: string; readonly beginning: string };

const sliceOf = (column: string, pattern: Usable): string =>
  `left(${column}, ${pattern.kind === "literal" ? pattern.characters[0] : 1}) COLLATE "C"`;

export const textOf = (column: string, pattern: Usable): Text => ({
  whole: column,
  beginning: sliceOf(column, pattern),
});

/** Empty, or with a blank (`$3`) in front: only such a value is read as a whole. */
const blankFirst = ({ beginning }: Text): string => `strpos($3::text, left(${beginning}, 1)) > 0`;

/** Nothing but blanks, in Unicode's sense: no search finds such a text. */
export const isBlank = (text: Text): string => `(${blankFirst(text)} AND ltrim(${text.whole}, $3::text) = '')`;

/** Whether a text begins with the prefix in `$2`, at once or behind blanks (a line break, a byte order mark) nobody searches. */
export function begins(text: Text, pattern: Usable): string {
  const trimmed = `ltrim(${text.whole}, $3::text)`;
  const [atOnce, behindBlanks] =
    pattern.kind === "literal"
      ? [
          `${text.beginning} = $2::text`,
          `left(${trimmed}, ${pattern.characters[1]}) COLLATE "C" = ltrim($2::text, $3::text)`,
        ]
      : [`${text.whole} ~ $2::text`, `${trimmed} ~ $2::text`];
  return `(${atOnce} OR (${blankFirst(text)} AND ${behindBlanks}))`;
}

/** One sequential pass over a run's chunks: `$1` run, `$2` prefix, `$3` the characters that count as blanks. */
export function prefixLeakageSql({ table, run, bm25Text, embeddingText }: Chunks, pattern: Usable): string {
  const search: Text = { whole: "chunk.search_text", beginning: "chunk.search_beginning" };
  const embedded: Text = { whole: "chunk.embedded_text", beginning: "chunk.embedded_beginning" };
  // OFFSET 0 keeps the planner from cutting the beginnings again in each of the counts.
  return `SELECT count(*) AS total,
       count(*) FILTER (WHERE ${begins(search, pattern)}) AS leaking,
       count(*) FILTER (WHERE ${search.whole} IS NULL OR ${isBlank(search)}) AS without_bm25,
       count(*) FILTER (WHERE ${begins(embedded, pattern)}) AS carrying,
       count(*) FILTER (WHERE ${embedded.whole} IS NULL) AS null_embedding_text,
       count(*) FILTER (WHERE ${isBlank(embedded)}) AS blank_embedding_text
  FROM (SELECT ${bm25Text} AS search_text, ${sliceOf(bm25Text, pattern)} AS search_beginning,
               ${embeddingText} AS embedded_text, ${sliceOf(embeddingText, pattern)} AS embedded_beginning
          FROM ${table} WHERE ${run} = $1 OFFSET 0) AS chunk`;
}
