import { z } from "zod";
import { resultsDigest } from "#src/evaluation/results-digest";
import { createEvaluationStore } from "#src/evaluation/run/read-evaluations";
import type { Queryable } from "#src/manifest/manifest-records";

/** What doesn't fit between a baseline in the chain, its row, and what its evaluation found. */
export type BaselineProblem = { readonly position: number | null; readonly run: string; readonly sentence: string };

export type BaselineReport = {
  readonly ok: boolean;
  /** Baselines in the chain. */
  readonly checked: number;
  /** Rows from before baselines were in the chain: nothing vouches for them. */
  readonly outside: number;
  readonly problems: readonly BaselineProblem[];
};

const eventSchema = z.object({
  service: z.string(),
  by: z.object({ id: z.string(), name: z.string() }),
  data: z.object({ run: z.string(), epoch: z.string(), digest: z.string(), reason: z.string() }),
});

type Row = {
  position: string | null;
  body: string | null;
  run: string | null;
  service: string;
  epoch: string;
  reason: string;
  by: string;
};

/** Holds every baseline of the chain against the row that readers look at, and its digest against what is stored of the evaluation. */
export async function verifyBaselines(database: Queryable): Promise<BaselineReport> {
  const { rows } = await database.query<Row>(
    `SELECT coalesce(j.position, b.position)::text AS position, j.body, b.run, b.service, b.epoch, b.reason, b.set_by AS by
       FROM (SELECT position, body FROM golive.journal WHERE type = 'baseline-set') j
       FULL JOIN golive.evaluation_baseline b ON b.position = j.position ORDER BY j.position`,
  );
  const store = createEvaluationStore(database);
  const problems: BaselineProblem[] = [];
  for (const row of rows) {
    if (row.body === null) continue;
    const position = Number(row.position);
    const parsed = eventSchema.safeParse(JSON.parse(row.body));
    if (!parsed.success) {
      problems.push({
        position,
        run: row.run ?? "unknown",
        sentence: `Row ${position} sets a baseline that can't be read.`,
      });
      continue;
    }
    const { service, by, data } = parsed.data;
    const told = (sentence: string) => problems.push({ position, run: data.run, sentence });
    if (row.run === null) {
      told(`Row ${position} made ${data.run} a baseline, and golive.evaluation_baseline has no row of it.`);
      continue;
    }
    const said = [service, data.epoch, data.run, data.reason, by.id];
    const stands = [row.service, row.epoch, row.run, row.reason, row.by];
    if (said.some((value, index) => value !== stands[index])) {
      told(`Row ${position} made ${data.run} a baseline, and golive.evaluation_baseline says something else of it.`);
    }
    if ((await resultsDigest(store.cases(data.run))) !== data.digest) {
      told(`What ${data.run} found is not what it was when row ${position} made it a baseline.`);
    }
  }
  const loose = rows.filter(({ body, position }) => body === null && position !== null);
  for (const { position, run } of loose) {
    const sentence = `golive.evaluation_baseline names row ${position} for ${run}, which sets no baseline.`;
    problems.push({ position: Number(position), run: run ?? "unknown", sentence });
  }
  return {
    ok: problems.length === 0,
    checked: rows.filter(({ body }) => body !== null).length,
    outside: rows.filter(({ body, position }) => body === null && position === null).length,
    problems,
  };
}
