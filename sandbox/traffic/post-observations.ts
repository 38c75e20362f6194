import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { ObservationLine } from "#sandbox/traffic/draw-quarter";

/** What Golive said of what it was sent. */
export type Tally = {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly late: number;
};

export type Intake = {
  /** `http://host:port` */
  readonly url: string;
  readonly token: string;
  /** Injected for tests: waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
};

/** The statuses that ask for the same batch again (docs/canary.md). */
const AGAIN = new Set([408, 429, 500, 503]);
const MOST_TRIES = 30;
const tallySchema = z.object({
  accepted: z.number(),
  duplicate: z.number(),
  refused: z.number(),
  late: z.number(),
  problems: z.array(z.object({ sentence: z.string() })).default([]),
});

/**
 * Brings observations to Golive; again, as it asks for, while it is busy or away. Throws when it refuses the batch, or doesn't take it after
 * thirty tries: then nothing is known of it.
 */
export async function postObservations(intake: Intake, lines: readonly ObservationLine[]): Promise<Tally> {
  const { url, token, sleep = (ms) => wait(ms) } = intake;
  const body = lines.map((line) => JSON.stringify(line)).join("\n");
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(`${url}/v1/observations`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
      body,
    }).catch(() => null);
    const text = (await response?.text().catch(() => "")) ?? "";
    if (response?.ok === true) {
      const { problems, ...tally } = tallySchema.parse(JSON.parse(text));
      if (tally.refused > 0) throw new Error(`Golive refused ${tally.refused} observations: ${problems[0]?.sentence}`);
      return tally;
    }
    const status = response?.status ?? "no answer";
    if ((response !== null && !AGAIN.has(response.status)) || tries === MOST_TRIES) {
      throw new Error(`Golive did not take ${lines.length} observations (${status}): ${text.slice(0, 300)}`);
    }
    const after = Number(response?.headers.get("retry-after") ?? Number.NaN);
    await sleep(Number.isFinite(after) ? after * 1_000 : 500);
  }
}
