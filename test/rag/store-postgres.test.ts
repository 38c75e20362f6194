import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import { readDocuments } from "#src/rag/read-documents";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { createRagStore, prepareRagStore } from "#src/rag/store-postgres";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";
import {
  createFixtureTables,
  FIXTURE,
  insertChunks,
  recordRun,
  serviceFixture,
  setPointer,
} from "#test/support/rag-fixture";

const A = { run: "a", config: "v1" };
const B = { run: "b", config: "v2" };

let database: TestDatabase;
let admin: SqlRunner;
let store: RagStore;
const opened: RagStore[] = [];

/** The store as another process of the bot would open it. */
function openStore(): RagStore {
  const another = createRagStore({ service: serviceFixture(), connectionString: database.ownerUrl });
  opened.push(another);
  return another;
}

beforeAll(async () => {
  database = await createEmptyDatabase();
  admin = createPostgresRunner(database.ownerUrl);
  await createFixtureTables(admin);
  await prepareRagStore({ connectionString: database.ownerUrl });
  store = openStore();
});
beforeEach(async () => {
  await admin.query(`TRUNCATE ${FIXTURE.pointer}, ${FIXTURE.runs}, ${FIXTURE.chunks}, golive_store.golive_flip`);
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await admin.close();
  await database.drop();
});

describe("reading the store", () => {
  it("reads pointer, runs and configurations through hostile names", async () => {
    expect(await store.pointer()).toBeNull();
    await setPointer(admin, "a", "v1");
    await recordRun(admin, "a", { chunks: 3, digest: "d" }, "2026-11-01T10:00:00Z");
    await recordRun(admin, "b", { chunks: null, digest: null }, "2026-11-02T10:00:00Z", "running");
    expect(await store.pointer()).toEqual(A);
    expect(await store.runs()).toEqual([
      { run: "b", state: "incomplete", chunks: null, digest: null, finishedAt: Date.parse("2026-11-02T10:00:00Z") },
      { run: "a", state: "complete", chunks: 3, digest: "d", finishedAt: Date.parse("2026-11-01T10:00:00Z") },
    ]);
    expect(await store.run("a")).toMatchObject({ run: "a", state: "complete" });
    expect(await store.run("' OR 1=1 --")).toBeNull();
    expect((await store.configVersions()).map((each) => each.version)).toEqual(["v1", "v2"]);
    await insertChunks(admin, "a", 12);
    expect(await store.digest("a")).toMatchObject({ chunks: 12 });
  });

  it("takes a row with both columns NULL for an empty pointer, and half a pair for a broken one", async () => {
    await setPointer(admin, null, null);
    expect(await store.pointer()).toBeNull();
    await setPointer(admin, "a", null);
    await expect(store.pointer()).rejects.toMatchObject({ code: "pointer-broken", retryable: false });
  });

  it("says what kind of failure it was, and never the password", async () => {
    await expect(store.query("SELECT * FROM nowhere")).rejects.toMatchObject({ code: "missing", sqlState: "42P01" });
    await expect(store.query("SELECT 'a' ~ '('")).rejects.toMatchObject({ code: "invalid-value", retryable: false });
    for (const url of [
      "postgres://bot:hun%74er2@127.0.0.1:1/none",
      "postgres://bot:hun%74er2@no such host/none",
      database.ownerUrl.replace(/:[^:@]*@/, ":hunter2@"),
    ]) {
      const failure = await Promise.resolve()
        .then(() => {
          const wrong = createRagStore({ service: serviceFixture(), connectionString: url });
          opened.push(wrong);
          return wrong.pointer();
        })
        .then(
          () => null,
          (error: unknown) => error,
        );
      expect(failure).toBeInstanceOf(RagStoreError);
      const all = JSON.stringify([failure, String(failure), failure instanceof Error ? failure.stack : ""]);
      const cause = failure instanceof Error ? JSON.stringify([String(failure.cause), failure.cause]) : "";
      expect(all + cause).not.toMatch(/hunter2|hun%74er2/);
    }
  });
});

describe("giving up on a question", () => {
  it("ends the statement in the database, not only here", async () => {
    const controller = new AbortController();
    const marker = "golive cancel test";
    const asked = store.query(`SELECT pg_sleep(60) /* ${marker} */`, [], controller.signal);
    const running = async (): Promise<boolean> => {
      const rows = await admin.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%${marker}%' AND state = 'active' AND pid <> pg_backend_pid()`,
      );
      return (rows[0]?.n ?? 0) > 0;
    };
    await expect.poll(running, { timeout: 5_000 }).toBe(true);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: "aborted" });
    await expect.poll(running, { timeout: 5_000 }).toBe(false);
    // The pool is whole afterwards: no connection is lost, none answers with the old cancellation.
    const answers = await Promise.all(Array.from({ length: 8 }, () => store.query<{ one: number }>("SELECT 1 AS one")));
    expect(answers.flat().every((row) => row.one === 1)).toBe(true);
  });

  it("does not wait for a connection either, and gives it back when it comes", async () => {
    const narrow = createRagStore({
      service: serviceFixture(),
      connectionString: database.ownerUrl,
      limits: { max: 1, connectTimeoutMs: 10_000, statementTimeoutMs: 10_000 },
    });
    opened.push(narrow);
    const first = new AbortController();
    const holding = narrow.query("SELECT pg_sleep(30)", [], first.signal);
    const second = new AbortController();
    const waiting = narrow.query("SELECT 1", [], second.signal);
    second.abort();
    await expect(waiting).rejects.toMatchObject({ code: "aborted" });
    first.abort();
    await expect(holding).rejects.toMatchObject({ code: "aborted" });
    expect(await narrow.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("ends a transaction that was given up, leaving nothing behind", async () => {
    const controller = new AbortController();
    const work = store.transaction(
      "write",
      async (query) => {
        await query(`INSERT INTO ${FIXTURE.pointer} VALUES ('other', 'x', 'y')`);
        controller.abort();
        await query("SELECT 1");
      },
      controller.signal,
    );
    await expect(work).rejects.toMatchObject({ code: "aborted" });
    expect(await admin.query(`SELECT 1 FROM ${FIXTURE.pointer}`)).toEqual([]);
  });

  it("is bounded by statement_timeout even when nobody gives up", async () => {
    const impatient = createRagStore({
      service: serviceFixture(),
      connectionString: database.ownerUrl,
      limits: { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 50 },
    });
    opened.push(impatient);
    await expect(impatient.query("SELECT pg_sleep(30)")).rejects.toMatchObject({ code: "timeout", retryable: true });
  });
});

describe("how long a statement may take", () => {
  it("is its signal's time where there is one, and the pool's again for the next without", async () => {
    const limited = createRagStore({
      service: serviceFixture(),
      connectionString: database.ownerUrl,
      limits: { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 100, signalledTimeoutMs: 20_000 },
    });
    opened.push(limited);
    const slow = "SELECT pg_sleep(0.4)::text AS slept";
    const { signal } = new AbortController();
    await expect(limited.query(slow)).rejects.toMatchObject({ code: "timeout" });
    expect(await limited.query(slow, [], signal)).toHaveLength(1);
    expect(await limited.transaction("read", (query) => query(slow), signal)).toHaveLength(1);
    await expect(limited.query(slow)).rejects.toMatchObject({ code: "timeout" });
    await expect(limited.transaction("read", (query) => query(slow))).rejects.toMatchObject({ code: "timeout" });
  });

  it("ends inside Postgres even under a signal that nobody ever gives", async () => {
    const limited = createRagStore({
      service: serviceFixture(),
      connectionString: database.ownerUrl,
      limits: { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, signalledTimeoutMs: 50 },
    });
    opened.push(limited);
    const forever = limited.query("SELECT pg_sleep(30)", [], new AbortController().signal);
    await expect(forever).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("the flip", () => {
  it("goes live for the first time when nothing was live", async () => {
    expect(await store.flip("f1", null, A)).toEqual({ outcome: "flipped", live: A });
    expect(await store.pointer()).toEqual(A);
  });

  it("fills an existing empty row instead of adding a second one", async () => {
    await setPointer(admin, null, null);
    expect(await store.flip("f1", null, A)).toMatchObject({ outcome: "flipped" });
    expect(await admin.query(`SELECT 1 FROM ${FIXTURE.pointer}`)).toHaveLength(1);
  });

  it("is refused when the pointer was moved by somebody else, and says what is live", async () => {
    await setPointer(admin, "c", "v9");
    expect(await store.flip("f1", A, B)).toEqual({ outcome: "refused", live: { run: "c", config: "v9" } });
    expect(await store.flip("f2", null, B)).toEqual({ outcome: "refused", live: { run: "c", config: "v9" } });
    expect(await store.pointer()).toEqual({ run: "c", config: "v9" });
  });

  it("is refused when only the configuration differs from what was reviewed", async () => {
    await setPointer(admin, "a", "v2");
    expect(await store.flip("f1", A, B)).toMatchObject({ outcome: "refused" });
  });

  it("answers a repeated id with the stored outcome and changes nothing, also after A → B → A", async () => {
    await setPointer(admin, "a", "v1");
    await store.flip("forward", A, B);
    await store.flip("back", B, A);
    // The compare-and-set alone would flip again here: the pointer is what the first flip expected.
    expect(await store.flip("forward", A, B)).toEqual({ outcome: "flipped", live: B });
    expect(await store.pointer()).toEqual(A);
  });

  it("that was cancelled before it came never happens", async () => {
    await setPointer(admin, "a", "v1");
    expect(await store.cancelFlip("f1")).toEqual({ outcome: "cancelled", live: A });
    expect(await store.flip("f1", A, B)).toEqual({ outcome: "cancelled", live: A });
    expect(await store.pointer()).toEqual(A);
  });

  it("that happened can't be cancelled any more", async () => {
    await setPointer(admin, "a", "v1");
    await store.flip("f1", A, B);
    expect(await store.cancelFlip("f1")).toEqual({ outcome: "flipped", live: B });
    expect(await store.pointer()).toEqual(B);
  });

  it("is done once when several processes do the same one at the same moment", async () => {
    const processes = [store, openStore(), openStore(), openStore()];
    await Promise.all(processes.map((each) => each.pointer()));
    for (let round = 0; round < 10; round++) {
      await setPointer(admin, "a", "v1");
      const outcomes = await Promise.all(processes.map((each) => each.flip(`same-${round}`, A, B)));
      expect(outcomes).toEqual(processes.map(() => ({ outcome: "flipped", live: B })));
    }
    expect(await store.flipHistory()).toHaveLength(10);
  });

  it("and its cancellation agree on one outcome when they meet", async () => {
    const other = openStore();
    await other.pointer();
    for (let round = 0; round < 10; round++) {
      await setPointer(admin, "a", "v1");
      const [flipped, cancelled] = await Promise.all([store.flip(`r-${round}`, A, B), other.cancelFlip(`r-${round}`)]);
      expect(flipped).toEqual(cancelled);
      expect(await store.pointer()).toEqual(flipped.outcome === "flipped" ? B : A);
    }
  });

  it.each([
    ["from a live pair", A],
    ["from nothing", null],
  ])("lets exactly one of two different flips win %s", async (_what, from) => {
    if (from !== null) await setPointer(admin, from.run, from.config);
    const other = openStore();
    for (let round = 0; round < 10; round++) {
      await admin.query(`DELETE FROM ${FIXTURE.pointer}`);
      if (from !== null) await setPointer(admin, from.run, from.config);
      const [one, two] = await Promise.all([
        store.flip(`one-${round}`, from, B),
        other.flip(`two-${round}`, from, { run: "c", config: "v3" }),
      ]);
      expect([one.outcome, two.outcome].sort()).toEqual(["flipped", "refused"]);
      expect(await admin.query(`SELECT 1 FROM ${FIXTURE.pointer}`)).toHaveLength(1);
      const winner = one.outcome === "flipped" ? one : two;
      expect(await store.pointer()).toEqual(winner.live);
      expect((one.outcome === "flipped" ? two : one).live).toEqual(winner.live);
    }
  });

  it("waits for a writer outside Golive and then sees what that one did", async () => {
    const outside = new Client({ connectionString: database.ownerUrl });
    await outside.connect();
    await outside.query("BEGIN");
    await outside.query(`INSERT INTO ${FIXTURE.pointer} VALUES ('docs', 'c', 'v9')`);
    const flipping = store.flip("f1", null, A);
    const blocked = async (): Promise<boolean> =>
      (await admin.query("SELECT 1 FROM pg_locks WHERE NOT granted")).length > 0;
    await expect.poll(blocked, { timeout: 5_000 }).toBe(true);
    await outside.query("COMMIT");
    await outside.end();
    expect(await flipping).toEqual({ outcome: "refused", live: { run: "c", config: "v9" } });
  });

  it("leaves neither pointer nor ledger changed when the process dies before the commit", async () => {
    await setPointer(admin, "a", "v1");
    await admin.query(`CREATE FUNCTION stop_flip() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`);
    await admin.query(
      `CREATE TRIGGER stop_flip BEFORE INSERT ON golive_store.golive_flip EXECUTE FUNCTION stop_flip()`,
    );
    try {
      await expect(store.flip("f1", A, B)).rejects.toMatchObject({ code: "unreachable", retryable: true });
    } finally {
      await admin.query("DROP TRIGGER stop_flip ON golive_store.golive_flip");
      await admin.query("DROP FUNCTION stop_flip");
    }
    expect(await store.pointer()).toEqual(A);
    expect(await store.flip("f1", A, B)).toEqual({ outcome: "flipped", live: B });
  });

  it("does not count a pointer that a trigger silently kept where it was", async () => {
    await setPointer(admin, "a", "v1");
    await admin.query("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$");
    await admin.query(`CREATE TRIGGER keep BEFORE UPDATE ON ${FIXTURE.pointer} FOR EACH ROW EXECUTE FUNCTION keep()`);
    try {
      await expect(store.flip("f1", A, B)).rejects.toMatchObject({ code: "pointer-broken" });
      expect(await store.flipHistory()).toEqual([]);
    } finally {
      await admin.query(`DROP TRIGGER keep ON ${FIXTURE.pointer}`);
      await admin.query("DROP FUNCTION keep");
    }
  });

  it("records what the configuration held when it went live, and not when it was refused", async () => {
    const digestOfFlip = async (id: string, from: typeof A | null, to: typeof A) => {
      await store.flip(id, from, to);
      return (await store.flipHistory(1))[0]?.toConfigDigest;
    };
    const first = await digestOfFlip("f1", null, A);
    expect(await digestOfFlip("f2", null, B)).toBeNull();
    const other = await digestOfFlip("f3", A, B);
    expect(await digestOfFlip("f4", B, A)).toBe(first);
    expect(other).not.toBe(first);
    await admin.query(`UPDATE ${FIXTURE.configs} SET body = body || '{"top_k": 21}' WHERE version = 'v2'`);
    expect(await digestOfFlip("f5", A, B)).not.toBe(other);
    expect(await digestOfFlip("f6", B, { run: "a", config: "no such version" })).toBeNull();
    await admin.query(`UPDATE ${FIXTURE.configs} SET body = body || '{"top_k": 30}' WHERE version = 'v2'`);
  });

  it("happens all the same while the configuration table is locked or gone", async () => {
    await setPointer(admin, "a", "v1");
    const outside = new Client({ connectionString: database.ownerUrl });
    await outside.connect();
    await outside.query("BEGIN");
    await outside.query(`LOCK TABLE ${FIXTURE.configs} IN ACCESS EXCLUSIVE MODE`);
    try {
      expect(await store.flip("f1", A, B)).toEqual({ outcome: "flipped", live: B });
    } finally {
      await outside.query("ROLLBACK");
      await outside.end();
    }
    await admin.query(`ALTER TABLE ${FIXTURE.configs} RENAME TO elsewhere`);
    try {
      expect(await store.flip("f2", B, A)).toEqual({ outcome: "flipped", live: A });
    } finally {
      await admin.query(`ALTER TABLE ${FIXTURE.schema}.elsewhere RENAME TO "con.figs"`);
    }
    expect((await store.flipHistory()).map((flip) => flip.toConfigDigest)).toEqual([null, null]);
  });

  it("keeps the history, newest first, of its own service only", async () => {
    await store.flip("f1", null, A);
    await store.flip("f2", A, B);
    await store.cancelFlip("f3");
    const other = createRagStore({
      service: { ...serviceFixture(), id: "other" },
      connectionString: database.ownerUrl,
    });
    opened.push(other);
    await other.flip("f4", B, A);
    const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    expect((await store.flipHistory()).map(({ at: _at, ...rest }) => rest)).toEqual([
      { id: "f3", service: "docs", from: null, to: null, outcome: "cancelled", live: B, toConfigDigest: null },
      { id: "f2", service: "docs", from: A, to: B, outcome: "flipped", live: B, toConfigDigest: digest },
      { id: "f1", service: "docs", from: null, to: A, outcome: "flipped", live: A, toConfigDigest: digest },
    ]);
    await expect(store.flip("f4", A, B)).rejects.toThrow(/belongs to the service other/);
  });
});

describe("preparing the store", () => {
  it("brings a ledger of an earlier version up, with its flips, for the owner and for a role without rights", async () => {
    const fresh = await createEmptyDatabase();
    const owner = createPostgresRunner(fresh.ownerUrl);
    try {
      await createFixtureTables(owner);
      await prepareRagStore({ connectionString: fresh.ownerUrl, grantTo: "golive_app" });
      const here = createRagStore({ service: serviceFixture(), connectionString: fresh.ownerUrl });
      await here.flip("f1", null, A);
      await owner.query("ALTER TABLE golive_store.golive_flip DROP COLUMN to_config_digest");
      await prepareRagStore({ connectionString: fresh.ownerUrl });
      await prepareRagStore({ connectionString: fresh.appUrl });
      await here.flip("f2", A, B);
      expect((await here.flipHistory()).map(({ id, toConfigDigest }) => [id, toConfigDigest !== null])).toEqual([
        ["f2", true],
        ["f1", false],
      ]);
      await here.close();
    } finally {
      await owner.close();
      await fresh.drop();
    }
  });

  it("can be done by many at once and again, and lets the bot's role flip", async () => {
    const fresh = await createEmptyDatabase();
    const owner = createPostgresRunner(fresh.ownerUrl);
    await Promise.all(
      Array.from({ length: 6 }, () => prepareRagStore({ connectionString: fresh.ownerUrl, grantTo: "golive_app" })),
    );
    await createFixtureTables(owner);
    await owner.query(`GRANT USAGE ON SCHEMA ${FIXTURE.schema} TO golive_app`);
    await owner.query(`GRANT SELECT, INSERT, UPDATE ON ${FIXTURE.pointer} TO golive_app`);
    // Without DDL rights it is a no-op where everything stands.
    await prepareRagStore({ connectionString: fresh.appUrl });
    const bot = createRagStore({ service: serviceFixture(), connectionString: fresh.appUrl });
    expect(await bot.flip("f1", null, A)).toMatchObject({ outcome: "flipped" });
    await expect(bot.query("DELETE FROM golive_store.golive_flip")).rejects.toMatchObject({ code: "denied" });
    await bot.close();
    await owner.close();
    await fresh.drop();
  });
});

describe("reading a run's documents", () => {
  it("hands over each document once and whole, in however many passes, and nothing of other runs", async () => {
    const read = async (run: string, atOnce: number) => {
      const seen = new Map<string, number>();
      await readDocuments(
        store,
        run,
        ({ document, chunks }) => {
          expect(seen.has(document)).toBe(false);
          seen.set(document, chunks.length);
        },
        { atOnce },
      );
      return [...seen].sort();
    };
    await insertChunks(admin, "a", 40);
    await insertChunks(admin, "b", 10);
    const [whole, parts] = [await read("a", 1_000), await read("a", 3)];
    expect(whole).toEqual(["doc-0", "doc-1", "doc-2", "doc-3"].map((name) => [name, 10]));
    expect(parts).toEqual(whole);
    expect(await read("no-such-run", 3)).toEqual([]);
  });
});
