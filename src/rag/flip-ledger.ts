import { configDigestIfReadable } from "#src/rag/config-digest";
import { quoteIdentifier } from "#src/rag/quote";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { FlipOutcome, FlipRecord, StoreNames, StoreQuery } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import type { Pair } from "#src/release/events";

const LEDGER = "golive_store.golive_flip";

const LEDGER_DDL = [
  "CREATE SCHEMA IF NOT EXISTS golive_store",
  `CREATE TABLE IF NOT EXISTS ${LEDGER} (
     seq bigint GENERATED ALWAYS AS IDENTITY,
     id text PRIMARY KEY,
     service text NOT NULL,
     from_run text, from_config text,
     to_run text, to_config text,
     outcome text NOT NULL CHECK (outcome IN ('flipped', 'refused', 'cancelled')),
     live_run text, live_config text,
     to_config_digest text,
     at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,
  `CREATE INDEX IF NOT EXISTS golive_flip_service ON ${LEDGER} (service, seq DESC)`,
];

/**
 * Creates the ledger of flips in the store's database unless it is there. Idempotent, and safe when two start at once:
 * `IF NOT EXISTS` alone still collides in the catalog. `grantTo`: the role the bot uses there, when it isn't the owner.
 */
export async function ensureFlipLedger(runner: SqlRunner, options: { readonly grantTo?: string } = {}): Promise<void> {
  await runner.transaction("write", async (query) => {
    await query("SELECT pg_advisory_xact_lock(hashtextextended('golive_store ledger', 0))");
    const there = await query<{ there: boolean }>("SELECT to_regclass($1) IS NOT NULL AS there", [LEDGER]);
    // A role without CREATE may run this again: the DDL asks for the right even where there is nothing to do.
    if (there[0]?.there !== true) for (const statement of LEDGER_DDL) await query(statement);
    else if (!(await hasConfigDigest(query))) await query(`ALTER TABLE ${LEDGER} ADD COLUMN to_config_digest text`);
    if (options.grantTo !== undefined) {
      const role = quoteIdentifier(options.grantTo);
      await query(`GRANT USAGE ON SCHEMA golive_store TO ${role}`);
      await query(`GRANT SELECT, INSERT ON ${LEDGER} TO ${role}`);
    }
  });
}

/** Ledgers made by earlier versions lack the column. */
async function hasConfigDigest(query: StoreQuery): Promise<boolean> {
  const sql = `SELECT 1 FROM pg_attribute
                WHERE attrelid = to_regclass($1) AND attname = 'to_config_digest' AND NOT attisdropped`;
  return (await query(sql, [LEDGER])).length > 0;
}

type LedgerRow = {
  id: string;
  service: string;
  from_run: string | null;
  from_config: string | null;
  to_run: string | null;
  to_config: string | null;
  outcome: string;
  live_run: string | null;
  live_config: string | null;
  to_config_digest: string | null;
  at: number;
};

const COLUMNS = `id, service, from_run, from_config, to_run, to_config, outcome, live_run, live_config, to_config_digest,
  (extract(epoch FROM at) * 1000)::float8 AS at`;

const pairOf = (run: string | null, config: string | null): Pair | null =>
  run === null || config === null ? null : { run, config };

const samePair = (a: Pair | null, b: Pair | null): boolean => a?.run === b?.run && a?.config === b?.config;

function recordOf(row: LedgerRow): FlipRecord {
  const { outcome } = row;
  if (outcome !== "flipped" && outcome !== "refused" && outcome !== "cancelled") {
    throw new RagStoreError("failed", `The ledger of flips holds the unknown outcome "${outcome}" for ${row.id}.`);
  }
  return {
    id: row.id,
    service: row.service,
    from: pairOf(row.from_run, row.from_config),
    to: pairOf(row.to_run, row.to_config),
    outcome,
    live: pairOf(row.live_run, row.live_config),
    toConfigDigest: row.to_config_digest,
    at: Math.round(row.at),
  };
}

/** The pointer and whether a row stands there. Throws `pointer-broken` for two rows, or a row with half a pair. */
export async function readPointer(
  query: StoreQuery,
  pointer: StoreNames["pointer"],
  lock: boolean,
): Promise<{ readonly row: boolean; readonly pair: Pair | null }> {
  const rows = await query<{ run: string | null; config: string | null }>(
    `SELECT ${pointer.run}::text AS run, ${pointer.config}::text AS config
       FROM ${pointer.table} WHERE ${pointer.keyColumn} = $1 ${lock ? "FOR UPDATE" : "LIMIT 2"}`,
    [pointer.key],
  );
  const [row, second] = rows;
  if (row === undefined) return { row: false, pair: null };
  if (second !== undefined) {
    throw new RagStoreError(
      "pointer-broken",
      `The pointer table has more than one row for "${pointer.key}": nobody can say what is live. Keep one of them.`,
    );
  }
  if ((row.run === null) !== (row.config === null)) {
    throw new RagStoreError(
      "pointer-broken",
      `The pointer row "${pointer.key}" has only one of run and configuration: set both, or neither.`,
    );
  }
  return { row: true, pair: pairOf(row.run, row.config) };
}

/** The flips of one service on one pointer. */
export function createFlipLedger(
  runner: SqlRunner,
  service: string,
  { pointer, configs }: Pick<StoreNames, "pointer" | "configs">,
) {
  async function settled(query: StoreQuery, id: string): Promise<FlipOutcome | null> {
    const rows = await query<LedgerRow>(`SELECT ${COLUMNS} FROM ${LEDGER} WHERE id = $1`, [id]);
    const row = rows[0];
    if (row === undefined) return null;
    if (row.service !== service) {
      throw new RagStoreError("failed", `The flip ${id} belongs to the service ${row.service}, not to ${service}.`);
    }
    const { outcome, live } = recordOf(row);
    return { outcome, live };
  }

  async function record(query: StoreQuery, id: string, from: Pair | null, to: Pair | null, found: FlipOutcome) {
    const digest =
      to !== null && found.outcome === "flipped" ? await configDigestIfReadable(query, configs, to.config) : null;
    await query(
      `INSERT INTO ${LEDGER} (id, service, from_run, from_config, to_run, to_config, outcome, live_run, live_config,
         to_config_digest)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        service,
        from?.run ?? null,
        from?.config ?? null,
        to?.run ?? null,
        to?.config ?? null,
        found.outcome,
        found.live?.run ?? null,
        found.live?.config ?? null,
        digest,
      ],
    );
    return found;
  }

  /** One flip of a service at a time, so that the ledger's order is the pointer's. */
  const inTurn = (id: string, work: (query: StoreQuery) => Promise<FlipOutcome>): Promise<FlipOutcome> =>
    runner.transaction("write", async (query) => {
      await query("SELECT pg_advisory_xact_lock(hashtextextended('golive flip ' || $1::text, 0))", [service]);
      return (await settled(query, id)) ?? (await work(query));
    });

  async function lockedPointer(query: StoreQuery) {
    const found = await readPointer(query, pointer, true);
    if (found.row) return found;
    // There is no row to lock. Without the table's lock another writer could insert one between the look and the insert,
    // and the key need not be unique.
    await query(`LOCK TABLE ${pointer.table} IN SHARE ROW EXCLUSIVE MODE`);
    return readPointer(query, pointer, true);
  }

  return {
    /** Compare-and-set with the ledger row in one transaction; a known id is answered with its stored outcome. */
    flip: (id: string, from: Pair | null, to: Pair | null): Promise<FlipOutcome> =>
      inTurn(id, async (query) => {
        const { row, pair } = await lockedPointer(query);
        if (!samePair(pair, from)) return record(query, id, from, to, { outcome: "refused", live: pair });
        if (row) {
          await query(
            `UPDATE ${pointer.table} SET ${pointer.run} = $1, ${pointer.config} = $2 WHERE ${pointer.keyColumn} = $3`,
            [to?.run ?? null, to?.config ?? null, pointer.key],
          );
        } else if (to !== null) {
          await query(
            `INSERT INTO ${pointer.table} (${pointer.keyColumn}, ${pointer.run}, ${pointer.config}) VALUES ($1, $2, $3)`,
            [pointer.key, to.run, to.config],
          );
        }
        // Triggers and rules of the store may have had another opinion: what counts is what stands there now.
        const { pair: now } = await readPointer(query, pointer, true);
        if (!samePair(now, to)) {
          throw new RagStoreError(
            "pointer-broken",
            "The pointer did not take the new pair (a trigger, a rule or row security in the store?). Nothing was flipped.",
          );
        }
        return record(query, id, from, to, { outcome: "flipped", live: to });
      }),
    /** Inserts `cancelled` unless the id has an outcome, and answers with what stands. */
    cancel: (id: string): Promise<FlipOutcome> =>
      inTurn(id, async (query) => {
        const pair = await readPointer(query, pointer, false).then(
          (found) => found.pair,
          // A pointer that nobody can read must not keep a flip from being called back.
          (error: unknown) => {
            if (error instanceof RagStoreError && error.code === "pointer-broken") return null;
            throw error;
          },
        );
        return record(query, id, null, null, { outcome: "cancelled", live: pair });
      }),
    history: async (limit: number, signal?: AbortSignal): Promise<readonly FlipRecord[]> => {
      const rows = await runner.query<LedgerRow>(
        `SELECT ${COLUMNS} FROM ${LEDGER} WHERE service = $1 ORDER BY seq DESC LIMIT $2`,
        [service, limit],
        signal,
      );
      return rows.map(recordOf);
    },
  };
}
