import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { candidateRun } from "#src/gates/candidate-run";
import type { Gate, GateSubject } from "#src/gates/gate";
import { prefixLeakage } from "#src/gates/prefix-leakage";
import { previousRunIntact } from "#src/gates/previous-run-intact";
import { runGate } from "#src/gates/run-gate";
import { tokenBudget } from "#src/gates/token-budget";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore } from "#src/rag/store";
import { prepareRagStore, ragStoreOver } from "#src/rag/store-postgres";
import type { CheckResult } from "#src/release/events";
import { configBody } from "#test/support/config-body";
import { fillStore, gateSubject } from "#test/support/gate-fixture";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";
import {
  createFixtureTables,
  FIXTURE,
  insertChunks,
  recordRun,
  serviceFixture,
  setPointer,
} from "#test/support/rag-fixture";

let database: TestDatabase;
let runner: SqlRunner;
let store: RagStore;

beforeAll(async () => {
  database = await createEmptyDatabase();
  runner = createPostgresRunner(database.ownerUrl);
  await createFixtureTables(runner);
  await prepareRagStore({ connectionString: database.ownerUrl });
  store = ragStoreOver(runner, serviceFixture());
});
afterAll(async () => {
  await runner.close();
  await database.drop();
});
beforeEach(async () => {
  await runner.query(`TRUNCATE ${FIXTURE.pointer}, ${FIXTURE.runs}, ${FIXTURE.chunks}, golive_store.golive_flip`);
  await runner.query(`UPDATE ${FIXTURE.configs} SET body = $1 WHERE version = 'v2'`, [configBody(30)]);
  await fillStore(runner, store);
});

/** What the candidate's configuration version says at a path, in place of what golive.yaml says too. */
const configured = (path: string, value: unknown) =>
  runner.query(`UPDATE ${FIXTURE.configs} SET body = jsonb_set(body, $1, $2) WHERE version = 'v2'`, [
    `{${path.replaceAll(".", ",")}}`,
    JSON.stringify(value),
  ]);

const change = (sql: string) =>
  runner.query(
    sql.replaceAll("CHUNKS", FIXTURE.chunks).replaceAll("RUNS", FIXTURE.runs).replaceAll("RUN_ID", FIXTURE.run),
  );
const run = (gate: Gate, changes: Partial<GateSubject> = {}): Promise<CheckResult> =>
  runGate(gate, gateSubject(store, changes), AbortSignal.timeout(20_000));

describe("candidate-run", () => {
  it("passes when count and digest are those that ingestion recorded and the active run is untouched", async () => {
    const result = await run(candidateRun);
    expect(result).toMatchObject({ verdict: "pass", value: "40 chunks", next: "" });
    expect(result.summary).toContain("recorded by ingestion");
  });

  it("passes for an adopted run that ingestion recorded nothing about", async () => {
    const adopted = { b: await store.digest("b") };
    await change("DELETE FROM RUNS WHERE RUN_ID = 'b'");
    expect(await run(candidateRun, { adopted })).toMatchObject({ verdict: "pass", numbers: { adopted: true } });
  });

  it("fails when the run does not exist", async () => {
    const result = await run(candidateRun, { candidate: { run: "' OR true --", config: "v2" } });
    expect(result).toMatchObject({ verdict: "fail", value: "0 chunks" });
  });

  it("fails when ingestion has not finished it, even if it was adopted", async () => {
    const now = await store.digest("b");
    await recordRun(runner, "b", now, "2026-11-02T10:00:00Z", "running");
    expect(await run(candidateRun)).toMatchObject({ verdict: "fail" });
    expect(await run(candidateRun, { adopted: { b: now } })).toMatchObject({ verdict: "fail" });
  });

  it.each([
    ["a chunk is missing", "DELETE FROM CHUNKS WHERE id = 'b-7'", "39 chunks, recorded by ingestion were 40"],
    ["one letter changed", "UPDATE CHUNKS SET bm25_text = 'x' WHERE id = 'b-7'", "content of the run b differs"],
  ])("fails when %s", async (_what, sql, says) => {
    await change(sql);
    const result = await run(candidateRun);
    expect(result).toMatchObject({ verdict: "fail", value: "not as recorded" });
    expect(result.summary).toContain(says);
  });

  it("fails when the candidate's ingest upserted over the active run's rows", async () => {
    await change("UPDATE CHUNKS SET RUN_ID = 'b' WHERE id IN ('a-1', 'a-2')");
    await recordRun(runner, "b", await store.digest("b"));
    const result = await run(candidateRun);
    expect(result).toMatchObject({ verdict: "fail", value: "active run overwritten" });
    expect(result.summary).toContain("38 chunks, recorded by ingestion were 40");
  });

  it("is inconclusive when nothing was recorded of it, or of the active run", async () => {
    await change("DELETE FROM RUNS WHERE RUN_ID = 'b'");
    expect(await run(candidateRun)).toMatchObject({ verdict: "inconclusive", value: "not recorded" });
    await recordRun(runner, "b", await store.digest("b"));
    await change("DELETE FROM RUNS WHERE RUN_ID = 'a'");
    expect(await run(candidateRun)).toMatchObject({ verdict: "inconclusive", value: "active run not recorded" });
  });

  it("is inconclusive, not fail, when the record was made under another Postgres major", async () => {
    const { chunks, digest } = await store.digest("b");
    await recordRun(runner, "b", { chunks, digest: digest.replace(/^gl2:\d+/, "gl2:16") });
    const result = await run(candidateRun);
    expect(result.verdict).toBe("inconclusive");
    expect(result.summary).toContain("under Postgres 16");
    await recordRun(runner, "b", { chunks, digest: "deadbeef" });
    expect(await run(candidateRun)).toMatchObject({ verdict: "inconclusive" });
  });

  it.each([
    ["recorded a count and no digest", { digest: null }],
    ["recorded a digest and no count", { chunks: null, digest: "gl2:16" }],
    ["recorded under another Postgres major", { digest: "gl2:16" }],
    ["recorded a digest of its own kind", { digest: "deadbeef" }],
  ] as const)("passes for an adopted run that ingestion %s, and not before", async (_what, { digest, ...rest }) => {
    const now = await store.digest("b");
    const older = digest?.startsWith("gl2") ? now.digest.replace(/^gl2:\d+/, digest) : digest;
    await recordRun(runner, "b", { chunks: now.chunks, ...rest, digest: older });
    expect(await run(candidateRun)).toMatchObject({ verdict: "inconclusive" });
    const adopted = await run(candidateRun, { adopted: { b: now } });
    expect(adopted).toMatchObject({ verdict: "pass", numbers: { digest_recorded: now.digest, chunks_recorded: 40 } });
    expect(adopted.summary).toContain("as adopted");
  });

  it("fails for an adopted run whose count ingestion recorded otherwise", async () => {
    await recordRun(runner, "b", { chunks: 41, digest: null });
    const result = await run(candidateRun, { adopted: { b: await store.digest("b") } });
    expect(result).toMatchObject({ verdict: "fail", value: "not as recorded" });
    expect(result.summary).toContain("recorded by ingestion were 41");
  });

  it("an adoption under an older Postgres major says nothing, and takes nothing from ingestion's record", async () => {
    const now = await store.digest("b");
    const adopted = { b: { chunks: 40, digest: now.digest.replace(/^gl2:\d+/, "gl2:16") } };
    expect(await run(candidateRun, { adopted })).toMatchObject({ verdict: "pass" });
    await change("DELETE FROM RUNS WHERE RUN_ID = 'b'");
    const alone = await run(candidateRun, { adopted });
    expect(alone).toMatchObject({ verdict: "inconclusive" });
    expect(alone.summary).toContain("at its adoption under Postgres 16");
    expect(alone.next).toContain("golive run adopt b");
  });

  it("fails when one of two records disagrees", async () => {
    const adopted = { b: { chunks: 40, digest: (await store.digest("b")).digest.replace(/.{4}$/, "0000") } };
    expect(await run(candidateRun, { adopted })).toMatchObject({ verdict: "fail", value: "not as recorded" });
  });

  it("has the same evidence on a rerun, and another for another run", async () => {
    const one = await run(candidateRun);
    expect((await run(candidateRun)).evidenceHash).toBe(one.evidenceHash);
    await insertChunks(runner, "c", 40);
    await recordRun(runner, "c", await store.digest("c"));
    const other = await run(candidateRun, { candidate: { run: "c", config: "v2" } });
    expect(other.verdict).toBe("pass");
    expect(other.evidenceHash).not.toBe(one.evidenceHash);
  });
});

describe("previous-run-intact", () => {
  it("passes when the active run stands as recorded", async () => {
    expect(await run(previousRunIntact)).toMatchObject({
      verdict: "pass",
      numbers: { chunks: 40, chunks_recorded: 40 },
    });
  });

  it("passes a first go-live only while nothing is live", async () => {
    await change(`DELETE FROM ${FIXTURE.pointer}`);
    expect(await run(previousRunIntact, { active: null })).toMatchObject({ verdict: "pass", value: "first go-live" });
    await setPointer(runner, "a", "v1");
    expect(await run(previousRunIntact, { active: null })).toMatchObject({ verdict: "fail", value: "pointer moved" });
  });

  it("fails when the pointer moved since the release began", async () => {
    await setPointer(runner, "a", "v2");
    expect(await run(previousRunIntact)).toMatchObject({ verdict: "fail", value: "pointer moved" });
  });

  it.each([
    ["was changed", "UPDATE CHUNKS SET tokens = tokens + 1 WHERE id = 'a-1'"],
    ["lost a chunk", "DELETE FROM CHUNKS WHERE id = 'a-1'"],
    ["lost all chunks", "DELETE FROM CHUNKS WHERE RUN_ID = 'a'"],
  ])("fails when the run %s", async (_what, sql) => {
    await change(sql);
    expect(await run(previousRunIntact)).toMatchObject({ verdict: "fail", value: "changed" });
  });

  it("fails when the configuration version a rollback needs is gone", async () => {
    await setPointer(runner, "a", "v0");
    const result = await run(previousRunIntact, { active: { run: "a", config: "v0" } });
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain("v0 is gone");
  });

  it("says that only the presence of a configuration is proven which no flip of ours made live", async () => {
    const result = await run(previousRunIntact);
    expect(result.summary).toContain("Of its configuration v1 only the presence is proven");
    expect(result.numbers.configuration_digest_at_go_live).toBeNull();
  });

  it("fails when the configuration was edited since our flip made it live, until it is as it was", async () => {
    await setPointer(runner, "b", "v2");
    await store.flip("f1", { run: "b", config: "v2" }, { run: "a", config: "v1" });
    const whole = await run(previousRunIntact);
    expect(whole.verdict).toBe("pass");
    expect(whole.summary).toContain("Its configuration v1 is what went live");
    const edit = (topK: number) =>
      change(`UPDATE ${FIXTURE.configs} SET body = jsonb_set(body, '{top_k}', '${topK}') WHERE version = 'v1'`);
    await edit(21);
    const edited = await run(previousRunIntact);
    expect(edited).toMatchObject({ verdict: "fail", value: "changed" });
    expect(edited.summary).toContain("v1 was edited since it went live");
    await edit(22);
    expect((await run(previousRunIntact)).evidenceHash).not.toBe(edited.evidenceHash);
    await edit(20);
    expect((await run(previousRunIntact)).evidenceHash).toBe(whole.evidenceHash);
  });

  it("fails when nothing is left in the configuration version", async () => {
    await change(`INSERT INTO ${FIXTURE.configs} VALUES ('v0', 'null')`);
    await setPointer(runner, "a", "v0");
    const result = await run(previousRunIntact, { active: { run: "a", config: "v0" } });
    await change(`DELETE FROM ${FIXTURE.configs} WHERE version = 'v0'`);
    expect(result.verdict).toBe("fail");
  });

  it("is inconclusive when nothing was recorded, and names the way out", async () => {
    await change("DELETE FROM RUNS WHERE RUN_ID = 'a'");
    const result = await run(previousRunIntact);
    expect(result).toMatchObject({ verdict: "inconclusive" });
    expect(result.next).toContain("golive run adopt a");
    expect(await run(previousRunIntact, { adopted: { a: await store.digest("a") } })).toMatchObject({
      verdict: "pass",
    });
  });
});

describe("a previous run that was recorded before an upgrade of Postgres", () => {
  it("is intact once it is adopted", async () => {
    const now = await store.digest("a");
    await recordRun(runner, "a", { chunks: 40, digest: now.digest.replace(/^gl2:\d+/, "gl2:16") });
    expect(await run(previousRunIntact)).toMatchObject({ verdict: "inconclusive" });
    expect(await run(previousRunIntact, { adopted: { a: now } })).toMatchObject({
      verdict: "pass",
      numbers: { chunks_recorded: 40 },
    });
  });
});

describe("token-budget", () => {
  it("passes when every chunk and the largest possible context fit", async () => {
    const result = await run(tokenBudget);
    expect(result).toMatchObject({
      verdict: "pass",
      numbers: { max_tokens: 49, largest_context_tokens: 49 + 48 + 47 },
    });
  });

  it.each([
    [
      "one chunk exceeds the chunk size",
      "UPDATE CHUNKS SET tokens = 201 WHERE id = 'b-3'",
      {},
      /larger than the chunk size/,
    ],
    ["one chunk exceeds the embedder's limit", "UPDATE CHUNKS SET tokens = 513 WHERE id = 'b-3'", {}, /embedder cuts/],
    ["the largest chunks exceed the reader's budget together", "UPDATE CHUNKS SET tokens = 150", {}, /450 tokens/],
    ["the run has no chunks", "DELETE FROM CHUNKS WHERE RUN_ID = 'b'", {}, /no chunks/],
  ])("fails when %s", async (_what, sql, changes, says) => {
    await change(sql);
    const result = await run(tokenBudget, changes);
    expect(result.verdict).toBe("fail");
    expect(result.summary).toMatch(says);
  });

  it("names the largest offenders", async () => {
    await change("UPDATE CHUNKS SET tokens = 300 + length(id) WHERE id IN ('b-3', 'b-30')");
    expect((await run(tokenBudget)).numbers).toMatchObject({ examples: "b-30 b-3", over_chunk_size: 2 });
  });

  it.each([
    ["counts are missing", "UPDATE CHUNKS SET tokens = NULL WHERE id = 'b-3'"],
    ["counts are 0", "UPDATE CHUNKS SET tokens = 0 WHERE id = 'b-3'"],
    ["counts can't be true", "UPDATE CHUNKS SET tokens = 1, embedding_text = repeat('word ', 100)"],
  ])("is inconclusive when %s", async (_what, sql) => {
    await change(sql);
    expect(await run(tokenBudget)).toMatchObject({ verdict: "inconclusive" });
  });

  describe("with counts that are too small for the texts", () => {
    const prose = "The cutover moves run and configuration in one transaction, and both come back together. ";
    const texts = (text: string, tokens: number, where = "RUN_ID = 'b'") =>
      change(
        `UPDATE CHUNKS SET embedding_text = 'Document: ' || repeat('${text}', 4), tokens = ${tokens} WHERE ${where}`,
      );

    it.each([
      // 366 characters are about 80 tokens of English, 78 about 50 of Japanese, 370 about 90 of Russian.
      ["English a tenth", prose, 8, /45.8 characters per counted token/],
      ["English a quarter", prose, 20, /18.3 characters per counted token/],
      [
        "Russian a third",
        "Переключение меняет прогон и настройки в одной транзакции, и возвращаются они вместе тоже. ",
        30,
        /12/,
      ],
      ["Japanese a tenth", "切替は実行と設定を同時に移す。", 5, /14 characters per counted token/],
    ])("is inconclusive: %s", async (_what, text, tokens, says) => {
      await texts(text, tokens);
      const result = await run(tokenBudget);
      expect(result.verdict).toBe("inconclusive");
      expect(result.summary).toMatch(says);
    });

    it.each([
      ["English", prose, 80],
      ["Russian", "Переключение меняет прогон и настройки в одной транзакции, и возвращаются они вместе тоже. ", 90],
      ["Japanese", "切替は実行と設定を同時に移す。", 50],
      ["indented code under a tokenizer without white space", `${" ".repeat(12)}if (ready) return flip(pair); `, 22],
    ])("passes with true ones: %s", async (_what, text, tokens) => {
      await texts(text, tokens);
      expect(await run(tokenBudget)).toMatchObject({ verdict: "pass" });
    });

    it("is inconclusive when they are so in a few chunks of many, and passes with one odd chunk among hundreds", async () => {
      await texts(prose, 8, "id = 'b-3'");
      const one = await run(tokenBudget);
      expect(one.verdict).toBe("inconclusive");
      expect(one.summary).toContain("1 of 40 chunks have more than 16 characters per counted token");
      await insertChunks(runner, "many", 400);
      await texts(prose, 8, "id = 'many-3'");
      const among = await run(tokenBudget, { candidate: { run: "many", config: "v2" } });
      expect(among).toMatchObject({ verdict: "pass", numbers: { count_not_plausible: 1 } });
    });
  });

  it.each([
    ["context.chunks", 43, "retrieval.context_chunks is 3"],
    ["context.max_tokens", 3000, "retrieval.context_budget_tokens is 400"],
    ["chunking.max_tokens", 100, "retrieval.chunk_max_tokens is 200"],
  ])("fails a candidate whose %s golive.yaml says otherwise, naming both", async (path, value, ours) => {
    await configured(path, value);
    const result = await run(tokenBudget);
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain(`configuration v2 says ${path} is ${value}, golive.yaml says ${ours}`);
  });

  it("holds the data against the candidate's own bars, whatever golive.yaml says", async () => {
    await configured("chunking.max_tokens", 40);
    await configured("context.chunks", 43);
    expect(await run(tokenBudget)).toMatchObject({ verdict: "fail", numbers: { over_chunk_size: 9 } });
    await configured("chunking.max_tokens", 200);
    const { numbers } = await run(tokenBudget);
    expect(numbers.largest_context_tokens).toBeGreaterThan(1000);
  });

  it("never passes where the configuration is not there, or says no number", async () => {
    const missing = await run(tokenBudget, { candidate: { run: "b", config: "v9" } });
    expect(missing.verdict).toBe("fail");
    expect(missing.summary).toContain("there is no configuration v9");
    await configured("context.chunks", "many");
    const unclear = await run(tokenBudget);
    expect(unclear.verdict).toBe("inconclusive");
    expect(unclear.summary).toContain('configuration v2 says "many" (context.chunks)');
  });

  it("takes golive.yaml's word for what it declares that the configuration doesn't have", async () => {
    await configured("context", {});
    expect((await run(tokenBudget)).verdict).toBe("inconclusive");
    const none = { applies: false, reason: "the reader takes what fits" } as const;
    const service = { ...serviceFixture(), configuration_facts: { context_chunks: none, context_max_tokens: none } };
    expect((await run(tokenBudget, { service })).verdict).toBe("pass");
  });

  it("does not look at other runs", async () => {
    await change("UPDATE CHUNKS SET tokens = 9999 WHERE RUN_ID = 'a'");
    expect(await run(tokenBudget)).toMatchObject({ verdict: "pass" });
  });
});

describe("prefix-leakage", () => {
  const withPrefix = (pattern: string, policy: "A" | "none" = "A") => ({
    service: serviceFixture({ prefix: { policy, pattern } }),
  });

  it("passes when no search text begins with the prefix and every embedding text does", async () => {
    for (const pattern of ["^Document: ", "Document: ", "Document:\\s", "(?i)document: "]) {
      const result = await run(prefixLeakage, withPrefix(pattern));
      expect(result, pattern).toMatchObject({
        verdict: "pass",
        numbers: { leaking: 0, embedding_text_with_prefix: 40 },
      });
    }
  });

  it.each(["Document: ", "^Document: ", "Document:\\s+", "(Doc|Dok)ument: "])(
    "fails on one leaking chunk under %s",
    async (pattern) => {
      await change("UPDATE CHUNKS SET bm25_text = 'Document: x' WHERE id = 'b-3'");
      await change("UPDATE CHUNKS SET bm25_text = 'see Document: x' WHERE id = 'b-4'");
      const result = await run(prefixLeakage, withPrefix(pattern));
      expect(result).toMatchObject({ verdict: "fail", value: "1 of 40 chunks", numbers: { examples: "b-3" } });
    },
  );

  it("does not take the line after a break for the beginning", async () => {
    await change("UPDATE CHUNKS SET bm25_text = E'first\\nDocument: x' WHERE id = 'b-3'");
    expect(await run(prefixLeakage, withPrefix("(?n)^Document: |^Dokument: "))).toMatchObject({ verdict: "pass" });
  });

  it("fails under policy A when an embedding text lacks the prefix, under none when it has it", async () => {
    await change("UPDATE CHUNKS SET embedding_text = 'x' WHERE id = 'b-3'");
    expect(await run(prefixLeakage)).toMatchObject({ verdict: "fail", numbers: { examples: "b-3" } });
    await configured("chunking.prefix_policy", "none");
    expect(await run(prefixLeakage, withPrefix("Document: ", "none"))).toMatchObject({ verdict: "fail" });
    await change("UPDATE CHUNKS SET embedding_text = 'x'");
    expect(await run(prefixLeakage, withPrefix("Document: ", "none"))).toMatchObject({ verdict: "pass" });
  });

  it("fails a candidate that is ingested under another policy than golive.yaml says, though its data keep to it", async () => {
    await configured("chunking.prefix_policy", "none");
    await change("UPDATE CHUNKS SET embedding_text = bm25_text");
    const result = await run(prefixLeakage);
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain("chunking.prefix_policy is none, golive.yaml says retrieval.prefix.policy is A");
    expect(result.summary).toContain("its data would pass");
  });

  it.each([
    ["a line break", "E'\\r\\n\\tDocument: x'"],
    ["a byte order mark", "U&'\\FEFFDocument: x'"],
    ["a hundred no-break spaces", "repeat(U&'\\00A0', 100) || 'Document: x'"],
  ])("fails on a prefix behind %s, which no search sees", async (_what, text) => {
    for (const pattern of ["Document: ", "^Document: |^Dokument: ", "(?i)document:\\s", " Document: "]) {
      await change(`UPDATE CHUNKS SET bm25_text = ${text} WHERE id = 'b-3'`);
      const result = await run(prefixLeakage, withPrefix(pattern));
      expect(result, pattern).toMatchObject({ verdict: "fail", numbers: { leaking: 1, examples: "b-3" } });
    }
  });

  it("fails when no search text holds anything, and is inconclusive when one does not", async () => {
    for (const blank of ["''", "E' \\n'", "U&'\\3000\\FEFF\\200B'"]) {
      await change(`UPDATE CHUNKS SET bm25_text = ${blank} WHERE id = 'b-3'`);
      const one = await run(prefixLeakage);
      expect(one).toMatchObject({ verdict: "inconclusive", numbers: { without_bm25_text: 1, examples: "b-3" } });
    }
    await change("UPDATE CHUNKS SET bm25_text = ' ' WHERE RUN_ID = 'b'");
    const all = await run(prefixLeakage);
    expect(all.verdict).toBe("fail");
    expect(all.summary).toContain("Not one of 40 chunks has a search text");
  });

  describe("under policy none, where nothing proves the pattern", () => {
    const none = withPrefix("Document: ", "none");
    beforeEach(async () => {
      await configured("chunking.prefix_policy", "none");
      await change("UPDATE CHUNKS SET embedding_text = bm25_text");
    });

    it("passes, and says that there is no control", async () => {
      const result = await run(prefixLeakage, none);
      expect(result.verdict).toBe("pass");
      expect(result.summary).toContain("no control shows that the pattern can");
    });

    it("is inconclusive when most search texts begin alike and the pattern matches nothing anywhere", async () => {
      await change("UPDATE CHUNKS SET bm25_text = E' Dokument: ' || bm25_text WHERE RUN_ID = 'b' AND id > 'b-2'");
      const result = await run(prefixLeakage, none);
      expect(result).toMatchObject({ verdict: "inconclusive", numbers: { begin_alike: 27 } });
      expect(result.summary).toContain('27 of 40 search texts begin with "Dokument: "');
    });

    it("passes when the pattern is known to match in another run, or when only few begin alike", async () => {
      await change("UPDATE CHUNKS SET bm25_text = 'Handbook: ' || bm25_text WHERE RUN_ID = 'b' AND id > 'b-2'");
      expect(await run(prefixLeakage, none)).toMatchObject({ verdict: "inconclusive" });
      await change("UPDATE CHUNKS SET embedding_text = 'Document: x' WHERE id = 'a-3'");
      expect(await run(prefixLeakage, none)).toMatchObject({ verdict: "pass" });
      await change("UPDATE CHUNKS SET embedding_text = 'x' WHERE id = 'a-3'");
      await change("UPDATE CHUNKS SET bm25_text = substr(bm25_text, 11) WHERE RUN_ID = 'b' AND id > 'b-3'");
      expect(await run(prefixLeakage, none)).toMatchObject({ verdict: "pass" });
    });
  });

  it("is inconclusive about texts that are not there, and fails an empty run", async () => {
    await change("UPDATE CHUNKS SET bm25_text = NULL WHERE id = 'b-3'");
    expect(await run(prefixLeakage)).toMatchObject({ verdict: "inconclusive", numbers: { examples: "b-3" } });
    await change("DELETE FROM CHUNKS WHERE RUN_ID = 'b'");
    expect(await run(prefixLeakage)).toMatchObject({ verdict: "fail" });
  });

  it.each([
    ["an unclosed bracket", "Doc[ument"],
    ["one that closes what it never opened", "a)|(b"],
    ["nothing", "^"],
    ["nothing but white space", "^ "],
    ["what matches everything", "(Document: )?"],
    ["an option that can't be anchored", "(?q)Doc"],
    ["a director", "***=Doc"],
  ])("is inconclusive, and says so, for a pattern that is %s", async (_what, pattern) => {
    const result = await run(prefixLeakage, withPrefix(pattern));
    expect(result).toMatchObject({ verdict: "inconclusive", value: "pattern unusable" });
    expect(result.summary).toContain("nothing was checked");
  });

  it("is stopped in the database when a hostile pattern never ends", async () => {
    await change("UPDATE CHUNKS SET bm25_text = repeat('ab', 200) || 'z'");
    const impatient: Gate = { ...prefixLeakage, timeoutMs: 400 };
    const result = await run(impatient, withPrefix("(.+)(.+)(.+)(.+)\\4\\3\\2\\1\\1y?z$"));
    expect(result).toMatchObject({ verdict: "error" });
    const active = async () =>
      await runner.query(
        "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%FILTER%' AND pid <> pg_backend_pid() AND datname = current_database()",
      );
    await expect.poll(active, { timeout: 10_000 }).toEqual([]);
  });
});
