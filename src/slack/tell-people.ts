import type { Pool } from "pg";

/** A note to each of these people by direct message, once: `key` and the person name it, however often this is called. `note`: as a renderer reads it. */
export async function tellPeople(
  pool: Pick<Pool, "query">,
  told: { readonly key: string; readonly service: string; readonly users: Iterable<string>; readonly note: object },
): Promise<void> {
  for (const user of new Set(told.users)) {
    await pool.query(
      `INSERT INTO golive.outbox (key, service, target, note) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING`,
      [`${told.key}/${user}`, told.service, { kind: "person", user }, told.note],
    );
  }
}
