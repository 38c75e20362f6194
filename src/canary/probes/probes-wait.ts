import type { Queryable } from "#src/manifest/manifest-records";

/**
 * Why no question of a canary is asked at the moment, in a sentence; null: nothing is in the way, the next one comes when it is due. Throws
 * what the driver throws.
 */
export async function probesWait(database: Queryable, canary: string): Promise<string | null> {
  const sql = `
    SELECT (SELECT trouble FROM golive.canary_probing WHERE canary = $1) AS trouble,
           count(*)::int AS planned, count(done_at)::int AS done
      FROM golive.canary_probe WHERE canary = $1`;
  const { rows } = await database.query<{ trouble: string | null; planned: number; done: number }>(sql, [canary]);
  const { trouble = null, planned = 0, done = 0 } = rows[0] ?? {};
  if (trouble !== null || planned === 0 || done < planned) return trouble;
  return `all ${planned} of them were asked, each once.`;
}
