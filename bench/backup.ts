import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import { createFixtureTables, FIXTURE, setPointer } from "#test/support/rag-fixture";
import { startBenchServer } from "./backup/server.ts";
import { endChild, hear, startChild } from "./child.ts";

const run = promisify(execFile);

/** Seconds and megabytes (10⁶ bytes). `peer` is null where its programs are not there. */
export type BackupBench = {
  readonly chunks: number;
  readonly server: string;
  readonly create: { readonly seconds: number; readonly verifySeconds: number; readonly megabytes: number };
  readonly restore: { readonly seconds: number };
  /** The highest resident memory of the process that did it. */
  readonly peakMegabytes: number;
  readonly peer: {
    readonly version: string;
    readonly dumpSeconds: number;
    readonly megabytes: number;
    readonly restoreSeconds: number;
  } | null;
};

const measured = z.object({
  createSeconds: z.number(),
  verifySeconds: z.number(),
  restoreSeconds: z.number(),
  bytes: z.number(),
  peakMegabytes: z.number(),
});

/** Where pg_dump and pg_restore are, or null. */
async function peerTools(): Promise<{ readonly bin: string; readonly version: string; readonly major: number } | null> {
  const paths = (process.env.PATH ?? "").split(":");
  const found = paths.map((path) => join(path, "pg_dump")).find((path) => existsSync(path));
  if (found === undefined || !existsSync(join(dirname(found), "pg_restore"))) return null;
  const { stdout } = await run(found, ["--version"]);
  const version = /\d+(\.\d+)*/.exec(stdout)?.[0] ?? "0";
  return { bin: dirname(found), version, major: Number.parseInt(version, 10) };
}

/** Rows as a chunk table has them: about 1 kB of text that compresses like text, and 384 floats that don't. */
async function fill(runner: SqlRunner, chunks: number): Promise<void> {
  await createFixtureTables(runner);
  await runner.query(`DROP INDEX ${FIXTURE.schema}.chunks_sparse`);
  await runner.query(
    `CREATE TEMP TABLE words AS SELECT n, substr(md5(n::text), 1, 2 + n % 9) AS word FROM generate_series(0, 2047) AS n`,
  );
  await runner.query(
    `INSERT INTO ${FIXTURE.chunks} (id, ${FIXTURE.run}, "Document", ${FIXTURE.text}, embedding, tokens)
     SELECT 'b-' || n, 'b', 'doc-' || n / 40, t.body, e.v, 180 FROM generate_series(1, $1::int) AS n,
       LATERAL (SELECT string_agg(w.word, ' ') AS body FROM generate_series(1, 140) AS k
                  JOIN words w ON w.n = (n * 7919 + k * k * 31 + k * n) % 2048) AS t,
       LATERAL (SELECT array_agg((sin(n * 0.37 + k * 1.13) * 0.1 + sin(n * k * 0.71) * 0.05)::real) AS v
                  FROM generate_series(1, 384) AS k) AS e`,
    [chunks],
  );
  await setPointer(runner, "b", "v1");
  await runner.query(`VACUUM (ANALYZE) ${FIXTURE.chunks}`);
}

/**
 * Creates, verifies and restores a backup in a process of its own, then has pg_dump and pg_restore do the same on the same
 * server. A server newer than pg_dump is refused by it: then one of pg_dump's own age is started, where it is installed.
 */
export async function benchBackup(
  chunks = 200_000,
  say: (line: string) => void = () => undefined,
): Promise<BackupBench> {
  const tools = await peerTools();
  const home = await mkdtemp(join(tmpdir(), "golive-bench-backup-"));
  const server = await startBenchServer(home, tools?.major ?? null);
  const peer = tools !== null && server.major <= tools.major ? tools : null;
  const runner = createPostgresRunner(server.url("bench"), {
    max: 1,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 900_000,
  });
  try {
    say(`backup, ${chunks.toLocaleString("en-US")} chunks on Postgres ${server.version}`);
    await fill(runner, chunks);
    say("backup, ours");
    const child = startChild(new URL("./backup/process.ts", import.meta.url), {
      BENCH_SOURCE: server.url("bench"),
      BENCH_TARGET: server.url("ours"),
      BENCH_FOLDER: join(home, "backups"),
    });
    const ours = await hear(child, measured);
    await endChild(child);
    if (peer !== null) say(`backup, pg_dump ${peer.version}`);
    return {
      chunks,
      server: server.version,
      create: {
        seconds: ours.createSeconds,
        verifySeconds: ours.verifySeconds,
        megabytes: Math.round(ours.bytes / 1e6),
      },
      restore: { seconds: ours.restoreSeconds },
      peakMegabytes: Math.round(ours.peakMegabytes),
      peer: peer === null ? null : await measurePeer(peer, home, server.url("bench"), server.url("theirs")),
    };
  } finally {
    await runner.close();
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function measurePeer(
  { bin, version }: { readonly bin: string; readonly version: string },
  home: string,
  from: string,
  to: string,
): Promise<NonNullable<BackupBench["peer"]>> {
  const file = join(home, "peer.dump");
  const timed = async (program: string, words: readonly string[]): Promise<number> => {
    const start = performance.now();
    await run(join(bin, program), [...words]);
    return (performance.now() - start) / 1_000;
  };
  const dumpSeconds = await timed("pg_dump", ["-Fc", "-Z1", "-f", file, "-d", from]);
  const { size } = await stat(file);
  const restoreSeconds = await timed("pg_restore", ["--no-owner", "-d", to, file]);
  return { version, dumpSeconds, megabytes: Math.round(size / 1e6), restoreSeconds };
}
