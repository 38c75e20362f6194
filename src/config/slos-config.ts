import { z } from "zod";
import { ARMS } from "#src/canary/observation";
import { line } from "#src/config/names";
import { RATIO_SLOS } from "#src/operations/slo/count-events";
import { SLOS } from "#src/operations/slo/slo";

const share = z.number().min(0).max(1);
/** A bar that allows nothing, or everything, has no error budget. */
const between = z.number().gt(0, "more than 0").lt(1, "less than 1");

/** Every five minutes there is a look; an hour is cut into twelve. */
const ruleSchema = z
  .strictObject({
    rate: z.number().min(0.1).max(1_000),
    hours: z
      .number()
      .min(1)
      .max(7 * 24),
    short_min: z
      .int()
      .min(5)
      .max(24 * 60),
  })
  .refine(({ hours, short_min }) => short_min < hours * 60, "`short_min` shorter than `hours`")
  .refine(
    ({ hours, short_min }) => short_min % 5 === 0 && Number.isInteger(hours),
    "`hours` whole, `short_min` in steps of 5",
  )
  .refine(
    ({ short_min }) => short_min <= 12 * 60 || short_min % 60 === 0,
    "a `short_min` of more than 12 hours in whole hours",
  );

const objectivesSchema = z
  .strictObject({
    oracle_prefilter_min: between.default(0.85),
    reader_used_gold_min: between.default(0.7),
    answered_min: between.default(0.995),
    tool_retries_max: between.default(0.01),
    /** Answered in `degradation_slower` times the latency's bar, in hours in which requests were rejected. */
    degradation_min: between.default(0.9),
    degradation_slower: z.number().min(1).max(100).default(2),
    p95_ratio_max: z.number().min(1).max(10).default(1.15),
    /** Seconds. Left out: measured over the window before. */
    p95_baseline_s: z.number().positive().max(3_600).optional(),
    /** Milliseconds. Left out: 35 for an accelerator, 65 for a CPU. */
    embedding_ms: z.number().positive().max(60_000).optional(),
    throughput_points: between.default(0.01),
    throughput_baseline: share.optional(),
  })
  .prefault({});

const alertsSchema = z
  .strictObject({
    page: z
      .array(ruleSchema)
      .max(4)
      .default([
        { rate: 14.4, hours: 1, short_min: 5 },
        { rate: 6, hours: 6, short_min: 30 },
      ]),
    ticket: z
      .array(ruleSchema)
      .max(4)
      .default([
        { rate: 3, hours: 24, short_min: 120 },
        { rate: 1, hours: 72, short_min: 360 },
      ]),
    /** SLOs that may wake somebody; the others' alerts are tickets. */
    pages_for: z.array(z.enum(RATIO_SLOS)).default(["answered", "p95_latency"]),
    min_bad: z.int().min(1).max(10_000).default(5),
  })
  .prefault({});

/** What a service promises while it runs (docs/slo.md). Left out: the defaults. */
export const slosSchema = z
  .strictObject({
    window_days: z.int().min(7).max(90).default(28),
    /** Arms of observations whose requests users waited for. */
    arms: z
      .array(z.enum(ARMS))
      .min(1)
      .default([...ARMS]),
    /** Where the embedder runs. */
    embedder: z.enum(["accelerator", "cpu"]).default("cpu"),
    lock_when_spent: z.boolean().default(false),
    objectives: objectivesSchema,
    alerts: alertsSchema,
    not_applicable: z.partialRecord(z.enum(SLOS), line.min(10)).default({}),
  })
  .prefault({});
