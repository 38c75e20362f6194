import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqlRunner } from "#src/rag/sql-runner";
import { ragStoreOver } from "#src/rag/store-postgres";
import { comparable, digestMajor } from "#src/release/comparable-digests";
import { createPgliteRunner } from "#test/support/pglite-runner";
import { createFixtureTables, FIXTURE, insertChunks, serviceFixture } from "#test/support/rag-fixture";

let runner: SqlRunner;
const digest = (run: string) => ragStoreOver(runner, serviceFixture()).digest(run);
const change = (sql: string) => runner.query(sql.replaceAll("CHUNKS", FIXTURE.chunks).replaceAll("RUN", FIXTURE.run));

beforeAll(async () => {
  runner = await createPgliteRunner();
  await createFixtureTables(runner, "vector(4)");
  await insertChunks(runner, "base", 40, "vector(4)");
});
afterAll(() => runner.close());

describe("the digest of a run", () => {
  it("names algorithm, Postgres major and row count", async () => {
    expect(await digest("base")).toEqual({ chunks: 40, digest: expect.stringMatching(/^gl2:\d+:40:[0-9a-f]{32}$/) });
    expect(await digest("nobody")).toEqual({ chunks: 0, digest: expect.stringMatching(/^gl2:\d+:0:/) });
  });

  it("does not depend on the order in which rows were written, nor on the run's name", async () => {
    await change(`INSERT INTO CHUNKS SELECT id, 'copy', "Document", ${FIXTURE.text}, bm25_text, embedding_text, embedding, tokens
      FROM CHUNKS WHERE RUN = 'base' ORDER BY id DESC`);
    expect((await digest("copy")).digest).toBe((await digest("base")).digest);
  });

  it("is the same for pgvector and real[] columns of equal content", async () => {
    const other = await createPgliteRunner();
    await createFixtureTables(other, "real[]");
    await insertChunks(other, "base", 40, "real[]");
    const there = await ragStoreOver(other, serviceFixture()).digest("base");
    expect(there).toEqual(await digest("base"));
    await other.close();
  });

  it.each([
    ["one text", `UPDATE CHUNKS SET ${FIXTURE.text} = 'other' WHERE RUN = 'x' AND id = 'x-3'`],
    ["one float of one vector", `UPDATE CHUNKS SET embedding = '[0.5,0,0,0]' WHERE RUN = 'x' AND id = 'x-3'`],
    ["one token count", "UPDATE CHUNKS SET tokens = tokens + 1 WHERE RUN = 'x' AND id = 'x-3'"],
    ["an empty string becoming NULL", "UPDATE CHUNKS SET bm25_text = NULL WHERE RUN = 'x' AND id = 'x-0'"],
    ["a dash becoming NULL", "UPDATE CHUNKS SET bm25_text = NULL WHERE RUN = 'x' AND id = 'x-1'"],
    [
      "a value moving to the next column",
      `UPDATE CHUNKS SET "Document" = 'doc-', ${FIXTURE.text} = '0' || ${FIXTURE.text} WHERE RUN = 'x' AND id = 'x-2'`,
    ],
    [
      "two rows swapping texts",
      `UPDATE CHUNKS c SET ${FIXTURE.text} = o.${FIXTURE.text} FROM CHUNKS o WHERE c.RUN = 'x' AND o.RUN = 'x' AND ((c.id = 'x-4' AND o.id = 'x-5') OR (c.id = 'x-5' AND o.id = 'x-4'))`,
    ],
    ["a lost row", "DELETE FROM CHUNKS WHERE RUN = 'x' AND id = 'x-3'"],
    ["a lost vector", "UPDATE CHUNKS SET embedding = NULL WHERE RUN = 'x' AND id = 'x-3'"],
  ])("shows %s", async (_what, sql) => {
    await change("DELETE FROM CHUNKS WHERE RUN = 'x'");
    await insertChunks(runner, "x", 20, "vector(4)");
    await change("UPDATE CHUNKS SET bm25_text = '' WHERE RUN = 'x' AND id = 'x-0'");
    await change("UPDATE CHUNKS SET bm25_text = '-' WHERE RUN = 'x' AND id = 'x-1'");
    const before = await digest("x");
    await change(sql);
    expect((await digest("x")).digest).not.toBe(before.digest);
  });

  it("is only compared under the same Postgres major", () => {
    const hex = "0".repeat(32);
    expect(comparable(`gl2:17:3:${hex}`, `gl2:17:4:${hex}`)).toBe(true);
    expect(comparable(`gl2:17:3:${hex}`, `gl2:18:3:${hex}`)).toBe(false);
    expect(comparable("sha256:abc", "sha256:abc")).toBe(false);
    expect(digestMajor(`gl2:18:3:${hex}`)).toBe(18);
  });
});
