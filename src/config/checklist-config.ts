import { z } from "zod";
import { line, name } from "#src/config/names";

const checkSchema = z.strictObject({
  id: name,
  title: line.max(80),
  /** Minutes for which a pass opens the cutover. */
  fresh_for: z
    .int()
    .min(1)
    .max(30 * 24 * 60),
  waivable: z.boolean(),
});

const signOffSchema = z.strictObject({
  id: name,
  title: line.max(80),
  role: name,
  quorum: z.int().min(1).max(10),
  /** Checks whose evidence the signature is bound to. */
  covers: z.union([z.literal("all"), z.array(name)], { error: "`all` or a list of check ids" }),
});

const itemSchema = z
  .strictObject({
    id: name,
    section: name,
    phase: z.enum(["before", "canary", "operate"]),
    text: line,
    check: name.optional(),
    sign_off: name.optional(),
    /** A line of Golive's own, beside those of the mission's document. */
    extra: z.boolean().default(false),
  })
  .refine((item) => (item.check === undefined) !== (item.sign_off === undefined), {
    error: "an item has either `check` or `sign_off`, exactly one of them",
  });

export const checklistSchema = z.strictObject({
  checks: z.array(checkSchema).min(1),
  sign_offs: z.array(signOffSchema).min(1),
  sections: z.array(z.strictObject({ id: name, title: line.max(60) })).min(1),
  items: z.array(itemSchema).min(1),
});

/** checklist.yaml as parsed. */
export type ChecklistConfig = z.infer<typeof checklistSchema>;
