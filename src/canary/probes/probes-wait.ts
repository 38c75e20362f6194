import type { Queryable } from "#src/manifest/manifest-records";

/** Why no question of a canary is asked at the moment, in a sentence; null: nothing is in the way. Throws what the driver throws. */
export async function probesWait(database: Queryable, canary: string): Promise<string | null> {
  const sql = "SELECT trouble FROM golive.canary_probing WHERE canary = $1";
  const { rows } = await database.query<{ trouble: string | null }>(sql, [canary]);
  return rows[0]?.trouble ?? null;
}
