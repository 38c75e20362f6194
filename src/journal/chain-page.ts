import type { ClientBase } from "pg";

export type Queryable = Pick<ClientBase, "query">;

export type ChainRow = {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly service: string;
  readonly type: string;
  readonly at: Date;
  readonly body: string;
  readonly prev: string;
  readonly hash: string;
};

export type Head = { readonly position: number; readonly hash: string };

const PAGE = 500;

type Stored = Omit<ChainRow, "position"> & { position: string };

/** The rows after a position in their order, a page at a time: memory doesn't grow with the journal. Hashes are hex. */
export async function* readChain(client: Queryable, from = 0): AsyncGenerator<ChainRow> {
  let after = String(from);
  for (;;) {
    const { rows } = await client.query<Stored>(
      `SELECT position, stream, version, service, type, at, body, encode(prev, 'hex') AS prev, encode(hash, 'hex') AS hash
       FROM golive.journal WHERE position > $1 ORDER BY position LIMIT ${PAGE}`,
      [after],
    );
    for (const row of rows) yield { ...row, position: Number(row.position) };
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.position;
  }
}

/** Where the chain ends, as its head row says. */
export async function readHead(client: Queryable): Promise<Head | null> {
  const { rows } = await client.query<{ position: string; hash: string }>(
    "SELECT position, encode(hash, 'hex') AS hash FROM golive.journal_head",
  );
  const [row] = rows;
  return row === undefined ? null : { position: Number(row.position), hash: row.hash };
}

/**
 * Runs `work` on one unchanging view of the journal while others append. `client` must be a connection of its own, not in
 * a transaction.
 */
export async function inSnapshot<T>(client: Queryable, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    return await work();
  } finally {
    await client.query("ROLLBACK");
  }
}
