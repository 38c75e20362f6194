import { z } from "zod";
import { RagStoreError } from "#src/rag/store-error";

/** A count or size as drivers give it: int8 comes as text from one and as a number from another. NULL is not 0. */
export const dbNumber = z.union([z.number(), z.string().min(1), z.bigint()]).transform(Number);

/** The single row of an aggregate query. Throws `RagStoreError` when the answer has another shape. */
export function readRow<S extends z.ZodType>(schema: S, rows: readonly unknown[]): z.infer<S> {
  return readRows(schema, rows.slice(0, 1))[0] ?? refuse("no row");
}

/** All rows, each of this shape. Throws `RagStoreError` when one isn't. */
export function readRows<S extends z.ZodType>(schema: S, rows: readonly unknown[]): z.infer<S>[] {
  return rows.map((row) => {
    const parsed = schema.safeParse(row);
    return parsed.success ? parsed.data : refuse(z.prettifyError(parsed.error));
  });
}

function refuse(why: string): never {
  throw new RagStoreError("failed", `The RAG store answered in a shape that Golive does not know: ${why}`);
}
