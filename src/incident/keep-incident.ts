import type { Pool } from "pg";
import { z } from "zod";

/** A document as it lies in `golive.incident`. */
export type KeptIncident = {
  readonly id: string;
  readonly rollback: string;
  /** The version of the rollback that it tells. */
  readonly version: number;
  readonly service: string;
  readonly number: number;
  readonly title: string;
  readonly openedAt: number;
  readonly markdown: string;
  readonly html: string;
};

const rowSchema = z
  .object({
    id: z.string(),
    rollback: z.string(),
    version: z.number(),
    service: z.string(),
    number: z.number(),
    title: z.string(),
    opened_at: z.date(),
    markdown: z.string(),
    html: z.string(),
  })
  .transform(({ opened_at, ...rest }): KeptIncident => ({ ...rest, openedAt: opened_at.getTime() }));

const COLUMNS = "id, rollback, version, service, number, title, opened_at, markdown, html";

/** Keeps a document. One about the same version is there already: it stays. */
export async function keepIncident(pool: Pick<Pool, "query">, incident: KeptIncident): Promise<void> {
  const { id, rollback, version, service, number, title, openedAt, markdown, html } = incident;
  await pool.query(
    `INSERT INTO golive.incident (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (rollback, version) DO NOTHING`,
    [id, rollback, version, service, number, title, new Date(openedAt), markdown, html],
  );
}

/** The document about exactly this version of a rollback. Null: none is kept. */
export async function findIncident(
  pool: Pick<Pool, "query">,
  rollback: string,
  version: number,
): Promise<KeptIncident | null> {
  const { rows } = await pool.query(`SELECT ${COLUMNS} FROM golive.incident WHERE rollback = $1 AND version = $2`, [
    rollback,
    version,
  ]);
  return rows[0] === undefined ? null : rowSchema.parse(rows[0]);
}

/** The newest document of each rollback of a service, newest first. */
export async function listIncidents(pool: Pick<Pool, "query">, service: string): Promise<readonly KeptIncident[]> {
  const { rows } = await pool.query(
    `SELECT * FROM (SELECT DISTINCT ON (rollback) ${COLUMNS} FROM golive.incident WHERE service = $1 ORDER BY rollback, version DESC) newest
     ORDER BY opened_at DESC, id DESC`,
    [service],
  );
  return z.array(rowSchema).parse(rows);
}
