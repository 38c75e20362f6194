import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { database as databaseGate } from "#src/gates/database";
import type { GateSubject } from "#src/gates/gate";
import { runGate } from "#src/gates/run-gate";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import { createRagStore, prepareRagStore, ragStoreOver } from "#src/rag/store-postgres";
import { fillStore, gateSubject } from "#test/support/gate-fixture";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";
import { createFixtureTables, FIXTURE, serviceFixture } from "#test/support/rag-fixture";

let database: TestDatabase;
let runner: SqlRunner;
const clocks = { ping: async () => ({ nowMs: Date.now(), missingMigrations: [] as string[], writable: true }) };

beforeAll(async () => {
  database = await createEmptyDatabase();
  runner = createPostgresRunner(database.ownerUrl);
  await createFixtureTables(runner);
  await prepareRagStore({ connectionString: database.ownerUrl, grantTo: "golive_app" });
  await runner.query(`GRANT USAGE ON SCHEMA ${FIXTURE.schema} TO golive_app`);
  await runner.query(`GRANT SELECT, UPDATE ON ${FIXTURE.pointer} TO golive_app`);
  await fillStore(runner, ragStoreOver(runner, serviceFixture()));
});
afterAll(async () => {
  await runner.close();
  await database.drop();
});

async function check(url: string, changes: Partial<GateSubject> = {}) {
  const store = createRagStore({ service: serviceFixture(), connectionString: url });
  try {
    return await runGate(
      databaseGate,
      gateSubject(store, { botDatabase: clocks, ...changes }),
      AbortSignal.timeout(20_000),
    );
  } finally {
    await store.close();
  }
}

describe("database", () => {
  it("passes when both databases answer, are current and writable, with clocks alike", async () => {
    expect(await check(database.appUrl)).toMatchObject({
      verdict: "pass",
      value: "2 of 2 connections",
      numbers: { missing_migrations: 0, RAG_store_replica: false },
    });
  });

  it("fails when the RAG store is not there, without showing how it was asked", async () => {
    const result = await check("postgres://bot:hunter2@127.0.0.1:1/none");
    expect(result.verdict).toBe("fail");
    expect(result.summary).toMatch(/^The RAG store can't be used/);
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  it("fails when the bot database does not answer, lacks migrations, or has another time", async () => {
    const ping = (answer: { nowMs: number; missingMigrations: string[]; writable: boolean }) => ({
      botDatabase: { ping: async () => answer },
    });
    const refused = await check(database.appUrl, { botDatabase: { ping: () => Promise.reject(new Error("gone")) } });
    expect(refused.summary).toContain("The bot database can't be used");
    const frozen = await check(database.appUrl, ping({ nowMs: Date.now(), missingMigrations: [], writable: false }));
    expect(frozen).toMatchObject({ verdict: "fail", summary: "The bot database takes no writes." });
    const behind = await check(
      database.appUrl,
      ping({ nowMs: Date.now(), missingMigrations: ["0009_x.sql"], writable: true }),
    );
    expect(behind).toMatchObject({ verdict: "fail", numbers: { missing_migrations: 1 } });
    expect(behind.summary).toContain("0009_x.sql");
    const skewed = await check(
      database.appUrl,
      ping({ nowMs: Date.now() - 90_000, missingMigrations: [], writable: true }),
    );
    expect(skewed).toMatchObject({ verdict: "fail" });
    expect(skewed.summary).toMatch(/clock of the bot database is \d+ ms behind/);
  });

  it("is inconclusive when an answer takes so long that clocks can't be compared", async () => {
    let now = 1_000_000;
    // Every look at our clock is 2.5 s after the one before: the other clock may be right or a second off.
    const machineNow = () => (now += 2_500);
    const result = await check(database.appUrl, {
      machineNow,
      botDatabase: { ping: async () => ({ nowMs: now + 1_250, missingMigrations: [], writable: true }) },
    });
    expect(result.verdict).not.toBe("pass");
    expect(result.summary).toContain("answers too slowly to compare clocks");
  });

  it("fails when the role may not do what a flip needs", async () => {
    await runner.query(`REVOKE UPDATE ON ${FIXTURE.pointer} FROM golive_app`);
    expect((await check(database.appUrl)).summary).toMatch(/may not update .* pointer table/);
    await runner.query(`GRANT UPDATE (config) ON ${FIXTURE.pointer} TO golive_app`);
    expect((await check(database.appUrl)).summary).toMatch(/may not update .* pointer table/);
    await runner.query(`GRANT UPDATE ON ${FIXTURE.pointer} TO golive_app`);
    await runner.query("REVOKE INSERT ON golive_store.golive_flip FROM golive_app");
    expect((await check(database.appUrl)).summary).toContain("may not read and write the ledger");
    await runner.query("GRANT INSERT ON golive_store.golive_flip TO golive_app");
  });

  it("asks for no right that a flip can do without, and for every one it can't", async () => {
    const store = createRagStore({ service: serviceFixture(), connectionString: database.appUrl });
    const rights = async (grant: string) => {
      await runner.query(`REVOKE ALL ON ${FIXTURE.pointer} FROM golive_app`);
      // Revoking the whole table's rights takes those on columns along.
      await runner.query(`GRANT SELECT, ${grant} ON ${FIXTURE.pointer} TO golive_app`);
    };
    const columns = `${FIXTURE.run}, config`;
    try {
      await rights(`UPDATE (${columns})`);
      expect(await check(database.appUrl)).toMatchObject({ verdict: "pass" });
      const [a, b] = [
        { run: "a", config: "v1" },
        { run: "b", config: "v2" },
      ];
      expect(await store.flip("least-1", a, b)).toMatchObject({ outcome: "flipped" });

      await runner.query(`DELETE FROM ${FIXTURE.pointer}`);
      for (const [round, grant] of [
        `UPDATE (${columns}), INSERT (key, ${columns})`,
        `UPDATE, INSERT (${columns})`,
        "INSERT",
      ].entries()) {
        await rights(grant);
        const result = await check(database.appUrl, { active: null });
        expect(result.summary).toContain("may not insert the first pointer row");
        await expect(store.flip(`least-first-${round}`, null, a)).rejects.toMatchObject({ code: "denied" });
      }
      await rights(`UPDATE, INSERT (key, ${columns})`);
      expect(await check(database.appUrl, { active: null })).toMatchObject({ verdict: "pass" });
      expect(await store.flip("least-first", null, a)).toMatchObject({ outcome: "flipped" });
    } finally {
      await store.close();
    }
  });

  it("fails before `golive migrate` has made the ledger", async () => {
    const fresh = await createEmptyDatabase();
    const owner = createPostgresRunner(fresh.ownerUrl);
    await createFixtureTables(owner);
    const result = await check(fresh.ownerUrl);
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain("ledger golive_store.golive_flip is not in the RAG store yet");
    await prepareRagStore({ connectionString: fresh.ownerUrl });
    expect(await check(fresh.ownerUrl, { active: null })).toMatchObject({ verdict: "pass" });
    await owner.query("ALTER TABLE golive_store.golive_flip DROP COLUMN to_config_digest");
    expect((await check(fresh.ownerUrl, { active: null })).summary).toContain("is of an earlier version");
    await owner.close();
    await fresh.drop();
  });
});
