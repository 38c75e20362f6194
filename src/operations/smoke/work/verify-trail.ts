import type { Pool } from "pg";
import { verifyBaselines } from "#src/evaluation/baseline/verify-baselines";
import { readHead } from "#src/journal/chain-page";
import { verifyJournal, verifyJournalSince } from "#src/journal/verify-journal";
import { factOf } from "#src/operations/smoke/compare";
import type { EarlierRun } from "#src/operations/smoke/suites";
import type { TrailHead, TrailReport } from "#src/operations/smoke/work/meta-ops";

/** Up to here every row is read each night, in seconds. Above, those since the last green run; `golive audit verify` reads them all. */
export const WHOLE_TRAIL_ROWS = 200_000;

/**
 * The audit trail, and the baselines that it vouches for. `anchor`: the head that the last green run found; a trail that doesn't lead
 * through it was written anew.
 */
export async function verifyTrail(
  pool: Pool,
  anchor: TrailHead | null,
  wholeUpTo: number = WHOLE_TRAIL_ROWS,
): Promise<TrailReport> {
  // Of its own: the walk is one long snapshot.
  const client = await pool.connect();
  try {
    const head = await readHead(client);
    const since = anchor !== null && (head?.position ?? 0) > wholeUpTo ? anchor : null;
    const chain = await (since === null
      ? verifyJournal(client, anchor ?? undefined)
      : verifyJournalSince(client, since));
    // A broken chain vouches for nothing that is held against it.
    const baselines = chain.ok ? await verifyBaselines(client) : null;
    const problems = [...chain.problems, ...(baselines?.problems ?? [])].map(({ sentence }) => sentence);
    return {
      ok: chain.ok && baselines?.ok !== false,
      rows: chain.rows,
      since: since?.position ?? null,
      head: chain.head,
      problems,
    };
  } finally {
    client.release();
  }
}

/** Where the trail ended in a run; null: it left no such fact. */
export function headOf(green: EarlierRun | null): TrailHead | null {
  const position = factOf(green, "meta-ops", "position");
  const hash = factOf(green, "meta-ops", "hash");
  return typeof position === "number" && typeof hash === "string" ? { position, hash } : null;
}
