import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BackupHouse, openBackupHouse } from "#test/backup/backup-house";
import { createOddTables, oddService } from "#test/backup/odd-tables";
import { FIXTURE, insertChunks } from "#test/support/rag-fixture";

let house: BackupHouse;
let id: string;
beforeAll(async () => {
  house = await openBackupHouse();
  id = (await house.create()).manifest.id;
});
afterAll(() => house.stop());

/** `xmin` and `ctid` change with every write: rows that have the same ones were not touched. */
const rowsOf = (run: string) =>
  house.runner.query(
    `SELECT xmin::text, ctid::text, c::text FROM ${FIXTURE.chunks} AS c WHERE ${FIXTURE.run} = $1 ORDER BY id`,
    [run],
  );
const contentOf = async (run: string) => (await rowsOf(run)).map((row) => row.c);
const everything = async () => [await rowsOf("a"), await rowsOf("b"), await rowsOf("newer")];

describe("bringing back one run", () => {
  let whole: unknown[];
  beforeEach(async () => {
    await house.restoreRun(id, "b");
    whole = await contentOf("b");
    await house.runner.query(`DELETE FROM ${FIXTURE.chunks} WHERE ${FIXTURE.run} = 'newer'`);
    await insertChunks(house.runner, "newer", 5);
    await house.runner.query(`DELETE FROM ${FIXTURE.chunks} WHERE id IN ('b-1', 'b-2')`);
    await house.runner.query(`UPDATE ${FIXTURE.chunks} SET ${FIXTURE.text} = 'x' WHERE id = 'b-3'`);
  });

  it("brings its lost and changed rows back, and touches no row of another run", async () => {
    expect(whole).toHaveLength(40);
    // A run that came after the backup, and one that changed since: both are no business of this.
    await house.runner.query(`UPDATE ${FIXTURE.chunks} SET tokens = tokens + 1 WHERE id = 'a-0'`);
    const [a, , newer] = await everything();
    const locks: unknown[] = [];
    const done = await house.restoreRun(id, "b", async (query) => {
      const sql = "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = $1::text::regclass";
      locks.push(...(await query(sql, [FIXTURE.chunks])).map(({ mode }) => mode));
      return null;
    });
    expect(done).toEqual({ removed: 38, rows: 40 });
    expect(await contentOf("b")).toEqual(whole);
    expect(await rowsOf("a")).toEqual(a);
    expect(await rowsOf("newer")).toEqual(newer);
    expect(locks).toContain("RowExclusiveLock");
    expect(locks).not.toContain("AccessExclusiveLock");
  });

  it("changes nothing when the backup holds no row of the run", async () => {
    const before = await everything();
    await expect(house.restoreRun(id, "newer")).rejects.toMatchObject({ name: "BackupError", kind: "run:missing" });
    expect(await everything()).toEqual(before);
  });

  it("changes nothing when what came back is not accepted, and says why", async () => {
    const before = await everything();
    const seen: unknown[] = [];
    const refused = house.restoreRun(id, "b", async (query) => {
      seen.push(...(await query(`SELECT 1 FROM ${FIXTURE.chunks} WHERE ${FIXTURE.run} = 'b'`)));
      return "its digest is another one.";
    });
    await expect(refused).rejects.toMatchObject({
      kind: "run:different",
      message: expect.stringContaining("nothing changed: its digest is another one."),
    });
    expect(seen).toHaveLength(40);
    expect(await everything()).toEqual(before);
  });

  it("wakes no trigger, and refuses where deleting would take rows of other tables along", async () => {
    await house.runner.query(
      `CREATE FUNCTION public.spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.tokens := 0; RETURN NEW; END'`,
    );
    await house.runner.query(
      `CREATE TRIGGER spoil BEFORE INSERT ON ${FIXTURE.chunks} FOR EACH ROW EXECUTE FUNCTION public.spoil()`,
    );
    await house.restoreRun(id, "b");
    expect(await contentOf("b")).toEqual(whole);
    const enabled = await house.runner.query("SELECT tgenabled::text AS on FROM pg_trigger WHERE tgname = 'spoil'");
    expect(enabled).toEqual([{ on: "O" }]);
    await house.runner.query("DROP FUNCTION public.spoil CASCADE");
    await house.runner.query(
      `CREATE TABLE public.votes (run text, id text, FOREIGN KEY (run, id) REFERENCES ${FIXTURE.chunks} ON DELETE CASCADE)`,
    );
    await house.runner.query("INSERT INTO public.votes VALUES ('b', 'b-5')");
    await expect(house.restoreRun(id, "b")).rejects.toMatchObject({
      kind: "run:referenced",
      message: expect.stringContaining("votes"),
    });
    expect(await house.runner.query("SELECT id FROM public.votes")).toEqual([{ id: "b-5" }]);
    await house.runner.query("DROP TABLE public.votes");
  });

  it("changes nothing when a column changed since, and when a stored byte did", async () => {
    await house.runner.query(`ALTER TABLE ${FIXTURE.chunks} ADD COLUMN later text`);
    const before = await everything();
    await expect(house.restoreRun(id, "b")).rejects.toMatchObject({ kind: "schema:changed" });
    expect(await everything()).toEqual(before);
    await house.runner.query(`ALTER TABLE ${FIXTURE.chunks} DROP COLUMN later`);
    const folder = join(house.folder, "docs", id, "data");
    for (const file of await readdir(folder)) await truncate(join(folder, file), 20);
    await expect(house.restoreRun(id, "b")).rejects.toMatchObject({
      name: "BackupError",
      message: expect.stringMatching(/is damaged, so nothing was restored:\n- data\/\d+\.copy\.zst was cut off/),
    });
  });
});

it("goes into partitions, with identity values as they were and generated columns made again", async () => {
  const odd = await openBackupHouse({ service: oddService(), fill: (runner) => createOddTables(runner) });
  const table = '"Odd ""Schema"."Chunks"';
  const rows = () => odd.runner.query(`SELECT * FROM ${table} ORDER BY run, "Id"`);
  const before = await rows();
  const { manifest } = await odd.create();
  await odd.runner.query(`DELETE FROM ${table} WHERE run = 'b' AND "Id" < 220`);
  // A partition that came with a later run is no obstacle.
  await odd.runner.query("INSERT INTO odd.runs VALUES ('c')");
  await odd.runner.query(`CREATE TABLE odd.later PARTITION OF ${table} FOR VALUES IN ('c')`);
  expect(await odd.restoreRun(manifest.id, "b")).toMatchObject({ rows: 40 });
  expect(await rows()).toEqual(before);
  await odd.stop();
}, 60_000);
