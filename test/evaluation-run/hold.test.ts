import { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { holdRun, isHeld } from "#src/evaluation/run/hold-run";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

let database: TestDatabase;
let pool: Pool;
let admin: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.appUrl });
  admin = new Pool({ connectionString: database.adminUrl });
});
afterAll(async () => {
  await pool.end();
  await admin.end();
  await database.drop();
});

it("a run is worked on by one process at a time, and another run by another one", async () => {
  const first = await holdRun(database.appUrl, "ev_1");
  expect(first).not.toBeNull();
  expect(await holdRun(database.appUrl, "ev_1")).toBeNull();
  expect([await isHeld(pool, "ev_1"), await isHeld(pool, "ev_2")]).toEqual([true, false]);
  const other = await holdRun(database.appUrl, "ev_2");
  expect(other).not.toBeNull();
  await first?.release();
  expect(first?.lost.aborted).toBe(false);
  expect(await isHeld(pool, "ev_1")).toBe(false);
  const second = await holdRun(database.appUrl, "ev_1");
  expect(second).not.toBeNull();
  await Promise.all([second?.release(), other?.release()]);
});

it("a broken connection lets go of the run, and whoever worked on it hears so", async () => {
  const hold = await holdRun(database.appUrl, "ev_3");
  const lost = new Promise((resolve) => hold?.lost.addEventListener("abort", resolve));
  await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'golive-evaluation'",
  );
  await lost;
  await hold?.release();
  const next = await holdRun(database.appUrl, "ev_3");
  expect(next).not.toBeNull();
  await next?.release();
});
