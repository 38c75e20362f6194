import { readPointer } from "#src/rag/flip-ledger";
import type { StoreNames, StoreQuery } from "#src/rag/store";

/**
 * Holds the pointer where it is until the transaction ends, and remembers what of the live pair is there. What it returns says, in
 * a sentence, what of that is gone since; null when nothing is. Where pointer or pair are gone already there is nothing to lose.
 */
export async function watchLive(query: StoreQuery, names: StoreNames): Promise<() => Promise<string | null>> {
  const isThere = async (table: string): Promise<boolean> =>
    (await query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", [table])).length > 0;
  const holds = async (table: string, column: string, value: string): Promise<boolean> =>
    (await isThere(table)) &&
    (await query(`SELECT 1 FROM ${table} WHERE ${column}::text = $1 LIMIT 1`, [value])).length > 0;
  const { pair } = (await isThere(names.pointer.table))
    ? await readPointer(query, names.pointer, true)
    : { pair: null };
  if (pair === null) return async () => null;
  const hasRun = () => holds(names.chunks.table, names.chunks.run, pair.run);
  const hasConfig = () => holds(names.configs.table, names.configs.version, pair.config);
  const before = { run: await hasRun(), config: await hasConfig() };
  return async () => {
    if (before.run && !(await hasRun())) return `the run ${pair.run} is live, and the backup holds no chunk of it`;
    if (before.config && !(await hasConfig())) {
      return `the configuration ${pair.config} is live, and the backup does not hold it`;
    }
    return null;
  };
}
