import { ragStoreOver } from "#src/rag/store-postgres";
import { FIXTURE, serviceFixture } from "#test/support/rag-fixture";
import { fillChunkTable, megabytesOf, RUN, withPostgres } from "./chunk-table.ts";
import { median } from "./statistics.ts";

/** Milliseconds, medians over alternating runs. */
export type RunDigestBench = {
  readonly chunks: number;
  readonly megabytes: number;
  readonly digestMs: number;
  /** `SELECT count(*)`: a sequential scan that opens no row. */
  readonly countMs: number;
  /** A sequential scan that reads the texts, as the digest must: the sum of their lengths in characters. */
  readonly readMs: number;
};

const TEXTS = [FIXTURE.text, "bm25_text", "embedding_text"];

/** What the manifest's digest of a run costs, against sequential scans of the same table without any index. */
export const benchRunDigest = (chunks = 1_000_000, rounds = 5): Promise<RunDigestBench> =>
  withPostgres(async (runner) => {
    await fillChunkTable(runner, chunks, 300);
    const store = ragStoreOver(runner, serviceFixture());
    const timed = async (work: () => Promise<unknown>, into: number[], warm: boolean): Promise<void> => {
      const start = performance.now();
      await work();
      if (!warm) into.push(performance.now() - start);
    };
    const [digest, count, read]: [number[], number[], number[]] = [[], [], []];
    const lengths = TEXTS.map((column) => `length(${column})`).join(" + ");
    for (let round = -1; round < rounds; round++) {
      await timed(() => store.digest(RUN), digest, round < 0);
      await timed(() => runner.query(`SELECT count(*) FROM ${FIXTURE.chunks}`), count, round < 0);
      await timed(() => runner.query(`SELECT sum(${lengths}) FROM ${FIXTURE.chunks}`), read, round < 0);
    }
    return {
      chunks,
      megabytes: await megabytesOf(runner),
      digestMs: median(digest),
      countMs: median(count),
      readMs: median(read),
    };
  });
