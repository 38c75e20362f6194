import { z } from "zod";

const named = z.strictObject({ schema: z.string().min(1), name: z.string().min(1) });
/** An object of the database by its exact names, unquoted. */
export type Named = z.infer<typeof named>;

const definition = z.strictObject({ name: z.string(), definition: z.string() });

const column = z.strictObject({
  name: z.string(),
  /** As SQL says it, with its schema unless Postgres brings it: `text`, `"Rag"."Status"`, `public.vector(384)`. */
  type: z.string(),
  /** The base type's own name, and the function that gives its binary form: what the content digest is made with. */
  base: z.string(),
  send: z.string(),
  collation: z.string().nullable(),
  not_null: z.boolean(),
  default: z.string().nullable(),
  generated: z.enum(["stored", "virtual"]).nullable(),
  identity: z.enum(["always", "by default"]).nullable(),
});
export type ColumnShape = z.infer<typeof column>;

/** A table, or one partition of it, as the catalog has it. Definitions name everything with its schema. */
export const tableShape = named.extend({
  kind: z.enum(["table", "partitioned"]),
  unlogged: z.boolean(),
  parent: named.extend({ bound: z.string() }).nullable(),
  partition_key: z.string().nullable(),
  columns: z.array(column),
  checks: z.array(definition),
  /** Primary key, unique and exclusion constraints. `parent`: the index of the partitioned table that this one's is part of. */
  constraints: z.array(definition.extend({ parent: named.nullable() })),
  indexes: z.array(definition.extend({ parent: named.nullable() })),
  foreign_keys: z.array(definition.extend({ target: named })),
});
export type TableShape = z.infer<typeof tableShape>;

export const typeShape = z.discriminatedUnion("kind", [
  named.extend({ kind: z.literal("enum"), labels: z.array(z.string()) }),
  named.extend({
    kind: z.literal("domain"),
    base: z.string(),
    collation: z.string().nullable(),
    not_null: z.boolean(),
    default: z.string().nullable(),
    checks: z.array(definition),
  }),
]);
export type TypeShape = z.infer<typeof typeShape>;

export const sequenceShape = named.extend({
  type: z.string(),
  /** Numbers as text: they are 64 bits long. */
  start: z.string(),
  increment: z.string(),
  min: z.string(),
  max: z.string(),
  cache: z.string(),
  cycle: z.boolean(),
  /** The next value is this one, or the one after it when it `is_called`. */
  last_value: z.string(),
  is_called: z.boolean(),
  owner: named.extend({ column: z.string(), identity: z.boolean() }).nullable(),
});
export type SequenceShape = z.infer<typeof sequenceShape>;

export const extensionShape = named.extend({ version: z.string() });
export type ExtensionShape = z.infer<typeof extensionShape>;

/** Everything that the backed-up tables are made of. Tables: a partitioned one stands before its partitions. */
export const databaseShape = z.strictObject({
  extensions: z.array(extensionShape),
  types: z.array(typeShape),
  sequences: z.array(sequenceShape),
  tables: z.array(tableShape),
});
export type DatabaseShape = z.infer<typeof databaseShape>;

export const sameName = (a: Named, b: Named): boolean => a.schema === b.schema && a.name === b.name;

/** For messages: `rag.document_chunks`. */
export const sayName = ({ schema, name }: Named): string => `${schema}.${name}`;

/** The table that was asked for: of a partition, the one it belongs to. */
export function rootOf({ tables }: Pick<DatabaseShape, "tables">, table: Named): Named {
  let root: Named = table;
  for (;;) {
    const parent = tables.find((each) => sameName(each, root))?.parent ?? null;
    if (parent === null) return root;
    root = parent;
  }
}
