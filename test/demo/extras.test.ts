import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { z } from "zod";
import { demoExtras } from "#sandbox/demo/extras";
import { ensureLiveRun } from "#sandbox/demo/populate";
import { OWN_CORPUS } from "#sandbox/demo/sources";
import { type Page, startPage } from "#sandbox/page/start-page";
import { assertSuperuser } from "#sandbox/postgres/databases";
import { createStore } from "#sandbox/rag/rag-store";
import { createFakeWorld } from "#test/page/fake-world";
import { act, openTab } from "#test/page/tab";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";

let database: TestDatabase;
let page: Page;
beforeAll(async () => {
  database = await createEmptyDatabase();
  await createStore(database.adminUrl);
  await ensureLiveRun(database.adminUrl, OWN_CORPUS);
  const world = createFakeWorld();
  page = await startPage({ world, hands: world.hands, extras: demoExtras(database.adminUrl, OWN_CORPUS) });
});
afterAll(async () => {
  await page.stop();
  await database.drop();
});

const press = async (id: string) => {
  const { body } = await act(page.url, { kind: "control", user: "UROSA", channel: "CREL", id });
  return z
    .object({ ok: z.boolean(), said: z.string().optional(), error: z.string().optional() })
    .parse(JSON.parse(body));
};
async function leaks(run: string): Promise<number | undefined> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    const sql = `SELECT count(*) FILTER (WHERE bm25_text LIKE 'Document: %')::int AS leaking
                   FROM rag.document_chunks WHERE ingest_run_id = $1 HAVING count(*) > 0`;
    return (await client.query<{ leaking: number }>(sql, [run])).rows[0]?.leaking;
  } finally {
    await client.end();
  }
}

describe("the demo's page", () => {
  test("offers another candidate, clean or leaking, by real buttons, and says in an empty channel what to type", async () => {
    const tab = await openTab(page.url, "as=UROSA&channel=CREL");
    try {
      await tab.until(({ rail }) => rail?.includes("Sandbox") === true);
      for (const label of ["Ingest a clean candidate", "Ingest a leaking candidate"]) {
        expect(tab.shown.rail).toMatch(new RegExp(`<button [^>]*type="button"[^>]*>${label}</button>`));
      }
      expect(tab.shown.messages).toMatch(/Nothing here yet\. Type \/golive start in #release/);
    } finally {
      tab.close();
    }
  });

  test("each press is one more run that really is what the button says", async () => {
    expect(await press("ingest-clean")).toMatchObject({ ok: true, said: expect.stringMatching(/^run-2 .* clean/) });
    expect(await press("ingest-leaking")).toMatchObject({
      ok: true,
      said: expect.stringMatching(/^run-3 .* 3 of them/),
    });
    expect([await leaks("run-2"), await leaks("run-3")]).toEqual([0, 3]);
  });

  test("two presses at once are one ingestion and one sentence", async () => {
    const both = await Promise.all([press("ingest-clean"), press("ingest-clean")]);
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(both.find(({ ok }) => !ok)?.error).toMatch(/under way already/);
  });
});

describe("a DATABASE_URL of somebody who may not do what the demo does", () => {
  test("is refused with what is needed instead", async () => {
    const asOwner = new URL(database.ownerUrl);
    await expect(assertSuperuser(asOwner.href)).rejects.toMatchObject({
      code: "not-superuser",
      message: expect.stringMatching(
        /logs in as golive_owner, which is not a superuser\. .* a superuser's URL, or leave/s,
      ),
    });
    await expect(assertSuperuser(inject("postgresUrl"))).resolves.toBeUndefined();
  });
});
