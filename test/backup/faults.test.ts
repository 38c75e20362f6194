import { fork } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CopySource } from "#src/backup/copy/session";
import { expired } from "#src/backup/retention";
import type { BackupStorage } from "#src/backup/storage/storage";
import { StorageError } from "#src/backup/storage/storage-error";
import { type BackupHouse, openBackupHouse } from "#test/backup/backup-house";
import { FIXTURE, insertChunks } from "#test/support/rag-fixture";

let house: BackupHouse;
beforeAll(async () => {
  house = await openBackupHouse();
});
afterAll(() => house.stop());

const stored = () => readdir(house.folder, { recursive: true });
const READERS = "application_name = 'golive-backup' AND datname = current_database()";
const chunks = async () => (await house.runner.query(`SELECT count(*)::int AS n FROM ${FIXTURE.chunks}`))[0]?.n;

/** Runs `during` before a question is put to a session of the source, and while a COPY has begun of which nobody has read a row. */
const watched = (during: (sql: string) => Promise<void>): CopySource => ({
  parallel: house.source.parallel,
  open: async (signal) => {
    const session = await house.source.open(signal);
    return {
      ...session,
      query: async (sql, values) => {
        await during(sql);
        return session.query(sql, values);
      },
      copyOut: (sql) => {
        const rows = session.copyOut(sql);
        async function* afterwards() {
          await during(sql);
          yield* rows;
        }
        return Readable.from(afterwards(), { objectMode: false });
      },
    };
  },
});

describe("a backup that can't be made", () => {
  it("names the table that vanished half-way, and leaves nothing", async () => {
    await house.runner.query(`ALTER TABLE ${FIXTURE.configs} RENAME TO hidden`);
    await expect(house.create()).rejects.toMatchObject({
      name: "BackupError",
      message: expect.stringContaining("con.figs"),
    });
    await house.runner.query(`ALTER TABLE ${FIXTURE.schema}.hidden RENAME TO "con.figs"`);
    let dropped = false;
    const source = watched(async (sql) => {
      if (!sql.startsWith("LOCK TABLE") || dropped) return;
      dropped = true;
      await house.runner.query(`ALTER TABLE ${FIXTURE.chunks} RENAME TO hidden`);
    });
    await expect(house.create({ source })).rejects.toMatchObject({
      name: "BackupError",
      kind: expect.stringContaining("missing"),
      message: expect.stringContaining("could not be backed up, so there is no backup"),
    });
    await house.runner.query(`ALTER TABLE ${FIXTURE.schema}.hidden RENAME TO "we;ird """"table"`);
    expect(await stored()).toEqual([]);
  });

  it("keeps its tables from being dropped while it reads them", async () => {
    let answer: unknown = null;
    const source = watched(async (sql) => {
      if (!sql.startsWith("COPY") || answer !== null) return;
      answer = "none yet";
      const drop = `SET lock_timeout = '100ms'; DROP TABLE ${FIXTURE.chunks}`;
      answer = await house.runner.query(drop).catch((error: unknown) => error);
    });
    const { manifest } = await house.create({ source });
    expect(manifest.tables.find(({ role }) => role === "chunks")?.rows).toBe(80);
    expect(answer).toMatchObject({ code: "busy" });
  });

  it("says that there is none when its readers are killed in the middle", async () => {
    // It waits until they are gone; a reader that had its rows by then fails at its next table.
    const source = watched(async (sql) => {
      if (!sql.startsWith("COPY")) return;
      await house.runner.query(`SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE ${READERS}`);
    });
    const before = await stored();
    await expect(house.create({ source })).rejects.toMatchObject({ name: "BackupError" });
    expect(await stored()).toEqual(before);
  });

  it.each(["data/0002", "restore.sql", "manifest.json"])("leaves nothing when the disk is full at %s", async (at) => {
    const full: BackupStorage = {
      ...house.storage,
      put: async (key, body, signal) => {
        if (!key.includes(at)) return house.storage.put(key, body, signal);
        body.destroy();
        throw new StorageError("full", `${key} could not be written: no space is left`);
      },
    };
    const before = await stored();
    await expect(house.create({ storage: full })).rejects.toMatchObject({ code: "full" });
    expect(await stored()).toEqual(before);
  });
});

describe("a restore", () => {
  it("refuses tables that changed, with every difference, and touches nothing", async () => {
    const { manifest } = await house.create();
    await house.runner.query(
      `ALTER TABLE ${FIXTURE.chunks} ALTER tokens TYPE bigint, ADD COLUMN lang text, DROP COLUMN bm25_text`,
    );
    await house.runner.query(`DELETE FROM ${FIXTURE.chunks} WHERE tokens = 25`);
    const left = await chunks();
    const refused = await house.restore(manifest.id).catch((error: Error) => error);
    expect(refused).toMatchObject({ kind: "schema:changed" });
    expect(String(refused)).toMatch(/column tokens was integer, and is bigint/);
    expect(String(refused)).toMatch(/column lang is new/);
    expect(String(refused)).toMatch(/column bm25_text is gone/);
    expect(await chunks()).toBe(left);
    await house.stop();
    house = await openBackupHouse();
  });

  it("moves neither the pointer nor the ledger back, and says so", async () => {
    const { manifest } = await house.create();
    await house.runner.query(`UPDATE ${FIXTURE.pointer} SET config = 'v2'`);
    const { tables } = await house.restore(manifest.id);
    expect(tables.find(({ table }) => table.role === "pointer")?.action).toBe("kept");
    expect(await house.runner.query(`SELECT config FROM ${FIXTURE.pointer}`)).toEqual([{ config: "v2" }]);
    await house.runner.query(`UPDATE ${FIXTURE.pointer} SET config = 'v1'`);
  });

  it("fires no trigger of the table, keeps it, and keeps the rights", async () => {
    await house.runner.query(
      `CREATE FUNCTION public.never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$`,
    );
    const { manifest } = await house.create();
    await house.runner.query(`DELETE FROM ${FIXTURE.chunks} WHERE tokens = 25`);
    await house.runner.query(
      `CREATE TRIGGER t BEFORE INSERT OR TRUNCATE ON ${FIXTURE.chunks} EXECUTE FUNCTION public.never()`,
    );
    await house.runner.query(`GRANT SELECT ON ${FIXTURE.chunks} TO golive_app`);
    await house.restore(manifest.id);
    expect(await chunks()).toBe(80);
    const sql = "SELECT tgenabled::text AS e FROM pg_trigger WHERE tgname = 't'";
    expect(await house.runner.query(sql)).toEqual([{ e: "O" }]);
    const rights = await house.runner.query("SELECT has_table_privilege('golive_app', $1, 'SELECT') AS may", [
      FIXTURE.chunks,
    ]);
    expect(rights).toEqual([{ may: true }]);
    await house.runner.query(`DROP TRIGGER t ON ${FIXTURE.chunks}`);
  });
});

describe("kill -9", () => {
  const start = async (what: string, id = "") => {
    const child = fork(
      fileURLToPath(new URL("./killed.ts", import.meta.url)),
      [what, house.database.ownerUrl, house.folder, id],
      {
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      },
    );
    await once(child, "message");
    return child;
  };
  const kill = async (child: Awaited<ReturnType<typeof start>>) => {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  /** What the killed process had open is over once the server noticed. */
  const settled = async () => {
    const open = async () => (await house.runner.query(`SELECT 1 FROM pg_stat_activity WHERE ${READERS}`)).length;
    await expect.poll(open, { timeout: 40_000 }).toBe(0);
  };

  it("in the middle of a backup leaves none that counts", async () => {
    await insertChunks(house.runner, "c", 20_000);
    const before = (await stored()).filter((file) => file.endsWith("manifest.json"));
    await kill(await start("create"));
    await settled();
    expect((await stored()).filter((file) => file.endsWith("manifest.json"))).toEqual(before);
    const left = (await readdir(join(house.folder, "docs"))).find((id) => id.startsWith("bk_20200101"));
    const { damages } = await house.verify(left ?? "bk_20200101T000000_aaaaaa");
    expect(damages.map(({ finding }) => finding)).toEqual(["manifest:missing"]);
  });

  it("in the middle of a restore leaves every row as it was", async () => {
    const { manifest } = await house.create();
    await house.runner.query(`DELETE FROM ${FIXTURE.chunks} WHERE tokens = 25`);
    const left = await chunks();
    await kill(await start("restore", manifest.id));
    await settled();
    expect(await chunks()).toBe(left);
    await house.restore(manifest.id);
    expect(await chunks()).toBe(20_080);
  });

  it("in the middle of a proof leaves no scratch schema", async () => {
    const { manifest } = await house.create();
    await kill(await start("prove", manifest.id));
    await settled();
    const scratch = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'golive_scratch%'";
    expect(await house.runner.query(scratch)).toEqual([]);
    await house.runner.query("CREATE SCHEMA golive_scratch_of_an_older_version");
    expect(await house.prove(manifest.id)).toMatchObject({ proven: true });
    expect(await house.runner.query(scratch)).toEqual([]);
  });
});

describe("what is kept", () => {
  const DAY = 86_400_000;
  const entry = (days: number, state: "complete" | "proven" | "damaged" | "failed" | "creating", provenDays = days) =>
    ({
      id: `bk ${days} ${state}`,
      state,
      createdAt: -days * DAY,
      provenAt: state === "proven" ? -provenDays * DAY : null,
    }) as Parameters<typeof expired>[0][number];
  const ids = (entries: Parameters<typeof expired>[0]) =>
    expired(entries, { newest: 1, days: 30 }, 0).map(({ id }) => id);

  it("is always the backup that was proven last, however old, and the newest whole one", () => {
    expect(ids([entry(40, "complete"), entry(90, "proven"), entry(200, "proven")])).toEqual(["bk 200 proven"]);
    expect(ids([entry(400, "proven")])).toEqual([]);
    expect(ids([entry(31, "damaged"), entry(50, "complete"), entry(60, "complete")])).toEqual([
      "bk 31 damaged",
      "bk 60 complete",
    ]);
  });

  it("is everything young, and whatever is still being written", () => {
    expect(ids([entry(29, "failed"), entry(1, "complete"), entry(2, "complete"), entry(99, "creating")])).toEqual([]);
  });
});
