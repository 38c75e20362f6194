import { z } from "zod";
import type { Queryable } from "#src/manifest/manifest-records";
import { isoWeek } from "#src/operations/schedule/iso-week";
import { weekOfSubject } from "#src/operations/week";

const rowSchema = z.object({ subject: z.string() });
const WEEK_MS = 7 * 86_400_000;

/** The subject of the service's message of this week, or of the last one while this week has none; null: neither was posted. */
export async function newestWeek(database: Queryable, service: string, now: number): Promise<string | null> {
  const { rows } = await database.query(
    `SELECT subject FROM golive.slack_message
      WHERE service = $1 AND starts_with(subject, 'wk_') AND ts IS NOT NULL ORDER BY subject DESC LIMIT 1`,
    [service],
  );
  if (rows[0] === undefined) return null;
  const { subject } = rowSchema.parse(rows[0]);
  const week = weekOfSubject(subject)?.week ?? "";
  return week >= weekAt(now - WEEK_MS) ? subject : null;
}

function weekAt(at: number): string {
  const date = new Date(at);
  return isoWeek({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
}
