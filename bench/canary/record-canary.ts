import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { type Random, seeded } from "./random.ts";

/** Lines of a recorded canary as docs/canary.md describes them, in the order of time: half of them each arm's. */
export async function recordCanary(path: string, lines: number, seed = 1): Promise<number> {
  const file = createWriteStream(path);
  const random = seeded(seed);
  const start = Date.UTC(2026, 2, 28);
  for (let index = 0; index < lines; index++) {
    const at = start + (index / lines) * 48 * 3_600_000;
    if (!file.write(`${JSON.stringify(observation(random, at, index))}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  return file.bytesWritten;
}

function observation(random: Random, at: number, index: number) {
  const before = 20 + Math.floor(random.uniform() * 21);
  return {
    at: new Date(at).toISOString(),
    arm: index % 2 === 0 ? "baseline" : "canary",
    trace_id: `trace-${index.toString(36)}`,
    query_id: `q-${index >> 1}`,
    latency_s: Math.round(1_000 * Math.exp(0.5 + 0.6 * random.normal())) / 1_000,
    scores: {
      f1: random.beta(0.6, 0.25),
      precision: random.beta(0.6, 0.25),
      recall: random.beta(0.6, 0.25),
      faithfulness: random.beta(0.8, 0.2),
      oracle_prefilter: Number(random.uniform() < 0.9),
      reader_used_gold: Number(random.uniform() < 0.8),
    },
    budget_violation: false,
    prefix_leakage: false,
    candidates_before_dedup: before,
    candidates_after_dedup: before - Math.floor(before * (0.15 + 0.15 * random.uniform())),
    snapshot_breadth: before + Math.floor(random.uniform() * 20),
    tool_calls: [
      { name: "search", schema_ok: random.uniform() < 0.99, mutating: false, dry_run: false, intent_line: true },
    ],
  };
}
