/** The Postgres major a run's digest was computed under, null when it is not one of ours (`docs/rag-store.md`). */
export function digestMajor(digest: string): number | null {
  const match = /^gl2:(\d+):\d+:[0-9a-f]{32}$/.exec(digest);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** Whether two digests can be compared at all: same algorithm, same Postgres major. */
export function comparable(a: string, b: string): boolean {
  const major = digestMajor(a);
  return major !== null && major === digestMajor(b);
}

type RunNumbers = { readonly chunks: number | null; readonly digest: string | null };

/**
 * The record that can speak for a run whose digest is `now`: what ingestion wrote, or, where that is missing or can't be
 * compared with `now`, the adoption. Null: neither exists.
 */
export function speakingRecord(
  ingestion: RunNumbers | null,
  adoption: RunNumbers | null,
  now: string,
): RunNumbers | null {
  const speaks = ingestion !== null && ingestion.digest !== null && comparable(ingestion.digest, now);
  return speaks ? ingestion : (adoption ?? ingestion);
}
