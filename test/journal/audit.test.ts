import { createHash } from "node:crypto";
import type { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exportJournal } from "#src/journal/export-journal";
import { verifyJournal, verifyJournalSince } from "#src/journal/verify-journal";
import { type Bench, decided, locked, openBench } from "#test/journal/journal-fixture";

let bench: Bench;
// Rows 1…6: a and b by turns, so that a removed row is not always a gap of its stream's neighbour.
beforeEach(async () => {
  bench = await openBench();
  for (let i = 1; i <= 6; i++) {
    const stream = i % 2 === 1 ? "service/a" : "release/b";
    await bench.journal.transact("a", null, [stream], () => decided("ok", locked(stream, `no. ${i}`)));
  }
});
afterEach(() => bench.close());

/** What somebody with the owner's password could do. */
const tamper = (...statements: string[]) =>
  bench.asOwner(async (client) => {
    await client.query("ALTER TABLE golive.journal DISABLE TRIGGER journal_append_only");
    for (const sql of statements) await client.query(sql);
  });
const verify = () => bench.asApp((client) => verifyJournal(client));
const REHASH = "hash = sha256(prev || convert_to(body, 'UTF8'))";
/** Makes room at `position` by renumbering everything from there on. */
const shiftFrom = (position: number, by: number) => [
  `UPDATE golive.journal SET position = position + 1000 WHERE position >= ${position}`,
  `UPDATE golive.journal SET position = position - 1000 + ${by} WHERE position >= 1000`,
];
/** Joins the whole chain again, head included: the perfect forgery. */
const forgeChain = (client: Client) =>
  client.query(`DO $$ DECLARE r golive.journal; p bytea := decode(repeat('00', 32), 'hex'); n bigint := 0; BEGIN
    FOR r IN SELECT * FROM golive.journal ORDER BY position LOOP
      n := n + 1;
      UPDATE golive.journal SET position = n, prev = p, ${REHASH.replace("prev ||", "p ||")} WHERE position = r.position
      RETURNING hash INTO p;
    END LOOP;
    UPDATE golive.journal_head SET position = n, hash = p;
  END $$`);

describe("audit verify", () => {
  test("finds nothing in an untouched journal and names its head", async () => {
    const report = await verify();
    expect(report).toMatchObject({ ok: true, rows: 6, problems: [], head: { position: 6 } });
  });

  test("an empty journal is sound", async () => {
    const empty = await openBench();
    expect(await empty.asApp((client) => verifyJournal(client))).toMatchObject({ ok: true, rows: 0 });
    await empty.close();
  });

  test("names a changed row", async () => {
    await tamper("UPDATE golive.journal SET body = replace(body, 'no. 3', 'no. 9') WHERE position = 3");
    expect((await verify()).problems).toEqual([
      {
        position: 3,
        kind: "changed",
        sentence: expect.stringContaining("row 3 (service-locked, service/a version 2)"),
      },
    ]);
  });

  test("names a row that was changed and hashed again", async () => {
    await tamper(
      "UPDATE golive.journal SET body = replace(body, 'no. 3', 'no. 9') WHERE position = 3",
      `UPDATE golive.journal SET ${REHASH} WHERE position = 3`,
    );
    expect((await verify()).problems).toMatchObject([{ position: 3, kind: "changed" }]);
  });

  test.each(["stream = 'release/x'", "type = 'signed'", "at = at + interval '1 second'"])(
    "names a row whose column says something else than its body: %s",
    async (change) => {
      await tamper(`UPDATE golive.journal SET ${change} WHERE position = 4`);
      const { problems } = await verify();
      expect(problems[0]).toMatchObject({ position: 4, kind: "changed", sentence: expect.stringContaining("column") });
    },
  );

  test("names a removed row", async () => {
    await tamper("DELETE FROM golive.journal WHERE position = 3");
    expect((await verify()).problems).toMatchObject([{ position: 3, kind: "removed", sentence: "Row 3 was removed." }]);
  });

  test("names a removed row also when the rest was renumbered", async () => {
    await tamper("DELETE FROM golive.journal WHERE position = 3", ...shiftFrom(4, -1));
    const { problems } = await verify();
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.map(({ kind }) => kind)).toContain("removed");
  });

  test("names the rows that were cut off at the end", async () => {
    await tamper("DELETE FROM golive.journal WHERE position > 4");
    expect((await verify()).problems).toMatchObject([
      { position: 5, kind: "removed", sentence: "Rows 5 to 6 were removed." },
    ]);
  });

  test("shows a stream that was removed entirely", async () => {
    await tamper("DELETE FROM golive.journal WHERE stream = 'release/b'");
    const { problems } = await verify();
    expect(problems.map(({ position, kind }) => [position, kind])).toEqual([
      [2, "removed"],
      [4, "removed"],
      [6, "removed"],
    ]);
  });

  test("names two rows that changed places", async () => {
    await tamper(
      "UPDATE golive.journal SET position = 1000 WHERE position = 3",
      "UPDATE golive.journal SET position = 3 WHERE position = 4",
      "UPDATE golive.journal SET position = 4 WHERE position = 1000",
    );
    const { problems } = await verify();
    expect(problems.map(({ position, kind }) => [position, kind])).toEqual([
      [3, "reordered"],
      [4, "reordered"],
    ]);
  });

  const insert = (position: number, prev: string) =>
    `INSERT INTO golive.journal
     SELECT ${position}, 'release/c', 1, 'a', 'service-locked', at, b, p, sha256(p || convert_to(b, 'UTF8'))
     FROM golive.journal, LATERAL (SELECT replace(replace(body, 'service/a', 'release/c'), '"version":2', '"version":1') b,
       ${prev} p) x WHERE version = 2 AND stream = 'service/a'`;

  test("names an inserted row that joins the one before it", async () => {
    await tamper(...shiftFrom(4, 1), insert(4, "hash"));
    expect((await verify()).problems).toMatchObject([
      { position: 4, kind: "inserted", sentence: expect.stringContaining("release/c version 1) was inserted") },
      { kind: "head" },
    ]);
  });

  test("names an inserted row that joins nothing", async () => {
    await tamper(...shiftFrom(4, 1), insert(4, "sha256('x')"));
    expect((await verify()).problems[0]).toMatchObject({ position: 4, kind: "inserted" });
  });

  test("names a row that was put at the end past the head", async () => {
    await tamper(insert(7, "(SELECT hash FROM golive.journal WHERE position = 6)"));
    expect((await verify()).problems).toMatchObject([{ position: 7, kind: "inserted" }]);
  });

  test("names a head that was changed", async () => {
    await tamper("UPDATE golive.journal_head SET hash = sha256('x')");
    expect((await verify()).problems).toMatchObject([{ position: 6, kind: "head" }]);
  });

  test("shows a perfect forgery by the version that is missing, or else against an exported head", async () => {
    const exported = await bench.asApp((client) => exportJournal(client, () => undefined));
    await tamper("DELETE FROM golive.journal WHERE position = 3");
    await bench.asOwner(forgeChain);
    expect((await verify()).problems).toMatchObject([
      { kind: "removed", sentence: expect.stringContaining("service/a has no version 2") },
    ]);

    await bench.asOwner((client) => client.query("DELETE FROM golive.journal WHERE stream = 'service/a'"));
    await bench.asOwner(forgeChain);
    expect(await verify()).toMatchObject({ ok: true });
    const anchored = await bench.asApp((client) => verifyJournal(client, exported.head ?? undefined));
    expect(anchored).toMatchObject({ ok: false, problems: [{ kind: "head" }] });
  });
});

describe("audit export", () => {
  test("writes every row as a line whose hash can be recomputed from its own text", async () => {
    const lines: string[] = [];
    const { rows, head } = await bench.asApp((client) => exportJournal(client, (line) => void lines.push(line)));
    expect(rows).toBe(6);
    let prev = "0".repeat(64);
    for (const line of lines) {
      const body = line.slice(line.indexOf('"body":') + 7, -2);
      const parsed = JSON.parse(line);
      expect(parsed.prev).toBe(prev);
      expect(parsed.body).toEqual(JSON.parse(body));
      prev = createHash("sha256").update(Buffer.from(prev, "hex")).update(body).digest("hex");
      expect(parsed.hash).toBe(prev);
    }
    expect(head).toEqual({ position: 6, hash: prev });
  });

  test("goes page by page and waits for a slow reader", async () => {
    await bench.journal.transact("a", null, ["service/a"], () =>
      decided("ok", ...Array.from({ length: 1200 }, (_, i) => locked("service/a", `${i}`))),
    );
    let inside = 0;
    let most = 0;
    const { rows } = await bench.asApp((client) =>
      exportJournal(client, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await Promise.resolve();
        inside -= 1;
      }),
    );
    expect([rows, most]).toEqual([1206, 1]);
  });
});

describe("audit verify from a head on", () => {
  const headAt = async (position: number) => {
    const { rows } = await bench.asApp((client) =>
      client.query<{ hash: string }>("SELECT encode(hash, 'hex') AS hash FROM golive.journal WHERE position = $1", [
        position,
      ]),
    );
    return { position, hash: rows[0]?.hash ?? "" };
  };
  const since = async (position: number) => {
    const head = await headAt(position);
    return { verify: () => bench.asApp((client) => verifyJournalSince(client, head)) };
  };

  test.each([1, 3, 6])("reads what was written after row %i, and finds nothing", async (position) => {
    const report = await (await since(position)).verify();
    expect(report).toMatchObject({ ok: true, rows: 6 - position, problems: [], head: { position: 6 } });
  });

  test("names a row after it that was changed, and one that was removed", async () => {
    const { verify: look } = await since(3);
    await tamper("UPDATE golive.journal SET body = replace(body, 'no. 5', 'no. 9') WHERE position = 5");
    expect((await look()).problems[0]).toMatchObject({ position: 5, kind: "changed" });
    await tamper("DELETE FROM golive.journal WHERE position = 5");
    expect((await look()).ok).toBe(false);
  });

  test("a chain that was written anew doesn't lead through it, however well it joins", async () => {
    const { verify: look } = await since(3);
    await tamper("UPDATE golive.journal SET body = replace(body, 'no. 2', 'no. 9') WHERE position = 2");
    await bench.asOwner(async (client) => {
      await client.query("ALTER TABLE golive.journal DISABLE TRIGGER journal_append_only");
      await forgeChain(client);
    });
    expect((await verify()).ok).toBe(true);
    expect(await look()).toMatchObject({ ok: false, problems: [{ position: 3, kind: "head" }] });
  });

  test("a trail that was cut before it, and a version of a stream that is missing, are seen", async () => {
    const { verify: look } = await since(4);
    await tamper("DELETE FROM golive.journal WHERE position >= 4");
    expect((await look()).ok).toBe(false);
  });
});
