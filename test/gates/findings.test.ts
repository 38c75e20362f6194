import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { candidateRun } from "#src/gates/candidate-run";
import { database as databaseGate } from "#src/gates/database";
import { createEnvironmentGate } from "#src/gates/environment";
import type { Gate, GateSubject } from "#src/gates/gate";
import { indexPresence } from "#src/gates/index-presence";
import { prefixLeakage } from "#src/gates/prefix-leakage";
import { previousRunIntact } from "#src/gates/previous-run-intact";
import { runGate } from "#src/gates/run-gate";
import { tokenBudget } from "#src/gates/token-budget";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore } from "#src/rag/store";
import { prepareRagStore, ragStoreOver } from "#src/rag/store-postgres";
import { ENV, fillStore, gateSubject } from "#test/support/gate-fixture";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";
import { createFixtureTables, FIXTURE, serviceFixture, setPointer } from "#test/support/rag-fixture";

const environment = createEnvironmentGate({
  serviceReport: async () => ({ variables: ["AWS_REGION", "RAG_STORE_URL", "REQUESTS_PER_SECOND"] }),
});

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
  await fillStore(runner, store);
});

const change = (sql: string) => runner.query(sql.replaceAll("CHUNKS", FIXTURE.chunks));
const run = (gate: Gate, changes: Partial<GateSubject> = {}) =>
  runGate(gate, gateSubject(store, changes), AbortSignal.timeout(20_000));

/** Evidence of the same gate under each of these situations: all not passing. */
async function evidenceOf(gate: Gate, situations: readonly Partial<GateSubject>[]): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (const situation of situations) {
    const result = await run(gate, situation);
    expect(result.verdict).not.toBe("pass");
    hashes.push(result.evidenceHash);
  }
  return hashes;
}

describe("a waiver of one defect is none of another", () => {
  it("in the environment: another variable, another defect, one defect more", async () => {
    const env = (changes: Record<string, string | undefined>) => ({ env: { ...ENV, ...changes } });
    const hashes = await evidenceOf(environment, [
      env({ AWS_REGION: undefined }),
      env({ AWS_REGION: "Frankfurt" }),
      env({ RAG_STORE_URL: undefined }),
      env({ AWS_REGION: undefined, REQUESTS_PER_SECOND: "x" }),
    ]);
    expect(new Set(hashes).size).toBe(4);
  });

  it("in the environment: another unusable value of the same variable is the same defect", async () => {
    const [one, two] = await evidenceOf(environment, [
      { env: { ...ENV, REQUESTS_PER_SECOND: "x" } },
      { env: { ...ENV, REQUESTS_PER_SECOND: "y" } },
    ]);
    expect(one).toBe(two);
  });

  it("in the databases: a clock, migrations, a connection; but not for how far a clock is off", async () => {
    const ping = (offset: number, missingMigrations: string[]) => ({
      botDatabase: { ping: async () => ({ nowMs: Date.now() + offset, missingMigrations, writable: true }) },
    });
    const hashes = await evidenceOf(databaseGate, [
      ping(90_000, []),
      ping(-90_000, []),
      ping(0, ["0009_x.sql"]),
      ping(0, ["0010_y.sql"]),
      { botDatabase: { ping: () => Promise.reject(new Error("gone")) } },
    ]);
    expect(new Set(hashes).size).toBe(5);
    expect(await evidenceOf(databaseGate, [ping(60_000, [])])).toEqual([hashes[0]]);
  });

  it.each([
    [
      indexPresence,
      [
        "UPDATE CHUNKS SET embedding = NULL WHERE id = 'b-3'",
        "UPDATE CHUNKS SET embedding = embedding[1:3] WHERE id = 'b-4'",
      ],
    ],
    [
      tokenBudget,
      [
        "UPDATE CHUNKS SET tokens = 201 WHERE id = 'b-3'",
        "UPDATE CHUNKS SET tokens = 600 WHERE id = 'b-3'",
        "UPDATE CHUNKS SET tokens = NULL WHERE id = 'b-4'",
      ],
    ],
    [
      prefixLeakage,
      [
        "UPDATE CHUNKS SET bm25_text = 'Document: x' WHERE id = 'b-3'",
        "UPDATE CHUNKS SET embedding_text = 'x' WHERE id = 'b-3'",
        "UPDATE CHUNKS SET bm25_text = NULL WHERE id = 'b-4'",
      ],
    ],
    [candidateRun, ["UPDATE CHUNKS SET tokens = 7 WHERE id = 'b-3'", "DELETE FROM CHUNKS WHERE id = 'b-3'"]],
    [previousRunIntact, ["UPDATE CHUNKS SET tokens = 7 WHERE id = 'a-3'", "DELETE FROM CHUNKS WHERE id = 'a-3'"]],
  ] as const)("in the data: $id, each defect that comes on top", async (gate, defects) => {
    const hashes: string[] = [];
    for (const sql of defects) {
      await change(sql);
      hashes.push(...(await evidenceOf(gate, [{}])));
    }
    expect(new Set(hashes).size).toBe(defects.length);
  });

  it("in the data: more chunks with the same defect are the same defect", async () => {
    await change("UPDATE CHUNKS SET bm25_text = 'Document: x' WHERE id = 'b-3'");
    const one = await run(prefixLeakage);
    await change("UPDATE CHUNKS SET bm25_text = 'Document: y' WHERE id IN ('b-4', 'b-5')");
    expect((await run(prefixLeakage)).evidenceHash).toBe(one.evidenceHash);
  });

  it("in what a rollback returns to: a changed run, and a configuration that is gone as well", async () => {
    await change("UPDATE CHUNKS SET tokens = 7 WHERE id = 'a-3'");
    const changed = await run(previousRunIntact);
    await setPointer(runner, "a", "v0");
    const both = await run(previousRunIntact, { active: { run: "a", config: "v0" } });
    await runner.query(`INSERT INTO ${FIXTURE.configs} VALUES ('v0', '{}')`);
    const onlyRun = await run(previousRunIntact, { active: { run: "a", config: "v0" } });
    await runner.query(`DELETE FROM ${FIXTURE.configs} WHERE version = 'v0'`);
    expect(new Set([changed, both, onlyRun].map((result) => result.evidenceHash)).size).toBe(3);
  });
});
