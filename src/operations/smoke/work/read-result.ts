import { z } from "zod";
import type { Json } from "#src/operations/operation";
import { type SmokeResult, SUITES } from "#src/operations/smoke/suites";

const caseSchema = z.object({
  id: z.string(),
  question: z.string(),
  says: z.string(),
  before: z.number().nullable(),
  now: z.number().nullable(),
});

const checkSchema = z.object({
  id: z.string(),
  verdict: z.enum(["pass", "fail", "inconclusive", "error", "not-applicable"]),
  summary: z.string(),
  next: z.string(),
  milliseconds: z.number(),
  cases: z.array(caseSchema),
});

const resultSchema = z.object({
  version: z.literal(1),
  live: z.object({ run: z.string(), config: z.string() }).nullable(),
  stopped: z.string().nullable(),
  suites: z.array(
    z.object({
      id: z.enum(SUITES),
      verdict: checkSchema.shape.verdict,
      milliseconds: z.number(),
      facts: z.record(z.string(), z.union([z.string(), z.number()])),
      checks: z.array(checkSchema),
    }),
  ),
  compared: z.object({
    green: z.object({ operation: z.string(), number: z.number(), at: z.number() }).nullable(),
    newlyBroken: z.array(z.string()),
    brokenAlready: z.array(z.string()),
    mended: z.array(z.string()),
    /** Older runs don't say: they all called. */
    called: z.object({ operation: z.string(), at: z.number() }).nullable().default(null),
  }),
});

/** What a smoke run left in the journal. Null: it is none that this version knows. */
export function readSmokeResult(result: unknown): SmokeResult | null {
  return resultSchema.safeParse(result).data ?? null;
}

/** The same as JSON: what it is made of is JSON already. */
export const smokeJson = (result: SmokeResult): { readonly [key: string]: Json } => ({
  version: result.version,
  live: result.live === null ? null : { run: result.live.run, config: result.live.config },
  stopped: result.stopped,
  suites: result.suites.map(({ checks, facts, ...suite }) => ({
    ...suite,
    facts: { ...facts },
    checks: checks.map(({ cases, ...check }) => ({ ...check, cases: cases.map((each) => ({ ...each })) })),
  })),
  compared: {
    green: result.compared.green === null ? null : { ...result.compared.green },
    newlyBroken: result.compared.newlyBroken,
    brokenAlready: result.compared.brokenAlready,
    mended: result.compared.mended,
    called: result.compared.called === null ? null : { ...result.compared.called },
  },
});
