import { z } from "zod";
import { name } from "#src/config/names";
import { MEASURES } from "#src/evaluation/compare/measures";
import { SEVERITIES, STEP_KINDS } from "#src/operations/sop/card";
import { CAUSES, SIGN_IDS, SIGNS } from "#src/operations/triage/causes";
import { OTHER_METRICS } from "#src/operations/triage/symptom";

const text = (longest: number) =>
  z.string().trim().min(1, "text that is not empty").max(longest, `at most ${longest} characters`);

/** As many steps and characters as one message takes with everything else in it. */
const stepSchema = z.strictObject({
  id: name,
  title: text(200),
  kind: z.enum(STEP_KINDS),
  command: text(300).optional(),
});

/** The front matter of a SOP card (configs/sop/README.md). */
export const sopCardSchema = z
  .strictObject({
    id: name,
    title: text(140),
    cause: z.enum(CAUSES),
    signs: z.array(z.enum(SIGN_IDS)).default([]),
    metrics: z.array(z.enum([...MEASURES, ...OTHER_METRICS])).default([]),
    severity: z.enum(SEVERITIES),
    owner: name,
    steps: z.array(stepSchema).min(1, "at least one step").max(6, "at most 6 steps"),
  })
  .superRefine(({ cause, signs, steps }, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    signs.forEach((sign, at) => {
      if (SIGNS[sign] !== cause)
        problem(["signs", at], `${sign} is a sign of ${SIGNS[sign]}, and the card is about ${cause}`);
    });
    steps.forEach(({ id, kind, command }, at) => {
      if (steps.findIndex((step) => step.id === id) < at)
        problem(["steps", at, "id"], `another step is called ${id} too`);
      if (kind === "command" && command === undefined) {
        problem(["steps", at], "a step of kind command without a command; write it, or make it a check or manual");
      }
      if (kind === "manual" && command !== undefined) {
        problem(["steps", at, "command"], "a command in a manual step; make its kind command or check");
      }
    });
  });
