import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { assertAppRole } from "#src/journal/roles";
import { verifyJournal } from "#src/journal/verify-journal";
import { type Bench, decided, locked, openBench } from "#test/journal/journal-fixture";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.journal.transact("api", "key", ["service/api"], () => decided("ok", locked("service/api", "a")));
});
afterEach(() => bench.close());

describe("the bot's role", () => {
  const forbidden = [
    "INSERT INTO golive.journal SELECT 99, 's', 1, 'api', 't', now(), '{}', prev, hash FROM golive.journal",
    "UPDATE golive.journal SET body = '{}'",
    "DELETE FROM golive.journal",
    "TRUNCATE golive.journal",
    "ALTER TABLE golive.journal DISABLE TRIGGER ALL",
    "DROP TABLE golive.journal",
    "UPDATE golive.journal_head SET position = 0",
    "UPDATE golive.intake SET outcome = '{}'",
    "DELETE FROM golive.intake",
    "INSERT INTO golive.intake (key, outcome) VALUES ('forged', '{}')",
    "UPDATE golive.release SET open = false",
    "DELETE FROM golive.migration",
    "UPDATE golive.manifest SET body = ''",
    "UPDATE golive.backup SET digest = ''",
    "SET session_replication_role = replica",
    "SET ROLE golive_owner",
    "CREATE TABLE golive.mine (id int)",
    "CREATE OR REPLACE FUNCTION golive.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
  ];
  test.each(forbidden)("may not: %s", async (sql) => {
    await expect(bench.asApp((client) => client.query(sql))).rejects.toMatchObject({ code: "42501" });
  });

  test("can't slip its own functions and tables under the appending function by way of search_path", async () => {
    // A database where the bot may create things, as `public` was for everybody before Postgres 15.
    await bench.asOwner((client) => client.query("CREATE SCHEMA evil; GRANT ALL ON SCHEMA evil TO golive_app"));
    await bench.asApp(async (client) => {
      await client.query("CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT substr($1, 1, 32)'");
      await client.query("CREATE TEMP TABLE journal_head (single boolean, position bigint, hash bytea)");
      await client.query("SET search_path = evil, pg_temp, pg_catalog");
      await client.query("BEGIN");
      await client.query("SELECT * FROM golive.open_decision('api', NULL, '{}', '{}')");
      const body =
        '{"at":"2026-11-23T09:00:00.000Z","by":{"id":"U1","kind":"member","name":"B"},"data":{"manifest":null,"reason":"b"},' +
        '"service":"api","stream":"service/api","type":"service-locked","version":2}';
      await client.query("SELECT golive.commit_decision('api', NULL, '1', ARRAY[$1], '{}', NULL)", [body]);
      await client.query("COMMIT");
      expect((await client.query("SELECT 1 FROM pg_temp.journal_head")).rowCount).toBe(0);
    });
    expect(await bench.asApp((client) => verifyJournal(client))).toMatchObject({ ok: true, rows: 2 });
  });

  test("every function that runs with the owner's rights has a fixed search_path", async () => {
    const { rows } = await bench.asApp((client) =>
      client.query(
        `SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = 'golive' AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)`,
      ),
    );
    expect(rows).toEqual([]);
  });

  test("can append nothing that doesn't continue its stream or belongs to another service", async () => {
    const commit = (service: string, stream: string, version: number) =>
      bench.asApp((client) =>
        client.query("SELECT golive.commit_decision('api', NULL, '1', ARRAY[$1], '{}', NULL)", [
          JSON.stringify({ at: "2026-11-23T09:00:00Z", service, stream, type: "x", version }),
        ]),
      );
    await expect(commit("api", "service/api", 3)).rejects.toMatchObject({ code: "GL002" });
    await expect(commit("api", "service/api", 1)).rejects.toMatchObject({ code: "GL002" });
    await expect(commit("docs", "service/docs", 1)).rejects.toMatchObject({ code: "GL003" });
  });
});

describe("the owner", () => {
  test.each(["UPDATE golive.journal SET type = type", "DELETE FROM golive.journal", "TRUNCATE golive.journal"])(
    "is stopped by a trigger as well: %s",
    async (sql) => {
      await expect(bench.asOwner((client) => client.query(sql))).rejects.toMatchObject({ code: "GL001" });
    },
  );

  test("a superuser in replica mode doesn't get past the trigger either", async () => {
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await admin.query("SET session_replication_role = replica");
    const failing = admin.query("DELETE FROM golive.journal");
    await expect(failing).rejects.toMatchObject({ code: "GL001" });
    await admin.end();
  });
});

describe("serve", () => {
  test("accepts golive_app", async () => {
    expect(await bench.asApp((client) => assertAppRole(client))).toBeNull();
  });

  test("refuses the owner, and with --dev says what that means", async () => {
    await expect(bench.asOwner((client) => assertAppRole(client))).rejects.toMatchObject({
      code: "wrong-role",
      message: expect.stringMatching(/golive_owner owns the journal.*golive_app/s),
    });
    expect(await bench.asOwner((client) => assertAppRole(client, { dev: true }))).toMatch(/owns the journal.*--dev/s);
  });

  test("refuses a superuser", async () => {
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await expect(assertAppRole(admin)).rejects.toMatchObject({
      code: "wrong-role",
      message: expect.stringContaining("superuser"),
    });
    await admin.end();
  });

  test("refuses golive_app when somebody granted it too much", async () => {
    await bench.asOwner((client) => client.query("GRANT DELETE ON golive.journal TO golive_app"));
    await expect(bench.asApp((client) => assertAppRole(client))).rejects.toMatchObject({
      message: expect.stringContaining("may DELETE on the journal"),
    });
  });
});
