import { prefixLeakage } from "#src/gates/prefix-leakage";
import { runGate } from "#src/gates/run-gate";
import type { SqlRunner } from "#src/rag/sql-runner";
import { ragStoreOver } from "#src/rag/store-postgres";
import { gateSubject } from "#test/support/gate-fixture";
import { FIXTURE, recordRun, serviceFixture } from "#test/support/rag-fixture";
import { fillChunkTable, megabytesOf, RUN, withPostgres } from "./chunk-table.ts";
import { median } from "./statistics.ts";

/** Milliseconds, medians over alternating runs; `ratio` is gate over count. */
export type PrefixLeakageBench = {
  readonly shape: string;
  readonly chunks: number;
  readonly megabytes: number;
  readonly gateMs: number;
  readonly countMs: number;
  readonly ratio: number;
};

/** `plain`: rows of about 1 kB, as one page holds several. `wide`: texts so long that Postgres moves them out of the row. */
const SHAPES = { plain: 300, wide: 2_600 } as const;

/** The gate's whole check against `SELECT count(*)` of the same table without any index, in alternation. */
export async function benchPrefixLeakage(
  runner: SqlRunner,
  shape: keyof typeof SHAPES,
  chunks = 200_000,
  rounds = 7,
): Promise<PrefixLeakageBench> {
  await fillChunkTable(runner, chunks, SHAPES[shape]);
  await recordRun(runner, RUN, { chunks, digest: "not looked at here" });
  const subject = gateSubject(ragStoreOver(runner, serviceFixture()));
  const gate: number[] = [];
  const count: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const start = performance.now();
    const result = await runGate(prefixLeakage, subject, AbortSignal.timeout(300_000));
    const middle = performance.now();
    await runner.query(`SELECT count(*) FROM ${FIXTURE.chunks}`);
    const end = performance.now();
    if (result.verdict !== "pass") throw new Error(`the gate did not pass: ${result.summary}`);
    if (round < 0) continue; // The first round warms the cache.
    gate.push(middle - start);
    count.push(end - middle);
  }
  const [gateMs, countMs] = [median(gate), median(count)];
  return { shape, chunks, megabytes: await megabytesOf(runner), gateMs, countMs, ratio: gateMs / countMs };
}

/** Benches both shapes. */
export const runPrefixLeakageBench = (chunks = 200_000): Promise<readonly PrefixLeakageBench[]> =>
  withPostgres(async (runner) => [
    await benchPrefixLeakage(runner, "plain", chunks),
    await benchPrefixLeakage(runner, "wide", chunks),
  ]);
