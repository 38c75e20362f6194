import { z } from "zod";
import { BUILT_CHECKS } from "#src/config/built-checks";
import { line } from "#src/config/names";
import { SUITE_CHECKS, SUITES } from "#src/operations/smoke/suites";

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  "ops-health": Object.keys(BUILT_CHECKS),
  ...SUITE_CHECKS,
};

/** What a nightly smoke run asks and leaves out. */
export const smokeSchema = z
  .strictObject({
    /** Gold questions that are asked each night: the same ones as long as the file is the same. */
    questions: z.int().min(5).max(500).default(24),
    /** Suites, or single checks of them, that are not run, each with its reason. They are told as not applicable, never as passed. */
    off: z
      .record(z.string(), line.min(10))
      .superRefine((off, context) => {
        for (const name of Object.keys(off)) {
          const message = whyUnknown(name);
          if (message !== null) context.addIssue({ code: "custom", path: [name], message });
        }
      })
      .default({}),
  })
  .prefault({});

/** Leaving out what doesn't exist would leave out nothing, and nobody would know. */
function whyUnknown(name: string): string | null {
  const [suite = "", check] = name.split("/", 2);
  const checks = Object.hasOwn(CHECKS, suite) ? CHECKS[suite] : undefined;
  if (checks === undefined) return `there is no suite \`${suite}\` (${SUITES.join(", ")})`;
  if (check === undefined || checks.includes(check)) return null;
  return `the suite ${suite} has no check \`${check}\` (${checks.join(", ")})`;
}
