import { z } from "zod";
import { MEASURES } from "#src/evaluation/compare/measures";
import { SEVERITIES, STEP_KINDS } from "#src/operations/sop/card";
import { CAUSES, SIGN_IDS } from "#src/operations/triage/causes";
import { OTHER_METRICS } from "#src/operations/triage/symptom";
import { STANDINGS, type WeeklyResult } from "#src/operations/weekly/result";

const metric = z.enum([...MEASURES, ...OTHER_METRICS]);
const cause = z.enum(CAUSES).nullable();
const sure = z.enum(["sure", "likely", "unclear"]);
const unit = z.enum(["share", "seconds", "count"]);
const figure = z.union([z.number(), z.literal("unanswered")]).nullable();
const standing = z.enum(STANDINGS);
const count = z.int().min(0);
const texts = z.array(z.string());

const step = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.enum(STEP_KINDS),
  command: z.string().nullable(),
});

const schema: z.ZodType<WeeklyResult> = z.object({
  evaluation: z.string(),
  pair: z.object({ run: z.string(), config: z.string() }),
  gold: z.object({ file: z.string(), cases: count }),
  counts: z.object({ graded: count, refusals: count, ungraded: count, failed: count }),
  baseline: z.object({ evaluation: z.string(), kind: z.enum(["set", "live"]) }).nullable(),
  deltas: z.array(
    z.object({
      metric,
      unit,
      now: figure,
      before: figure,
      low: z.number().nullable(),
      high: z.number().nullable(),
      n: count,
      standing,
      floor: z.number().nullable(),
      belowFloor: z.boolean(),
    }),
  ),
  byTag: z.array(z.object({ tag: z.string(), cases: count, metric, now: figure, before: figure, standing })),
  byCause: z.array(z.object({ metric, lost: z.array(z.object({ cause, share: z.number(), cases: count })) })),
  worst: z.array(z.object({ id: z.string(), question: z.string(), metric, cause, says: z.string() })),
  symptoms: z.array(
    z.object({
      metric,
      how: z.enum(["broken", "floor", "proven", "seen"]),
      unit,
      value: figure,
      baseline: figure,
      bar: z.number().nullable(),
      n: count,
      cases: count,
      sure,
      cause,
      runnerUp: cause,
      shares: z.array(z.object({ cause, cases: count, share: z.number(), low: z.number(), high: z.number() })),
    }),
  ),
  causes: z.array(
    z.object({
      cause: z.enum(CAUSES),
      sure: z.enum(["sure", "likely"]),
      metrics: z.array(metric),
      signs: z.array(z.object({ sign: z.enum(SIGN_IDS), cases: count })),
      cases: count,
    }),
  ),
  unclear: z.array(metric),
  cards: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      cause: z.enum(CAUSES),
      severity: z.enum(SEVERITIES),
      owner: z.string(),
      steps: z.array(step),
      body: z.string(),
      sure,
    }),
  ),
  withoutCard: z.array(z.enum(CAUSES)),
  brokenCards: texts,
  why: texts,
  bars: texts,
  proposals: texts,
});

/** What a weekly run found, as the journal has it. Null: it came to no evaluation, or an older version wrote it otherwise. */
export const readWeeklyResult = (result: unknown): WeeklyResult | null => schema.safeParse(result).data ?? null;
