import { Client, Pool } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createJournal } from "#src/journal/create-journal";
import { JournalError } from "#src/journal/journal-error";
import { verifyJournal } from "#src/journal/verify-journal";
import { AT, type Bench, decided, fact, locked, openBench } from "#test/journal/journal-fixture";

const codeOf = (error: unknown): unknown =>
  error instanceof JournalError ? `${error.code}${error.retryable ? ", retryable" : ""}` : error;

/** Ends every connection of the bot to this database, as a restarting server would, and waits until they are gone. */
async function endConnections(adminUrl: string): Promise<number> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  const mine = "usename = 'golive_app' AND datname = current_database()";
  // The second argument waits for the end, up to that many milliseconds.
  const { rowCount } = await admin.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE ${mine}`);
  await admin.end();
  return rowCount ?? 0;
}

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe("a decision", () => {
  test("is read back as it was written: author, time to the millisecond, every field", async () => {
    await bench.journal.transact("api", null, ["release/1"], () =>
      decided("ok", fact("release/1", { type: "vetoed", signOff: "data", reason: 'Ünïcode ✓ 🙂 "quoted" \\ \u2028 ' })),
    );
    expect(await bench.replica().load("release/1")).toEqual([
      {
        stream: "release/1",
        version: 1,
        at: AT,
        by: { id: "U0ANNA", name: "Anna Lindqvist", kind: "member" },
        event: { type: "vetoed", signOff: "data", reason: 'Ünïcode ✓ 🙂 "quoted" \\ \u2028 ' },
      },
    ]);
  });

  test("sees what every earlier decision appended, also one of another replica", async () => {
    const other = bench.replica();
    for (const [index, journal] of [bench.journal, other, bench.journal, other].entries()) {
      const { outcome } = await journal.transact("api", null, ["service/api"], (streams) =>
        decided(streams.get("service/api")?.length, locked("service/api", `no. ${index}`)),
      );
      expect(outcome).toBe(index);
    }
    const events = await bench.journal.load("service/api");
    expect(events.map((each) => each.version)).toEqual([1, 2, 3, 4]);
  });

  test("appends to several streams of its service at once, or to none of them", async () => {
    const failing = bench.journal.transact("api", null, ["service/api", "release/1"], () =>
      decided("no", locked("service/api", "a"), fact("release/1", { type: "vetoed", signOff: "s", reason: "\u0000" })),
    );
    await expect(failing).rejects.toMatchObject({ code: "unstorable" });
    expect(await bench.replica().load("service/api")).toEqual([]);
  });

  test("a decider that throws leaves nothing behind and its own error comes through", async () => {
    const bug = new TypeError("bug");
    await expect(
      bench.journal.transact("api", "k", ["service/api"], () => {
        throw bug;
      }),
    ).rejects.toBe(bug);
    const again = await bench.journal.transact("api", "k", ["service/api"], () => decided("fine"));
    expect(again).toEqual({ outcome: "fine", repeated: false });
  });

  test("may not append to a stream that it did not ask for", async () => {
    await expect(
      bench.journal.transact("api", null, ["service/api"], () => decided("x", locked("release/9", "blind"))),
    ).rejects.toThrow(/release\/9, a stream it did not ask for/);
  });

  test("tells the listeners of this process after the commit, and not when nothing was written", async () => {
    let nudges = 0;
    bench.journal.onCommit(() => {
      nudges += 1;
    });
    await bench.journal.transact("api", "refused", ["service/api"], () => decided("refused"));
    expect(nudges).toBe(0);
    await bench.journal.transact("api", null, ["service/api"], () => decided("ok", locked("service/api", "a")));
    await Promise.resolve();
    expect(nudges).toBe(1);
  });

  test("wants its message painted once more each time, and posts the same note once", async () => {
    const post = { key: "note/1", to: { kind: "person", user: "U1" }, note: { kind: "hello", n: 1 } } as const;
    for (let i = 0; i < 3; i++) {
      await bench.journal.transact("api", null, [], () => ({ ...decided("ok"), repaint: ["1", "1"], posts: [post] }));
    }
    const found = await bench.asApp(async (client) => ({
      messages: (await client.query("SELECT subject, service, wanted, painted FROM golive.slack_message")).rows,
      posts: (await client.query("SELECT key, target, note, state FROM golive.outbox")).rows,
    }));
    expect(found).toEqual({
      messages: [{ subject: "1", service: "api", wanted: "3", painted: "0" }],
      posts: [{ key: "note/1", target: post.to, note: post.note, state: "waiting" }],
    });
  });
});

describe("the border", () => {
  const refused = [
    ["a NUL character", "a\u0000b"],
    ["half of a surrogate pair", "broken \ud83d"],
  ] as const;
  test.each(refused)("refuses %s with the path of the field, before anything is written", async (_what, reason) => {
    const failing = bench.journal.transact("api", "key", ["release/1"], () =>
      decided("ok", fact("release/1", { type: "vetoed", signOff: "data", reason })),
    );
    await expect(failing).rejects.toMatchObject({
      code: "unstorable",
      retryable: false,
      message: expect.stringContaining("vetoed.data.reason"),
    });
    expect((await bench.asApp((client) => client.query("SELECT 1 FROM golive.intake"))).rowCount).toBe(0);
  });

  test("refuses a time that isn't whole milliseconds, which a reader would get back changed", async () => {
    const failing = bench.journal.transact("api", null, ["release/1"], () =>
      decided("ok", fact("release/1", { type: "resumed" }, AT + 0.5)),
    );
    await expect(failing).rejects.toMatchObject({ code: "unstorable" });
  });

  test("keeps the exact canonical bytes: key order, numbers and microsecond-free time", async () => {
    await bench.journal.transact("api", null, ["service/api"], () =>
      decided("ok", fact("service/api", { type: "run-adopted", run: "r", chunks: 1e21, digest: "zz" })),
    );
    const { rows } = await bench.asApp((client) => client.query("SELECT body FROM golive.journal"));
    expect(rows[0].body).toBe(
      '{"at":"2026-11-23T09:30:00.123Z","by":{"id":"U0ANNA","kind":"member","name":"Anna Lindqvist"},' +
        '"data":{"chunks":1e+21,"digest":"zz","run":"r"},"service":"api","stream":"service/api","type":"run-adopted","version":1}',
    );
    expect(await bench.asApp(async (client) => (await verifyJournal(client)).ok)).toBe(true);
  });
});

describe("when the database refuses", () => {
  test("a second open release of a service is told as such, whatever the rules upstream thought", async () => {
    const open = (release: string, number: number) =>
      bench.journal.transact("api", null, ["service/api"], () =>
        decided("ok", fact("service/api", { type: "release-opened", release, number })),
      );
    await open("one", 1);
    await expect(open("two", 2)).rejects.toMatchObject({
      name: "JournalError",
      code: "release-open",
      retryable: false,
      message: expect.stringContaining("already has an open release"),
    });
    await bench.journal.transact("api", null, ["service/api"], () =>
      decided("ok", fact("service/api", { type: "release-closed", release: "one", as: "cancelled", manifest: null })),
    );
    await open("two", 2);
    const { rows } = await bench.asApp((c) => c.query("SELECT id, number, open FROM golive.release ORDER BY number"));
    expect(rows).toEqual([
      { id: "one", number: 1, open: false },
      { id: "two", number: 2, open: true },
    ]);
  });

  test("two services may each have an open release", async () => {
    for (const service of ["api", "docs"]) {
      const stream = `service/${service}`;
      await bench.journal.transact(service, null, [stream], () =>
        decided("ok", fact(stream, { type: "release-opened", release: `${service}-1`, number: 1 })),
      );
    }
    expect((await bench.asApp((c) => c.query("SELECT 1 FROM golive.release WHERE open"))).rowCount).toBe(2);
  });

  test("a lock that somebody holds for too long is a retryable answer, not a hanging click", async () => {
    const pool = new Pool({ connectionString: bench.database.appUrl, lock_timeout: 100 });
    const impatient = createJournal({ pool, jobs: { send: async () => undefined } });
    await bench.asApp(async (holder) => {
      await holder.query("BEGIN");
      await holder.query("SELECT 1 FROM golive.open_decision('api', NULL, '{}', '{}')");
      const answer = impatient.transact("api", null, [], () => decided("x"));
      expect(await answer.then(String, codeOf)).toBe("busy, retryable");
    });
    await pool.end();
  });

  test("connections that the server ended are replaced: at most a retryable error, then it goes on by itself", async () => {
    await bench.journal.transact("api", null, ["service/api"], () => decided("ok", locked("service/api", "a")));
    expect(await endConnections(bench.database.adminUrl)).toBeGreaterThan(0);
    const results: unknown[] = [];
    while (results.at(-1) !== 1 && results.length < 10) {
      const answer = bench.journal.transact("api", null, ["service/api"], (s) => decided(s.get("service/api")?.length));
      results.push(await answer.then(({ outcome }) => outcome, codeOf));
    }
    expect(results.at(-1)).toBe(1);
    expect(results.slice(0, -1).every((each) => each === "unreachable, retryable")).toBe(true);
  });

  test("a connection that dies while deciding leaves nothing, and the same key can be decided again", async () => {
    const { adminUrl } = bench.database;
    let kill = true;
    const journal = createJournal({
      pool: bench.pool,
      jobs: { send: async () => void (kill && (await endConnections(adminUrl))) },
    });
    const decide = () =>
      journal.transact("api", "key", ["service/api"], () => ({
        ...decided("ok", locked("service/api", "a")),
        jobs: [{ queue: "run-check", cause: "c", data: {} }],
      }));
    expect(await decide().then(String, codeOf)).toBe("unreachable, retryable");
    kill = false;
    expect(await decide()).toEqual({ outcome: "ok", repeated: false });
    expect(await bench.replica().load("service/api")).toHaveLength(1);
  });
});
