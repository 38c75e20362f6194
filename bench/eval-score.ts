import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openResults } from "#src/evaluation/results/open-results";
import { scoreResults } from "#src/evaluation/results/score-results";
import { writeResults } from "./eval/generate-results.ts";
import { median } from "./statistics.ts";

/** Milliseconds of CPU, medians over alternating runs: other work on the machine is not in them. */
export type EvalScoreBench = {
  readonly results: number;
  readonly megabytes: number;
  readonly scoreMs: number;
  readonly parseMs: number;
  readonly ratio: number;
};

/** The peer's buffer. */
const BUFFER = 16 << 20;
const NEWLINE = 0x0a;
const COMMA = 0x2c;

/** `golive eval score`'s own work (cut, parse, check, score, average) against JSON.parse of the same bytes, result by result, and nothing else. */
export async function benchEvalScore({ results = 100_000, rounds = 3 } = {}): Promise<EvalScoreBench> {
  const home = await mkdtemp(join(tmpdir(), "golive-bench-eval-"));
  const path = join(home, "results.json");
  try {
    const bytes = await writeResults(path, results);
    const [score, parse]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      score.push(await cpuOf(() => scoreAll(path, results)));
      parse.push(await cpuOf(() => parseAll(path, results)));
    }
    const [scoreMs, parseMs] = [median(score), median(parse)];
    return { results, megabytes: Math.round(bytes / 1e6), scoreMs, parseMs, ratio: scoreMs / parseMs };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

async function scoreAll(path: string, expected: number): Promise<void> {
  const file = await openResults(path);
  try {
    const { graded } = await scoreResults(file);
    if (graded !== expected) throw new Error(`${graded} of ${expected} results were scored`);
  } finally {
    await file.close();
  }
}

/**
 * One result a line, as the generator writes them: the peer need not look for where a result ends, and checks nothing. Result by
 * result is its fastest way; in pieces of megabytes it needs twice as long.
 */
async function parseAll(path: string, expected: number): Promise<void> {
  const handle = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(BUFFER);
    let [kept, parsed, lines] = [0, 0, 0];
    for (;;) {
      const { bytesRead } = await handle.read(buffer, kept, BUFFER - kept);
      if (bytesRead === 0) break;
      const filled = buffer.subarray(0, kept + bytesRead);
      let from = 0;
      for (let to = filled.indexOf(NEWLINE); to >= 0; to = filled.indexOf(NEWLINE, from)) {
        const end = filled[to - 1] === COMMA ? to - 1 : to;
        // The first and the last line are the document's frame.
        if (lines++ > 0 && parsed < expected) {
          JSON.parse(filled.toString("utf8", from, end));
          parsed++;
        }
        from = to + 1;
      }
      kept = filled.copy(buffer, 0, from);
    }
    if (parsed !== expected) throw new Error(`${parsed} of ${expected} results were parsed`);
  } finally {
    await handle.close();
  }
}
