import { z } from "zod";
import type { CopySession } from "#src/backup/copy/session";
import { sqlName } from "#src/backup/plan-copy";
import { inPlace } from "#src/backup/schema/place";
import type { Named, TableShape } from "#src/backup/schema/shape";
import { addForeignKey, indexTable } from "#src/backup/schema/statements";
import { quoteIdentifier } from "#src/rag/quote";
import { readRows } from "#src/rag/read-row";

const key = z.object({ schema: z.string(), table: z.string(), name: z.string(), definition: z.string() });
const trigger = z.object({ schema: z.string(), table: z.string(), name: z.string(), enabled: z.string() });

/** Foreign keys of these tables and on them, also those of tables that are no part of a backup. */
const KEYS = `SELECT n.nspname::text AS schema, c.relname::text AS "table", k.conname::text AS name,
    pg_get_constraintdef(k.oid) AS definition
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0
    AND (k.conrelid = ANY ($1::text[]::regclass[]::oid[]) OR k.confrelid = ANY ($1::text[]::regclass[]::oid[]))`;

const TRIGGERS = `SELECT n.nspname::text AS schema, c.relname::text AS "table", t.tgname::text AS name, t.tgenabled::text AS enabled
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgparentid = 0 AND t.tgrelid = ANY ($1::text[]::regclass[]::oid[])`;

/** An index that a replica or CLUSTER relies on would lose that role when built again. */
const RELIED_ON = `SELECT i.indrelid::regclass::text AS name FROM pg_index i
  WHERE (i.indisreplident OR i.indisclustered) AND i.indrelid = ANY ($1::text[]::regclass[]::oid[])`;

const ENABLE: Readonly<Record<string, string>> = { O: "ENABLE", A: "ENABLE ALWAYS", R: "ENABLE REPLICA" };

/**
 * Empties tables, fills them, and makes everything of them again that was in the way: foreign keys, indexes, triggers. Owners,
 * rights, views and comments stay, because the tables do. `tables` as they are now; within the caller's transaction.
 */
export async function replaceRows(
  session: CopySession,
  tables: readonly TableShape[],
  fill: () => Promise<void>,
): Promise<void> {
  if (tables.length === 0) return fill();
  const names = tables.map(sqlName);
  await session.query(`LOCK TABLE ${names.join(", ")} IN ACCESS EXCLUSIVE MODE`);
  const keys = readRows(key, await session.query(KEYS, [names]));
  const relied = (await session.query(RELIED_ON, [names])).length > 0;
  // Indexes of partitions hang together with those of their parents; they are filled as they are.
  const bare = relied ? [] : tables.filter(({ kind, parent }) => kind === "table" && parent === null);
  const of = ({ schema, table }: { schema: string; table: string }): Named => ({ schema, name: table });
  for (const each of keys) await session.query(`${alter(of(each))} DROP CONSTRAINT ${quoteIdentifier(each.name)}`);
  const enable = await disableTriggers(session, names);
  for (const table of bare) {
    for (const { name } of table.constraints) {
      await session.query(`${alter(table)} DROP CONSTRAINT ${quoteIdentifier(name)}`);
    }
    for (const { name } of table.indexes) {
      await session.query(`DROP INDEX ${quoteIdentifier(table.schema)}.${quoteIdentifier(name)}`);
    }
  }
  await session.query(`TRUNCATE ONLY ${names.join(", ONLY ")}`);
  await fill();
  for (const sql of bare.flatMap((table) => indexTable(table, inPlace))) await session.query(sql);
  for (const each of keys) await session.query(addForeignKey(of(each), each, inPlace));
  await enable();
}

/** Keeps the triggers of these tables from firing until what it returns is called. Where there are none it locks nothing. */
export async function disableTriggers(session: CopySession, names: readonly string[]): Promise<() => Promise<void>> {
  const triggers = readRows(trigger, await session.query(TRIGGERS, [names]));
  const on = ({ schema, table }: z.infer<typeof trigger>): string => alter({ schema, name: table });
  for (const each of triggers) await session.query(`${on(each)} DISABLE TRIGGER ${quoteIdentifier(each.name)}`);
  return async () => {
    for (const each of triggers) {
      await session.query(`${on(each)} ${ENABLE[each.enabled] ?? "ENABLE"} TRIGGER ${quoteIdentifier(each.name)}`);
    }
  };
}

const alter = (table: Named): string => `ALTER TABLE ${sqlName(table)}`;
