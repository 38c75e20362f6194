import type { Provenance } from "#src/evaluation/few-shot/provenance";
import { canonicalJson } from "#src/manifest/canonical";

interface Queryable {
  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: R[] }>;
}

/** Pools that were proposed, in golive.few_shot_pool. */
export type KeptPools = {
  /** Keeps a pool; the same bytes are there once. */
  readonly keep: (service: string, pool: { sha256: string; text: string }, provenance: Provenance) => Promise<void>;
  /** Null: none is kept under this SHA-256. */
  readonly load: (sha256: string) => Promise<{ readonly text: string; readonly provenance: string } | null>;
};

export function createKeptPools(database: Queryable): KeptPools {
  return {
    async keep(service, { sha256, text }, provenance) {
      await database.query(
        `INSERT INTO golive.few_shot_pool (sha256, service, content, provenance) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        [sha256, service, text, canonicalJson(provenance)],
      );
    },
    async load(sha256) {
      const { rows } = await database.query<{ content: string; provenance: string }>(
        "SELECT content, provenance FROM golive.few_shot_pool WHERE sha256 = $1",
        [sha256],
      );
      const [row] = rows;
      return row === undefined ? null : { text: row.content, provenance: row.provenance };
    },
  };
}
