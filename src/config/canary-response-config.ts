import { z } from "zod";
import { slackUser } from "#src/config/names";

const DAY_MIN = 24 * 60;

/** What Golive does with a service's canary by itself. What it is held to stands in quality_gates.yaml. Left out: the defaults. */
export const canaryResponseSchema = z
  .strictObject({
    /** Questions with known answers that are asked of both runs. `false`: none are. */
    probes: z
      .union([z.literal(false), z.strictObject({ per_hour: z.int().min(1).max(3_600).default(60) })], {
        error: "either false, or how many questions an hour: { per_hour: 60 }, 1 to 3600",
      })
      .prefault({}),
    /** From a breach with `rollback` to the rollback. 0: at once. */
    roll_back_after_min: z.number().min(0).max(DAY_MIN).default(5),
    /** A breach with `ask` that nobody answered for so long rolls back. */
    ask_for_min: z.number().min(1).max(DAY_MIN).default(30),
    /** A breach that nobody acknowledged for so long is told to `escalate_to`; after as long again to the KPI's owner and on-call. */
    escalate_after_min: z.number().min(1).max(DAY_MIN).default(10),
    /** Left out: the people who hold the right `canary`. */
    escalate_to: slackUser.optional(),
    /** An arm of which nothing was heard for so long is told, once. No shorter than a bucket: one is looked at as a whole. */
    silent_after_min: z
      .number()
      .min(15)
      .max(7 * DAY_MIN)
      .default(60),
  })
  .prefault({});
