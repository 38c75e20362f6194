import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Journal } from "#src/journal/journal";
import { verifyJournal } from "#src/journal/verify-journal";
import { type Bench, decided, fact, locked, openBench } from "#test/journal/journal-fixture";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe("one lock per service", () => {
  // A lock of the service and a cutover of its release stand in different streams: versions per stream let both commit.
  const lockUnlessCuttingOver = (journal: Journal) =>
    journal.transact("api", null, ["service/api", "release/1"], (streams) =>
      streams.get("release/1")?.length === 0 ? decided("locked", locked("service/api", "drift")) : decided("too late"),
    );
  const cutOverUnlessLocked = (journal: Journal) =>
    journal.transact("api", null, ["service/api", "release/1"], (streams) =>
      streams.get("service/api")?.length === 0
        ? decided("cutting over", fact("release/1", { type: "cutover-requested", members: {} }))
        : decided("locked out"),
    );

  test("of a cutover and a lock that exclude each other exactly one happens, however they race", async () => {
    const other = bench.replica();
    for (let round = 0; round < 25; round++) {
      const service = `s${round}`;
      const streams = [`service/${service}`, `release/${round}`] as const;
      const [a, b] = streams;
      // The service is known already, so that nothing but its row's lock keeps the two apart.
      await bench.journal.transact(service, `known-${round}`, [], () => decided(null));
      const race = await Promise.all([
        bench.journal.transact(service, null, streams, (seen) =>
          seen.get(b)?.length === 0 ? decided(1, locked(a, "drift")) : decided(0),
        ),
        other.transact(service, null, streams, (seen) =>
          seen.get(a)?.length === 0 ? decided(1, fact(b, { type: "cutover-requested", members: {} })) : decided(0),
        ),
      ]);
      expect(race.map(({ outcome }) => outcome).sort(), `round ${round}`).toEqual([0, 1]);
    }
  });

  test("the one that waited for the lock decides on what the other one committed meanwhile", async () => {
    await bench.journal.transact("api", "known", [], () => decided(null));
    const holder = new Client({ connectionString: bench.database.appUrl });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM golive.open_decision('api', NULL, ARRAY['release/1'], ARRAY[0])");
    const waiting = lockUnlessCuttingOver(bench.journal);
    await untilSomebodyWaits();
    const body = JSON.stringify({
      at: "2026-11-23T09:00:00.000Z",
      by: { id: "U1", kind: "member", name: "Ben" },
      data: { members: {} },
      service: "api",
      stream: "release/1",
      type: "cutover-requested",
      version: 1,
    });
    await holder.query("SELECT golive.commit_decision('api', NULL, '1', ARRAY[$1], '{}', NULL)", [body]);
    await holder.query("COMMIT");
    await holder.end();
    expect((await waiting).outcome).toBe("too late");
    expect((await cutOverUnlessLocked(bench.replica())).outcome).toBe("cutting over");
  });

  test("decisions about different services don't wait for each other's deciders", async () => {
    const holder = new Client({ connectionString: bench.database.appUrl });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM golive.open_decision('api', NULL, '{}', '{}')");
    const { outcome } = await bench.journal.transact("docs", null, ["service/docs"], () =>
      decided("done", locked("service/docs", "x")),
    );
    expect(outcome).toBe("done");
    await holder.query("ROLLBACK");
    await holder.end();
  });
});

/** Asks on a connection of its own: inside a transaction, pg_stat_activity shows what it showed the first time. */
async function untilSomebodyWaits(): Promise<void> {
  await bench.asOwner(async (client) => {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      const { rowCount } = await client.query(
        `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE a.datname = current_database() AND NOT l.granted`,
      );
      if (rowCount !== 0) return;
    }
    throw new Error("nobody waited for the lock");
  });
}

describe("one chain", () => {
  test("position order is commit order: a reader that polls by position misses no event under concurrent commits", async () => {
    const writers = [bench.journal, bench.replica(), bench.replica(), bench.replica()];
    const total = writers.length * 25;
    const seen: number[] = [];
    const reading = bench.asApp(async (client) => {
      const deadline = Date.now() + 20_000;
      let after = 0;
      while (after < total && Date.now() < deadline) {
        const { rows } = await client.query<{ position: string }>(
          "SELECT position FROM golive.journal WHERE position > $1 ORDER BY position",
          [after],
        );
        for (const row of rows) seen.push(Number(row.position));
        after = seen.at(-1) ?? after;
      }
    });
    await Promise.all(
      writers.map(async (journal, writer) => {
        // Different services: only the chain's end orders them.
        const stream = `service/w${writer}`;
        for (let i = 0; i < 25; i++) {
          await journal.transact(`w${writer}`, null, [stream], () => decided(i, locked(stream, `${i}`)));
        }
      }),
    );
    await reading;
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    expect(await bench.asApp((client) => verifyJournal(client))).toMatchObject({ ok: true, rows: total });
  });
});

describe("intake", () => {
  test("a redelivery gets the stored outcome and changes nothing, also when it was a refusal", async () => {
    const refusal = { ok: false, refusal: { kind: "no-right", right: "start", roles: ["lead"], who: [] } };
    let asked = 0;
    const click = (journal: Journal) =>
      journal.transact("api", "click-1", ["service/api"], () => {
        asked += 1;
        return decided(refusal);
      });
    expect(await click(bench.journal)).toEqual({ outcome: refusal, repeated: false });
    expect(await click(bench.replica())).toEqual({ outcome: refusal, repeated: true });
    expect(asked).toBe(1);
  });

  test("the same click on two connections in the same moment is decided once", async () => {
    const journals = [bench.journal, bench.replica(), bench.replica()];
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        journals.map((journal) =>
          journal.transact("api", `click-${round}`, ["service/api"], (streams) =>
            decided({ count: streams.get("service/api")?.length }, locked("service/api", `${round}`)),
          ),
        ),
      );
      expect(answers.filter((each) => !each.repeated)).toHaveLength(1);
      expect(new Set(answers.map(({ outcome }) => outcome.count))).toEqual(new Set([round]));
    }
    expect(await bench.replica().load("service/api")).toHaveLength(10);
  });

  test("one key in decisions about two services is answered once, with the first one's outcome", async () => {
    const other = bench.replica();
    const answers = await Promise.all(
      [bench.journal, other].map((journal, index) =>
        journal.transact(`s${index}`, "same", [`service/s${index}`], () =>
          decided(`s${index}`, locked(`service/s${index}`, "x")),
        ),
      ),
    );
    expect(new Set(answers.map(({ outcome }) => outcome)).size).toBe(1);
    expect(answers.map(({ repeated }) => repeated).sort()).toEqual([false, true]);
  });
});

describe("reading", () => {
  test("keeps nothing of a decision that was rolled back", async () => {
    const stream = "service/api";
    await bench.journal.transact("api", null, [stream], () => decided("ok", locked(stream, "one")));
    await expect(
      bench.journal.transact("api", null, [stream], () =>
        decided("no", locked(stream, "two"), locked(stream, "\u0000")),
      ),
    ).rejects.toThrow();
    expect((await bench.journal.load(stream)).map((each) => each.version)).toEqual([1]);
  });

  test("a journal that was ahead of a restored database decides again on what is there", async () => {
    const stream = "service/api";
    for (const reason of ["one", "two"]) {
      await bench.journal.transact("api", null, [stream], () => decided("ok", locked(stream, reason)));
    }
    await bench.journal.load(stream);
    await bench.asOwner(async (client) => {
      await client.query("ALTER TABLE golive.journal DISABLE TRIGGER journal_append_only");
      await client.query("DELETE FROM golive.journal WHERE position = 2");
      await client.query(
        "UPDATE golive.journal_head SET position = 1, hash = (SELECT hash FROM golive.journal WHERE position = 1)",
      );
    });
    const { outcome } = await bench.journal.transact("api", null, [stream], (streams) =>
      decided(streams.get(stream)?.length, locked(stream, "two again")),
    );
    expect(outcome).toBe(1);
  });
});
