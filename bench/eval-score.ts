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
  /** JSON.parse of the same bytes in pieces of 64 MB: fewer would not fit into one string. */
  readonly piecesMs: number;
  /** JSON.parse of one result after the other, by somebody who knows where each ends. */
  readonly singlyMs: number;
};

/** The peer's buffer, and its pieces. */
const BUFFER = 64 << 20;
const NEWLINE = 0x0a;
const COMMA = 0x2c;

/** `golive eval score`'s own work (cut, parse, check, score, average) against JSON.parse of the same bytes and nothing else. */
export async function benchEvalScore({ results = 100_000, rounds = 3 } = {}): Promise<EvalScoreBench> {
  const home = await mkdtemp(join(tmpdir(), "golive-bench-eval-"));
  const path = join(home, "results.json");
  try {
    const bytes = await writeResults(path, results);
    const [score, pieces, singly]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      score.push(await cpuOf(() => scoreAll(path, results)));
      pieces.push(await cpuOf(() => parseAll(path, results, parsePieces)));
      singly.push(await cpuOf(() => parseAll(path, results, parseSingly)));
    }
    const [scoreMs, piecesMs, singlyMs] = [median(score), median(pieces), median(singly)];
    return { results, megabytes: Math.round(bytes / 1e6), scoreMs, piecesMs, singlyMs };
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

/** Parses whole lines, with a comma behind each but the last; returns how many results. */
type ParseLines = (lines: Buffer) => number;

const parsePieces: ParseLines = (lines) => {
  const end = lines.at(-1) === COMMA ? lines.length - 1 : lines.length;
  return end === 0 ? 0 : JSON.parse(`[${lines.toString("utf8", 0, end)}]`).length;
};

const parseSingly: ParseLines = (lines) => {
  let count = 0;
  for (let from = 0; from < lines.length; count++) {
    const found = lines.indexOf(NEWLINE, from);
    const to = found < 0 ? lines.length : found;
    JSON.parse(lines.toString("utf8", from, lines[to - 1] === COMMA ? to - 1 : to));
    from = to + 1;
  }
  return count;
};

/** One result a line, as the generator writes them; the first and the last line are the document's frame. */
async function parseAll(path: string, expected: number, parse: ParseLines): Promise<void> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.allocUnsafe(BUFFER);
    const [first, behind] = ['{"results": [\n'.length, size - "\n]}\n".length];
    let [position, parsed] = [first, 0];
    while (position < behind) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(BUFFER, behind - position), position);
      const last = position + bytesRead >= behind ? bytesRead : buffer.lastIndexOf(NEWLINE, bytesRead - 1);
      parsed += parse(buffer.subarray(0, last));
      position += last + 1;
    }
    if (parsed !== expected) throw new Error(`${parsed} of ${expected} results were parsed`);
  } finally {
    await handle.close();
  }
}
