import { z } from "zod";
import { questionKey } from "#src/canary/question-key";
import type { Queryable } from "#src/manifest/manifest-records";

const rowSchema = z.object({ key: z.string(), kpis: z.number() });

/** For which KPIs these questions have counted, one bit for each place in the policy; those that haven't are left out. */
export async function readQuestions(
  database: Queryable,
  canary: string,
  questions: readonly string[],
): Promise<[question: string, kpis: number][]> {
  const names = new Map(questions.map((question) => [questionKey(question), question]));
  const { rows } = await database.query(
    `SELECT replace(key::text, '-', '') AS key, bit_or(kpis) AS kpis FROM golive.canary_question
      WHERE canary = $1 AND key = ANY($2::uuid[]) GROUP BY key`,
    [canary, [...names.keys()]],
  );
  return rows.flatMap((row): [string, number][] => {
    const { key, kpis } = rowSchema.parse(row);
    const question = names.get(key);
    return question === undefined ? [] : [[question, kpis]];
  });
}

/** Keeps what counted in a bucket for the first time. */
export async function keepQuestions(
  database: Queryable,
  canary: string,
  bucket: number,
  taken: readonly (readonly [question: string, kpis: number])[],
): Promise<void> {
  if (taken.length === 0) return;
  await database.query(
    `INSERT INTO golive.canary_question (canary, key, bucket, kpis)
     SELECT $1, q.key, $2, q.kpis FROM unnest($3::uuid[], $4::integer[]) AS q (key, kpis)`,
    [canary, bucket, taken.map(([question]) => questionKey(question)), taken.map(([, kpis]) => kpis)],
  );
}
