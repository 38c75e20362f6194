import { z } from "zod";
import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import { troubleOfCron, troubleOfZone } from "#src/operations/schedule/work/check-schedule";

const cron = z.string().superRefine((text, context) => {
  const message = troubleOfCron(text);
  if (message !== null) context.addIssue({ code: "custom", message });
});

const zone = z.string().superRefine((text, context) => {
  const message = troubleOfZone(text);
  if (message !== null) context.addIssue({ code: "custom", message });
});

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

const scheduleSchema = z.strictObject({
  /** A cron of five fields, minutes first. */
  at: cron,
  /** It begins up to so much later, so that not everything begins in the same second; by a hash, the same on every copy. */
  jitter_min: z.number().min(0).max(240).default(10),
  /** A run that was missed is made up for until it is so late. */
  catch_up_h: z.number().min(0).max(168).default(6),
  on_holidays: z.enum(["run", "skip"]).default("run"),
  in_freeze: z.enum(["run", "skip"]).default("run"),
});

const kinds = Object.fromEntries(OPERATIONS.map((kind) => [kind, scheduleSchema.optional()])) as Record<
  OperationKind,
  z.ZodOptional<typeof scheduleSchema>
>;

/** When Golive does what by itself for a service. A kind that is left out is not scheduled. */
export const schedulesSchema = z
  .strictObject({
    /** IANA zone of all times and of the holidays. */
    time_zone: zone.optional(),
    holidays: z.array(z.string().regex(DAY, "a day, like 2026-12-25")).max(1_000).default([]),
    ...kinds,
  })
  .superRefine((schedules, context) => {
    if (schedules.time_zone !== undefined || !OPERATIONS.some((kind) => schedules[kind] !== undefined)) return;
    const message = "missing; expected an IANA time zone, like Europe/Berlin: something is scheduled";
    context.addIssue({ code: "custom", path: ["time_zone"], message });
  })
  .prefault({});
