import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newCanary } from "#src/canary/canary-state";
import { closeBucket } from "#src/canary/close-bucket";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { questionLedger } from "#src/canary/question-ledger";
import { replayCanary } from "#src/canary/replay";
import { readLines } from "#src/cli/read-lines";
import { seeded } from "./canary/random.ts";
import { recordCanary } from "./canary/record-canary.ts";
import { answer, BUCKETS, SAME } from "./canary/worlds.ts";
import { median } from "./statistics.ts";

export type ReplayBench = {
  readonly observations: number;
  readonly megabytes: number;
  /** Milliseconds of CPU, medians over alternating runs: other work on the machine is not in them. */
  readonly replayMs: number;
  readonly parseMs: number;
  /** Megabytes of the process when a fifth of the lines was read, and the most afterwards. */
  readonly earlyMb: number;
  readonly latestMb: number;
};

/** `golive canary replay`'s own work against JSON.parse of the same lines and nothing else. */
export async function benchCanaryReplay({ observations = 1_000_000, rounds = 3 } = {}): Promise<ReplayBench> {
  const home = await mkdtemp(join(tmpdir(), "golive-bench-canary-"));
  const path = join(home, "observations.ndjson");
  try {
    const bytes = await recordCanary(path, observations);
    const [replays, parses]: [number[], number[]] = [[], []];
    let memory = { earlyMb: 0, latestMb: 0 };
    for (let round = 0; round < rounds; round++) {
      replays.push(
        await cpuOf(async () => {
          memory = await replayAll(path, observations);
        }),
      );
      parses.push(
        await cpuOf(() =>
          readLines(path, "read", (line) => {
            JSON.parse(line);
          }),
        ),
      );
    }
    const [replayMs, parseMs] = [median(replays), median(parses)];
    return { observations, megabytes: Math.round(bytes / 1e6), replayMs, parseMs, ...memory };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function replayAll(path: string, expected: number) {
  const replay = replayCanary(DEFAULT_POLICY, ({ line, sentence }) => {
    throw new Error(`line ${line}: ${sentence}`);
  });
  let [read, earlyMb, latestMb] = [0, 0, 0];
  await readLines(path, "replayed", (line) => {
    replay.line(line);
    if (++read % 20_000 !== 0) return;
    const now = process.memoryUsage.rss() / 1e6;
    if (read <= expected / 5) earlyMb = Math.max(earlyMb, now);
    else latestMb = Math.max(latestMb, now);
  });
  const { report, lines } = replay.end();
  if (lines !== expected || report.hours !== DEFAULT_POLICY.durationHours)
    throw new Error(`${lines} lines were replayed`);
  return { earlyMb, latestMb };
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Milliseconds that closing a bucket takes in the second hour and in the last, medians over the four buckets of each, of many canaries. */
export function benchCanaryTick({ canaries = 40, perHour = 500 } = {}): {
  readonly earlyMs: number;
  readonly lateMs: number;
} {
  const [early, late]: [number[], number[]] = [[], []];
  for (let seed = 1; seed <= canaries; seed++) {
    const [random, state, questions] = [seeded(seed), newCanary(DEFAULT_POLICY), questionLedger()];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const observations = answer(random, { ...SAME, perHour }, bucket);
      const before = performance.now();
      closeBucket(DEFAULT_POLICY, state, questions, bucket, observations);
      const took = performance.now() - before;
      // The first canaries are for the compiler.
      if (seed <= canaries / 4) continue;
      if (bucket >= 4 && bucket < 8) early.push(took);
      if (bucket >= BUCKETS - 4) late.push(took);
    }
  }
  return { earlyMs: median(early), lateMs: median(late) };
}
