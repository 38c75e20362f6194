import { randomInt, randomUUID } from "node:crypto";
import type { ScratchChunk } from "#src/operations/smoke/scratch-document";
import { SCRATCH_DOCUMENT } from "#src/operations/smoke/scratch-document";
import type { ColumnShape } from "#src/operations/smoke/work/table-shape";
import type { StoreNames, StoreQuery } from "#src/rag/store";

type Shape = ReadonlyMap<string, ColumnShape>;
type Values = ReadonlyMap<string, string>;

/** A row can't be written, for a reason that is the table's and not the database's. */
export class UnknownTable extends Error {
  override readonly name = "UnknownTable";
}

const TEXTS = ["text", "varchar", "bpchar", "name", "citext"];
const INTEGERS = ["int2", "int4", "int8"];

/** A run id for a column of this type. Where it can't carry our prefix, a random one: nothing of it is ever committed. */
export function runIdFor(shape: Shape, column: string, wanted: string): string {
  const type = shape.get(column)?.type ?? "";
  if (TEXTS.includes(type)) return wanted;
  if (type === "uuid") return randomUUID();
  throw new UnknownTable(`the run column ${column} has type ${type}, for which Golive can make no run id of its own`);
}

/** One chunk as columns and texts, which Postgres reads as each column's own type. */
export function chunkValues(
  names: StoreNames["chunks"],
  shape: Shape,
  chunk: ScratchChunk & { readonly run: string; readonly vector: readonly number[] },
): Values {
  const id = idFor(shape.get(names.id), `${chunk.run}-${chunk.ordinal}`);
  // A table may have one column for several of these: the first that names it counts.
  return firstOf([
    ...(id === null ? [] : [[names.id, id] as const]),
    [names.run, chunk.run],
    [names.document, SCRATCH_DOCUMENT],
    [names.text, chunk.text],
    [names.bm25Text, chunk.text],
    [names.embeddingText, chunk.text],
    [names.embedding, vectorText(shape.get(names.embedding)?.type ?? "", chunk.vector)],
    [names.tokenCount, String(chunk.tokens)],
  ]);
}

/** The run's own row. Its state is the one that says "complete": no other is known, and nobody ever sees the row. */
export const runValues = (
  names: NonNullable<StoreNames["runs"]>,
  { run, chunks, at }: { readonly run: string; readonly chunks: number; readonly at: Date },
): Values =>
  firstOf([
    [names.run, run],
    [names.state, names.completeValue],
    [names.chunks, String(chunks)],
    [names.digest, "golive-smoke"],
    [names.finishedAt, at.toISOString()],
  ]);

/** Columns that a row needs and that Golive doesn't know how to fill. */
export const unknownColumns = (shape: Shape, values: Values): readonly string[] =>
  [...shape.values()].filter(({ required, quoted }) => required && !values.has(quoted)).map(({ name }) => name);

export async function insertRow(query: StoreQuery, table: string, shape: Shape, values: Values): Promise<void> {
  const written = [...values].filter(([column]) => shape.get(column)?.generated !== true);
  const columns = written.map(([column]) => column).join(", ");
  const places = written
    .map(([column], at) =>
      shape.get(column)?.type === "tsvector" ? `to_tsvector('simple', $${at + 1})` : `$${at + 1}`,
    )
    .join(", ");
  await query(
    `INSERT INTO ${table} (${columns}) VALUES (${places})`,
    written.map(([, value]) => value),
  );
}

const firstOf = (pairs: readonly (readonly [string, string])[]): Values => {
  const values = new Map<string, string>();
  for (const [column, value] of pairs) if (!values.has(column)) values.set(column, value);
  return values;
};

/** Null: the column fills itself. */
function idFor(column: ColumnShape | undefined, wanted: string): string | null {
  if (column === undefined) throw new UnknownTable("the chunk table has no column for a chunk's id");
  if (TEXTS.includes(column.type)) return wanted;
  if (column.type === "uuid") return randomUUID();
  if (column.filled) return null;
  // Negative: where a sequence counts up, nobody has it.
  if (INTEGERS.includes(column.type)) return String(-randomInt(1, column.type === "int2" ? 32_000 : 2_000_000_000));
  throw new UnknownTable(`the id column ${column.name} has type ${column.type}, for which Golive can make no id`);
}

const vectorText = (type: string, vector: readonly number[]): string =>
  type.startsWith("_") ? `{${vector.join(",")}}` : `[${vector.join(",")}]`;
