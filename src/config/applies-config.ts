import { z } from "zod";
import { AFTER_CUTOVER } from "#src/config/after-cutover";
import { BUILT_CHECKS } from "#src/config/built-checks";
import { line, name } from "#src/config/names";
import { PLANNED_CHECKS } from "#src/config/planned-checks";

/** Checks that don't apply to a service, each with the reason that people read and sign. */
export const appliesSchema = z
  .record(
    name,
    z.strictObject({
      /** Only `false` can be said: a check that isn't named here applies. */
      check: z.literal(false),
      reason: line.min(10),
    }),
  )
  .superRefine((applies, context) => {
    for (const id of Object.keys(applies)) {
      const message = refusal(id);
      if (message !== null) context.addIssue({ code: "custom", path: [id], message });
    }
  })
  .default({});

/** Why a check can't be left out of a service's checklist; null when it can. */
function refusal(id: string): string | null {
  const built = Object.hasOwn(BUILT_CHECKS, id) ? BUILT_CHECKS[id] : undefined;
  if (built === undefined && !Object.hasOwn(PLANNED_CHECKS, id) && !AFTER_CUTOVER.includes(id)) {
    return `check \`${id}\` is unknown, so leaving it out says nothing`;
  }
  if (built === undefined || built.mayNotApply === true) return null;
  return `check \`${id}\` applies to every service`;
}
