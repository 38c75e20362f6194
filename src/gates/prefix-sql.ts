import type { PrefixPattern } from "#src/gates/prefix-pattern";
import type { StoreNames } from "#src/rag/store";

type Chunks = StoreNames["chunks"];
/** A pattern that can be asked. */
export type Usable = Exclude<PrefixPattern, { kind: "unusable" }>;

/**
 * A text column in SQL, and SQL for its first characters. `left` and not `starts_with`: for values that Postgres compressed or
 * moved out of the row it fetches the beginning only, and that is what the check costs: once per value, please.
 */
export type Text = { readonly whole: string; readonly beginning: string; readonly first: string };

export const textOf = (column: string, pattern: Usable): Text => ({
  whole: column,
  beginning: `left(${column}, ${pattern.kind === "literal" ? pattern.characters[0] : 1}) COLLATE "C"`,
  first: `left(${column}, 1) COLLATE "C"`,
});

/**
 * Whether a value may begin with a blank: all blanks sort before `!` or behind ASCII, and this costs a tenth of looking for the
 * character in the list. Only such a value, or an empty one, is read as a whole.
 */
const maybeBlankFirst = ({ first }: Text): string => `(${first} < '!' OR ${first} > '~')`;

/** Nothing but blanks, in Unicode's sense: no search finds such a text. */
export const isBlank = (text: Text): string => `(${maybeBlankFirst(text)} AND ltrim(${text.whole}, $3::text) = '')`;

/** Whether a text begins with the prefix in `$2`, at once or behind blanks (a line break, a byte order mark) nobody searches. */
export function begins(text: Text, pattern: Usable): string {
  const { atOnce, behindBlanks } = beginnings(text, pattern);
  return `(${atOnce} OR (${maybeBlankFirst(text)} AND ${behindBlanks}))`;
}

function beginnings(text: Text, pattern: Usable): { readonly atOnce: string; readonly behindBlanks: string } {
  const trimmed = `ltrim(${text.whole}, $3::text)`;
  if (pattern.kind === "regex") return { atOnce: `${text.whole} ~ $2::text`, behindBlanks: `${trimmed} ~ $2::text` };
  return {
    atOnce: `${text.beginning} = $2::text`,
    behindBlanks: `left(${trimmed}, ${pattern.characters[1]}) COLLATE "C" = ltrim($2::text, $3::text)`,
  };
}

/** Beyond it Postgres moves a value out of its row, and only as much of it as is needed should be fetched. */
const IN_ROW_BYTES = 2_000;

/**
 * The quick look of policy A: how many chunks are beyond doubt, their search text beginning with a visible ASCII character and
 * not with the prefix in `$2`, their embedding text with it. Where that is all of them nothing else has to be asked, and one
 * count of values compared where they lie takes half the time of classing them. `$1` run. `inRows`: Postgres has moved no
 * value out of this table's rows, so that no value's size has to be asked.
 */
export function beyondDoubtSql(
  { table, run, bm25Text, embeddingText }: Chunks,
  characters: number,
  inRows: boolean,
): string {
  const [search, embedded] = [`${bm25Text} COLLATE "C"`, `${embeddingText} COLLATE "C"`];
  const cut = (column: string, length: number): string => `left(${column}, ${length}) COLLATE "C"`;
  const whole = `${search} >= '!' AND ${search} < '~' AND NOT ${search} ^@ $2::text AND ${embedded} ^@ $2::text`;
  const condition = inRows
    ? whole
    : `CASE WHEN pg_column_size(${bm25Text}) < ${IN_ROW_BYTES} AND pg_column_size(${embeddingText}) < ${IN_ROW_BYTES}
              THEN ${whole}
              ELSE ${cut(bm25Text, 1)} >= '!' AND ${cut(bm25Text, 1)} < '~'
                   AND ${cut(bm25Text, characters)} <> $2::text AND ${cut(embeddingText, characters)} = $2::text END`;
  return `SELECT count(*) AS total, count(*) FILTER (WHERE
         ${condition}) AS beyond_doubt
  FROM ${table} WHERE ${run} = $1`;
}

/** Whether everything of a table stands in its rows: `$1` its name. A partitioned or foreign table gives no row or false. */
export const inRowsSql = `SELECT relkind = 'r' AND coalesce(pg_relation_size(nullif(reltoastrelid, 0)), 0) = 0 AS in_rows
  FROM pg_class WHERE oid = to_regclass($1)`;

/** More chunks than any run has: what is counted in steps of it and what in ones never mix. */
const STEP = 1_000_000_000_000;

/**
 * One sequential pass over a run's chunks: `$1` run, `$2` prefix, `$3` the characters that count as blanks. Each text is classed
 * once, and one sum carries two counts: a count of its own for each made the pass 1.7 times as long. No subquery around the
 * rows either: with one (OFFSET 0) Postgres doesn't share the pass between its workers.
 */
export function prefixLeakageSql({ table, run, bm25Text, embeddingText }: Chunks, pattern: Usable): string {
  // In the order of how often it is so: each further question costs a cut of the text.
  const classed = (text: Text): string => {
    const { atOnce, behindBlanks } = beginnings(text, pattern);
    return `sum(CASE WHEN ${atOnce} THEN 1 WHEN ${text.first} >= '!' AND ${text.first} <= '~' THEN 0
                     WHEN ${behindBlanks} THEN 1 WHEN ltrim(${text.whole}, $3::text) = '' THEN ${STEP} ELSE 0 END)`;
  };
  return `SELECT total,
       mod(search, ${STEP}) AS leaking, total - searched + div(search, ${STEP}) AS without_bm25,
       mod(embedding, ${STEP}) AS carrying, total - embedded AS null_embedding_text,
       div(embedding, ${STEP}) AS blank_embedding_text
  FROM (SELECT count(*) AS total, count(${bm25Text}) AS searched, count(${embeddingText}) AS embedded,
               coalesce(${classed(textOf(bm25Text, pattern))}, 0) AS search,
               coalesce(${classed(textOf(embeddingText, pattern))}, 0) AS embedding
          FROM ${table} WHERE ${run} = $1) AS pass`;
}
