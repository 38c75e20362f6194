import { z } from "zod";
import type { House } from "#sandbox/demo/house";
import { readLive } from "#sandbox/demo/populate";
import { ROSA } from "#sandbox/demo/scenes";

const runSchema = z.object({ run: z.object({ id: z.string(), state: z.string() }) });
const listSchema = z.object({ baselines: z.array(z.unknown()) });

/**
 * Evaluates what is live and sets that as the baseline, with the commands a company would type that begins to use Golive. In words what
 * came of it; null where a baseline is set already, or nothing is live.
 */
export async function evaluateLive(house: House): Promise<string | null> {
  const live = await readLive(house.ragUrl);
  const known = await house.golive(["eval", "baseline", "list", "--json"]);
  if (live === null || listSchema.parse(JSON.parse(known.out)).baselines.length > 0) return null;
  const evaluated = await house.golive(["eval", "run", "--run", live.run, "--config", live.config, "--json"]);
  const { run } = runSchema.parse(JSON.parse(evaluated.out));
  if (run.state !== "finished") throw new Error(`evaluation ${run.id} ended as ${run.state}`);
  const reason = "what is live when Golive begins";
  const set = await house.golive(["eval", "baseline", "set", run.id, "--reason", reason, "--as", ROSA]);
  if (set.code !== 0) throw new Error(`the baseline could not be set: ${set.err.trim()}`);
  return `${live.run}, which is live, is evaluated: ${run.id} is the baseline`;
}
