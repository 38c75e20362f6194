import { z } from "zod";
import type { House } from "#sandbox/demo/house";

const pair = z.object({ run: z.string(), config: z.string() });
const statusSchema = z.object({
  number: z.number(),
  standing: z.enum(["watching", "paused", "deciding", "ended"]),
  verdict: z.string().nullable(),
  reasons: z.array(z.string()),
  hours: z.number(),
  of: z.number(),
  questions: z.object({ asked: z.number(), of: z.number() }),
  kpis: z.array(
    z.object({
      id: z.string(),
      standing: z.string(),
      value: z.number().nullable(),
      baseline: z.number().nullable(),
      n: z.number(),
    }),
  ),
  breaches: z.array(z.object({ kpi: z.string(), at: z.string(), value: z.number().nullable() })),
  candidate: pair,
  baseline: pair,
  ended: z.object({ as: z.string(), says: z.string(), by: z.string() }).nullable(),
});

/** What `golive canary status --json` says, as far as the demo looks at it. */
export type CanaryStatus = z.infer<typeof statusSchema>;

/** The newest canary; null: there was none yet. Throws when the command fails. */
export async function canaryStatus(house: Pick<House, "golive">): Promise<CanaryStatus | null> {
  const { out, err } = await house.golive(["canary", "status", "--json"]);
  if (out.trim() === "") throw new Error(`golive canary status failed: ${err.trim()}`);
  const parsed: unknown = JSON.parse(out);
  const none = z.object({ canary: z.null() }).safeParse(parsed).success;
  return none ? null : statusSchema.parse(parsed);
}
