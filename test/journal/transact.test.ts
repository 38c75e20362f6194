import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JournalError } from "#src/journal/journal-error";
import { verifyJournal } from "#src/journal/verify-journal";
import { AT, type Bench, decided, fact, locked, openBench } from "#test/journal/journal-fixture";

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

  test("a lost database is a retryable error that says that nothing changed, and the journal recovers by itself", async () => {
    await bench.journal.transact("api", null, ["service/api"], () => decided("ok", locked("service/api", "a")));
    const failing = bench.journal.transact("api", null, ["service/api"], () => {
      throw new JournalError("unreachable", true, "stands for the connection that breaks while deciding");
    });
    await expect(failing).rejects.toMatchObject({ code: "unreachable", retryable: true });
    // Now for real: the server ends every connection of the bot.
    await bench.asOwner((client) =>
      client.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"),
    );
    const { Client } = await import("pg");
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'golive_app' AND datname = current_database()",
    );
    await admin.end();
    const results = [];
    for (let i = 0; i < 3; i++) {
      results.push(
        await bench.journal
          .transact("api", null, ["service/api"], (s) => decided(s.get("service/api")?.length))
          .then(
            ({ outcome }) => outcome,
            (error: unknown) => (error instanceof JournalError && error.retryable ? "retryable" : "broken"),
          ),
      );
    }
    expect(results).not.toContain("broken");
    expect(results.at(-1)).toBe(1);
  });

  test("a connection that dies in the middle of a decision is retryable, and the decision can be taken again", async () => {
    const { Client } = await import("pg");
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    let gone: Promise<unknown> | null = null;
    const failing = bench.journal.transact("api", "key", ["service/api"], () => {
      gone = admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'golive_app' AND state LIKE 'idle in%'",
      );
      // Longer than a signal needs: the next statement meets a dead connection.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      return decided("ok", locked("service/api", "a"));
    });
    const first = await failing.then(
      () => "committed",
      (error: unknown) => (error instanceof JournalError ? error.retryable : error),
    );
    await gone;
    await admin.end();
    expect([true, "committed"]).toContain(first);
    const again = await bench.journal.transact("api", "key", ["service/api"], () =>
      decided("ok", locked("service/api", "a")),
    );
    expect(again.outcome).toBe("ok");
    expect(await bench.replica().load("service/api")).toHaveLength(1);
  });
});
