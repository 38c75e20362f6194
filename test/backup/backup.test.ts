import { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Backup, openBackup } from "#src/backup/backup-document";
import { BackupError } from "#src/backup/backup-error";
import { backupId } from "#src/backup/backup-id";
import { type BackupRecords, createBackupRecords } from "#src/backup/backup-records";
import { proveBackup, SCRATCH_PREFIX } from "#src/backup/prove-backup";
import { takeBackup } from "#src/backup/take-backup";
import { createBackupGate } from "#src/gates/backup";
import { runGate } from "#src/gates/run-gate";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore } from "#src/rag/store";
import { prepareRagStore, ragStoreOver } from "#src/rag/store-postgres";
import { fillStore, gateSubject } from "#test/support/gate-fixture";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "#test/support/postgres";
import { createFixtureTables, FIXTURE, recordRun, serviceFixture } from "#test/support/rag-fixture";

const NOW = Date.UTC(2026, 10, 23, 7, 50, 1);
let storeDatabase: TestDatabase;
let botDatabase: TestDatabase;
let runner: SqlRunner;
let store: RagStore;
let pool: Pool;
let records: BackupRecords;
let taken = 0;
const random = (bytes: number) => new Uint8Array(bytes).fill(taken++);

beforeAll(async () => {
  [storeDatabase, botDatabase] = [await createEmptyDatabase(), await createTestDatabase()];
  runner = createPostgresRunner(storeDatabase.ownerUrl);
  await createFixtureTables(runner);
  await prepareRagStore({ connectionString: storeDatabase.ownerUrl });
  store = ragStoreOver(runner, serviceFixture());
  pool = new Pool({ connectionString: botDatabase.appUrl });
  records = createBackupRecords(pool);
});
beforeEach(async () => {
  await runner.query(`TRUNCATE ${FIXTURE.pointer}, ${FIXTURE.runs}, ${FIXTURE.chunks}, golive_store.golive_flip`);
  await fillStore(runner, store);
  await store.flip("f1", { run: "a", config: "v1" }, { run: "b", config: "v2" });
  await store.flip("f2", { run: "b", config: "v2" }, { run: "a", config: "v1" });
});
afterAll(async () => {
  await pool.end();
  await runner.close();
  await storeDatabase.drop();
  await botDatabase.drop();
});

const take = () =>
  takeBackup({ service: serviceFixture(), store, release: "rel_1", description: "before", now: NOW, random });
const scratchSchemas = () => runner.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'golive_scratch%'");
/** The backup with its document changed and every checksum made to fit again. */
function forge(backup: Backup, change: (document: ReturnType<typeof openBackup>) => void): Backup {
  const document = openBackup(backup);
  change(document);
  for (const table of document.tables) {
    table.row_count = table.rows.length;
    table.sha256 = sha256(canonicalJson(table.rows));
  }
  const body = canonicalJson(document);
  return { ...backup, body, digest: sha256(body) };
}

describe("taking a backup", () => {
  it("has an id of time and chance", () => {
    expect(backupId(NOW, (n) => new Uint8Array(n).map((_, at) => at + 24))).toBe("bk_20261123T075001_yz2345");
    expect(backupId(NOW, (n) => new Uint8Array(n).fill(255))).toMatch(/^bk_20261123T075001_[a-z2-7]{6}$/);
  });

  it("holds pointer, flips, configurations and runs of one moment, checksummed", async () => {
    const document = openBackup(await take());
    expect(document.pointer).toEqual({ run: "a", config: "v1" });
    expect(document.tables.map(({ role, row_count }) => [role, row_count])).toEqual([
      ["pointer", 1],
      ["flips", 2],
      ["configs", 2],
      ["runs", 2],
    ]);
  });

  it("is the same content whatever order the rows stand in", async () => {
    const one = openBackup(await take());
    // An update moves the row to the end of the table.
    await runner.query(`UPDATE ${FIXTURE.runs} SET chunks = chunks WHERE ${FIXTURE.run} = 'a'`);
    expect(openBackup(await take()).tables).toEqual(one.tables);
  });

  it("prints values the same way under whatever settings the session has", async () => {
    const url = new URL(storeDatabase.ownerUrl);
    url.searchParams.set("options", "-c TimeZone=Asia/Tokyo -c DateStyle=German -c extra_float_digits=-5");
    const elsewhere = createPostgresRunner(url.href);
    const there = ragStoreOver(elsewhere, serviceFixture());
    const here = await take();
    const other = await takeBackup({
      service: serviceFixture(),
      store: there,
      release: null,
      description: "",
      now: NOW,
      random,
    });
    expect(openBackup(other).tables).toEqual(openBackup(here).tables);
    expect(await proveBackup({ backup: here, store: there })).toMatchObject({ proven: true });
    await elsewhere.close();
  });

  it("is refused when a table is not there", async () => {
    const service = serviceFixture({}, { configs: { table: "gone", version: "v", body: "b" } });
    const without = ragStoreOver(runner, service);
    await expect(
      takeBackup({ service, store: without, release: null, description: "", now: NOW, random }),
    ).rejects.toBeInstanceOf(BackupError);
  });
});

describe("opening a backup", () => {
  it("refuses one with a changed byte, changed rows, or nothing in it", async () => {
    const backup = await take();
    const damaged = [
      { ...backup, body: backup.body.replace('"f1"', '"f9"') },
      (() => {
        const body = backup.body.replace('"f1"', '"f9"');
        return { ...backup, body, digest: sha256(body) };
      })(),
      forge(backup, (document) => document.tables.splice(0, 4)),
      forge(backup, (document) => document.tables.splice(0, 1)),
    ];
    for (const each of damaged) expect(() => openBackup(each)).toThrow(BackupError);
  });
});

describe("proving a backup", () => {
  it("restores it, finds no difference, and leaves nothing behind", async () => {
    const proof = await proveBackup({ backup: await take(), store });
    expect(proof).toEqual({ proven: true, tables: 4, rows: 7, differences: [], findings: [] });
    expect(await scratchSchemas()).toEqual([]);
  });

  it("proves a first go-live's backup too, with an empty pointer", async () => {
    await runner.query(`TRUNCATE ${FIXTURE.pointer}`);
    const backup = await take();
    expect(openBackup(backup).pointer).toBeNull();
    expect(await proveBackup({ backup, store })).toMatchObject({ proven: true });
  });

  it.each([
    [
      "a value changed",
      (d: ReturnType<typeof openBackup>) => {
        d.tables[2]?.rows.pop();
      },
      /digest .* differs/,
    ],
    [
      "a row doubled",
      (d: ReturnType<typeof openBackup>) => {
        const rows = d.tables[3]?.rows;
        rows?.push(rows[0] ?? []);
      },
      /do not go back/,
    ],
    [
      "a value not of its type",
      (d: ReturnType<typeof openBackup>) => {
        d.tables[3]?.rows[0]?.splice(4, 1, "noon");
      },
      /do not go back/,
    ],
    [
      "another pointer than the rows say",
      (d: ReturnType<typeof openBackup>) => {
        d.pointer = { run: "z", config: "z" };
      },
      /pointer is not what/,
    ],
    [
      "a table that is gone",
      (d: ReturnType<typeof openBackup>) => {
        const t = d.tables[3];
        if (t) t.table = '"gone"';
      },
      /does not exist any more/,
    ],
  ])("fails with %s, and leaves nothing behind", async (_what, change, says) => {
    const proof = await proveBackup({ backup: forge(await take(), change), store });
    expect(proof.proven).toBe(false);
    expect(proof.differences.join()).toMatch(says);
    expect(await scratchSchemas()).toEqual([]);
  });

  it("clears a scratch schema that a crash left behind", async () => {
    await runner.query(`CREATE SCHEMA ${SCRATCH_PREFIX}old`);
    await runner.query(`CREATE TABLE ${SCRATCH_PREFIX}old.t (a int)`);
    await proveBackup({ backup: await take(), store });
    expect(await scratchSchemas()).toEqual([]);
  });

  it("can run for two services at the same moment", async () => {
    const backups = [await take(), await take(), await take()];
    const proofs = await Promise.all(backups.map((backup) => proveBackup({ backup, store })));
    expect(proofs.every(({ proven }) => proven)).toBe(true);
  });

  it("that is given up leaves nothing behind", async () => {
    const controller = new AbortController();
    const backup = await take();
    const stopping: RagStore = {
      ...store,
      transaction: (mode, work, signal) =>
        store.transaction(
          mode,
          (query) =>
            work((sql, values) => {
              if (sql.startsWith("INSERT")) controller.abort();
              return query(sql, values);
            }),
          signal,
        ),
    };
    await expect(proveBackup({ backup, store: stopping, signal: controller.signal })).rejects.toMatchObject({
      code: "aborted",
    });
    expect(await scratchSchemas()).toEqual([]);
  });
});

describe("the backup check", () => {
  const gate = createBackupGate({
    get records() {
      return records;
    },
    now: () => NOW,
    random,
  });
  const check = () => runGate(gate, gateSubject(store), AbortSignal.timeout(20_000));

  it("passes with a backup that was kept, restored and compared", async () => {
    const result = await check();
    expect(result).toMatchObject({ verdict: "pass", value: "4 tables, 7 rows" });
    const newest = (await records.list("docs")).find(({ id }) => id === result.numbers.backup);
    expect(newest).toMatchObject({ state: "proven", provenAt: NOW, takenAt: NOW, service: "docs" });
  });

  it("keeps the backup under the release it was taken for", async () => {
    const subject = gateSubject(store, { release: "rel_7" });
    const result = await runGate(gate, subject, AbortSignal.timeout(20_000));
    const kept = (await records.list("docs")).find(({ id }) => id === result.numbers.backup);
    expect(kept).toMatchObject({ release: "rel_7", state: "proven" });
  });

  it("has the same evidence when only another run was recorded since, and another when the pointer moved", async () => {
    const before = await check();
    await recordRun(runner, "c", { chunks: 1, digest: "x" });
    expect((await check()).evidenceHash).toBe(before.evidenceHash);
    await store.flip("f3", { run: "a", config: "v1" }, { run: "b", config: "v2" });
    const after = await check();
    expect(after.verdict).toBe("pass");
    expect(after.evidenceHash).not.toBe(before.evidenceHash);
  });

  it("fails when what is kept is not what was taken", async () => {
    const lying: BackupRecords = {
      ...records,
      load: async (id) => {
        const kept = await records.load(id);
        return kept === null ? null : { ...kept, body: kept.body.replace("v1", "v3") };
      },
    };
    const result = await runGate(
      createBackupGate({ records: lying, now: () => NOW, random }),
      gateSubject(store),
      AbortSignal.timeout(20_000),
    );
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain("is damaged");
    expect(
      (await records.list("docs")).some(({ id, state }) => id === result.numbers.backup && state === "failed"),
    ).toBe(true);
  });

  it("fails when a table is missing, and is an error when nothing can be kept", async () => {
    const service = serviceFixture({}, { configs: { table: "gone", version: "v", body: "b" } });
    const missing = await runGate(
      gate,
      gateSubject(ragStoreOver(runner, service), { service }),
      AbortSignal.timeout(20_000),
    );
    expect(missing).toMatchObject({ verdict: "fail", value: "no backup" });
    const broken: BackupRecords = { ...records, save: () => Promise.reject(new Error("disk full")) };
    const unkept = createBackupGate({ records: broken, now: () => NOW, random });
    expect(await runGate(unkept, gateSubject(store), AbortSignal.timeout(20_000))).toMatchObject({ verdict: "error" });
  });

  it("is an error, not a pass, when the role may not make the scratch schema", async () => {
    const owner = createPostgresRunner(storeDatabase.ownerUrl);
    await owner.query(`GRANT USAGE ON SCHEMA ${FIXTURE.schema} TO golive_app`);
    await owner.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${FIXTURE.schema} TO golive_app`);
    await prepareRagStore({ connectionString: storeDatabase.ownerUrl, grantTo: "golive_app" });
    const app = createPostgresRunner(storeDatabase.appUrl);
    const result = await runGate(gate, gateSubject(ragStoreOver(app, serviceFixture())), AbortSignal.timeout(20_000));
    expect(result).toMatchObject({ verdict: "error" });
    expect(result.summary).toContain("refused access");
    await app.close();
    await owner.close();
  });
});
