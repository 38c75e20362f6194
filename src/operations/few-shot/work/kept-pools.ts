import { canonicalJson } from "#src/manifest/canonical";

interface Queryable {
  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: R[] }>;
}

/** What a pool was made of when it was first proposed. SHA-256s are of files; the guard's is of its rules and report. */
export type MadeOf = {
  readonly candidates_sha256: string;
  readonly gold_sha256: readonly string[];
  readonly floor: number;
  readonly size: number;
  readonly seed: number;
  readonly guard_sha256: string;
};

/** Pools that were proposed, in golive.few_shot_pool. */
export type KeptPools = {
  /** Keeps a pool; the same bytes are there once. */
  readonly keep: (service: string, pool: { sha256: string; text: string }, madeOf: MadeOf) => Promise<void>;
  /** Null: none is kept under this SHA-256. */
  readonly load: (sha256: string) => Promise<{ readonly text: string; readonly madeOf: string } | null>;
};

export function createKeptPools(database: Queryable): KeptPools {
  return {
    async keep(service, { sha256, text }, madeOf) {
      await database.query(
        `INSERT INTO golive.few_shot_pool (sha256, service, content, made_of) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        [sha256, service, text, canonicalJson(madeOf)],
      );
    },
    async load(sha256) {
      const { rows } = await database.query<{ content: string; made_of: string }>(
        "SELECT content, made_of FROM golive.few_shot_pool WHERE sha256 = $1",
        [sha256],
      );
      const [row] = rows;
      return row === undefined ? null : { text: row.content, madeOf: row.made_of };
    },
  };
}
