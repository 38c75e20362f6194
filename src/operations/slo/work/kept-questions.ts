import { z } from "zod";
import { questionKey } from "#src/canary/question-key";
import type { Queryable } from "#src/manifest/manifest-records";
import type { ScoredQuestion } from "#src/operations/slo/inputs";

/** A gold question's score. `at`: when it was asked, epoch milliseconds. */
export type QuestionScore = ScoredQuestion & {
  readonly origin: string;
  readonly question: string;
  readonly at: number;
};

export const pairOrigin = (run: string, config: string): string => `pair/${run}/${config}`;
export const traceOrigin = (arm: string): string => `trace/${arm}`;

/** Keeps the newest score of each question; the same ones again, or older ones, change nothing. */
export async function keepQuestions(
  database: Queryable,
  service: string,
  scores: readonly QuestionScore[],
): Promise<void> {
  const newest = new Map<string, QuestionScore>();
  for (const each of scores) {
    const name = JSON.stringify([each.origin, each.question, each.score]);
    const known = newest.get(name);
    if (known === undefined || each.at >= known.at) newest.set(name, each);
  }
  const all = [...newest.values()];
  if (all.length === 0) return;
  await database.query(
    `INSERT INTO golive.slo_question AS q (service, origin, key, score, value, at)
     SELECT $1, g.origin, g.key, g.score, g.value, to_timestamp(g.at / 1000)
       FROM unnest($2::text[], $3::uuid[], $4::text[], $5::float8[], $6::float8[]) AS g (origin, key, score, value, at)
      ORDER BY g.origin, g.key, g.score
     ON CONFLICT (service, origin, key, score) DO UPDATE SET value = excluded.value, at = excluded.at WHERE excluded.at > q.at`,
    [
      service,
      all.map(({ origin }) => origin),
      all.map(({ question }) => questionKey(question)),
      all.map(({ score }) => score),
      all.map(({ value }) => value),
      all.map(({ at }) => at),
    ],
  );
}

const rowSchema = z.object({ score: z.enum(["oracle_prefilter", "reader_used_gold"]), value: z.number() });

/** Each question that was asked since then, over these origins, with its newest score. */
export async function readQuestions(
  database: Queryable,
  service: string,
  origins: readonly string[],
  since: number,
): Promise<readonly ScoredQuestion[]> {
  const { rows } = await database.query(
    `SELECT DISTINCT ON (key, score) score, value FROM golive.slo_question
      WHERE service = $1 AND origin = ANY ($2) AND at >= to_timestamp($3::float8 / 1000)
      ORDER BY key, score, at DESC, origin`,
    [service, origins, since],
  );
  return rows.map((row) => rowSchema.parse(row));
}
