import { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createJournal } from "#src/journal/create-journal";
import { createAuditTrail } from "#src/operations/slo/work/audit-trail";
import type { TrailHead } from "#src/operations/smoke/work/meta-ops";
import { verifyTrail } from "#src/operations/smoke/work/verify-trail";
import { serviceStream } from "#src/release/events";
import { GOLIVE } from "#src/release/people";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.appUrl, max: 3 });
  const journal = createJournal({ pool, jobs: { send: async () => undefined } });
  for (let row = 0; row < 6; row++) {
    const stream = serviceStream(`docs-${row}`);
    const event = { type: "service-locked", reason: "–", manifest: null } as const;
    await journal.transact(`docs-${row}`, null, [stream], () => ({
      outcome: null,
      events: [{ stream, by: GOLIVE, event, at: row }],
      jobs: [],
      repaint: [],
      posts: [],
    }));
  }
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Above three rows a trail is long here. */
const verify = (anchor: TrailHead | null) => verifyTrail(pool, anchor, 3);

it("is broken where it doesn't lead through the row that the last green smoke run ended with", async () => {
  const head = (await verify(null)).head;
  if (head === null) throw new Error("an empty journal");
  const standing = async (anchor: TrailHead | null) =>
    (await createAuditTrail({ verify, anchor: async () => anchor })("docs-0")).verdict;
  expect(await standing(null)).toBe("pass");
  expect(await standing(head)).toBe("pass");
  // Whoever owns the database wrote the chain anew: it joins, and isn't the same.
  expect(await standing({ ...head, hash: "0".repeat(64) })).toBe("fail");
  expect(await standing({ ...head, position: head.position + 5 })).toBe("fail");
});

it("is read whole once, and then from where the last look ended", async () => {
  const look = createAuditTrail({ verify, anchor: async () => null });
  expect(await look("docs-0")).toMatchObject({ verdict: "pass", events: 6, says: expect.stringMatching(/^6 facts/) });
  expect(await look("docs-0")).toMatchObject({
    verdict: "pass",
    events: 0,
    says: expect.stringMatching(/^0 facts after row \d+/),
  });
});
