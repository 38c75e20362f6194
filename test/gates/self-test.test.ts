import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUILT_CHECKS } from "#src/config/built-checks";
import type { Gate } from "#src/gates/gate";
import { createHealthSelfTestGate } from "#src/gates/health-self-test";
import { runGate } from "#src/gates/run-gate";
import { type Proof, proveGate } from "#src/gates/self-test/prove-gate";
import { createProveGates } from "#src/gates/self-test/prove-gates";
import { SELF_TESTS } from "#src/gates/self-test/registry";
import { CANDIDATE, inScratchWorld } from "#src/gates/self-test/scratch-world";
import type { Fixture, SelfTest } from "#src/gates/self-test/self-test";
import { tokenBudgetSelfTest } from "#src/gates/self-test/token-budget";
import { tokenBudget } from "#src/gates/token-budget";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore } from "#src/rag/store";
import { prepareRagStore, ragStoreOver } from "#src/rag/store-postgres";
import { type CliHouse, openHouse } from "#test/cli/cli-house";
import { fillStore, gateSubject } from "#test/support/gate-fixture";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";
import { createFixtureTables, serviceFixture } from "#test/support/rag-fixture";

let database: TestDatabase;
let runner: SqlRunner;
let store: RagStore;

beforeAll(async () => {
  database = await createEmptyDatabase();
  runner = createPostgresRunner(database.ownerUrl);
  await createFixtureTables(runner);
  await prepareRagStore({ connectionString: database.ownerUrl });
  store = ragStoreOver(runner, serviceFixture());
  await fillStore(runner, store);
});
afterAll(async () => {
  await runner.close();
  await database.drop();
});

const signal = () => AbortSignal.timeout(25_000);
const around = (of: RagStore = store) => gateSubject(of);
const prove = (gate: Gate, test: SelfTest | undefined = tokenBudgetSelfTest) =>
  inScratchWorld(around(), signal(), (scratch) => proveGate(gate, test, scratch, signal()));
const kinds = async (...asked: Parameters<typeof prove>) => (await prove(...asked)).problems.map(({ kind }) => kind);

/** Token budget as somebody might break it. */
const broken = (check: Gate["check"]): Gate => ({ ...tokenBudget, check });

describe("the proof of a gate", () => {
  it("holds when it fails where it should, for the reason it should, and passes the good twin", async () => {
    const proof = await prove(tokenBudget);
    expect(proof).toMatchObject({ gate: "token-budget", version: tokenBudget.version, problems: [] });
    expect(proof.cases.map(({ verdict }) => verdict)).toEqual(["fail", "fail", "fail", "fail", "pass"]);
    expect(proof.cases[0]?.findings).toContain("chunk-size:exceeded");
  });

  it("does not hold for a gate that is always green", async () => {
    const green = broken(async (subject, stop) => ({ ...(await tokenBudget.check(subject, stop)), verdict: "pass" }));
    expect(await kinds(green)).toEqual(["bad-1:pass", "bad-2:pass", "bad-3:pass", "bad-4:pass"]);
  });

  it("does not hold for a gate that is always red", async () => {
    const red = broken(async (subject, stop) => ({
      ...(await tokenBudget.check(subject, stop)),
      verdict: "fail",
      findings: tokenBudgetSelfTest.bad.map(({ finds }) => String(finds)),
    }));
    expect(await kinds(red)).toEqual(["good:fail"]);
  });

  it("does not hold for a gate that fails for another reason than it should", async () => {
    const blind = broken(async (subject, stop) => ({
      ...(await tokenBudget.check(subject, stop)),
      findings: ["something:else"],
    }));
    expect(await kinds(blind)).toEqual([1, 2, 3, 4].map((at) => `bad-${at}:other-finding`));
  });

  it("does not hold for a gate that throws, without blaming the gate for what may be the database", async () => {
    const throwing = broken(() => Promise.reject(new Error("boom")));
    const { problems } = await prove(throwing);
    expect(problems.map(({ kind, sure }) => [kind, sure])).toEqual([
      ["bad-1:error", false],
      ["bad-2:error", false],
      ["bad-3:error", false],
      ["bad-4:error", false],
      ["good:error", false],
    ]);
  });

  it("does not hold without fixtures, nor for fixtures that bring another gate or version", async () => {
    const none = inScratchWorld(around(), signal(), (scratch) => proveGate(tokenBudget, undefined, scratch, signal()));
    expect(await none).toMatchObject({
      problems: [{ sure: true, kind: "no-fixture" }],
    });
    const older = {
      ...tokenBudgetSelfTest,
      good: { what: "an old one", gate: () => ({ ...tokenBudget, version: 0 }) },
    };
    expect(await kinds(tokenBudget, older)).toEqual(["good:not-built"]);
  });

  it("says which right is missing when the role may not make a scratch schema", async () => {
    const weak = createPostgresRunner(database.appUrl);
    const kept: Proof[] = [];
    const proveGates = createProveGates({ save: async (_, proof) => void kept.push(proof) });
    const proofs = await proveGates([tokenBudget], around(ragStoreOver(weak, serviceFixture())), signal());
    await weak.close();
    expect(proofs).toEqual([
      expect.objectContaining({
        problems: [{ sure: false, kind: "not-built", text: expect.stringContaining("permission denied for database") }],
      }),
    ]);
    expect(kept).toEqual(proofs);
  });

  it("ends with the caller's signal and leaves nothing", async () => {
    const stop = new AbortController();
    const waiting = broken(async (_, inner) => {
      stop.abort(new Error("enough"));
      inner.throwIfAborted();
      throw new Error("not reached");
    });
    const proving = inScratchWorld(around(), stop.signal, (scratch) =>
      proveGate(waiting, tokenBudgetSelfTest, scratch, stop.signal),
    );
    await expect(proving).rejects.toThrow();
    expect(await runner.query("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'golive_self_test_%'")).toEqual([]);
  });
});

describe("a scratch world", () => {
  it("is seen by nobody else and gone afterwards; a statement that fails in it takes nothing with it", async () => {
    const schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'golive_self_test_%'";
    const spoil: Fixture = { what: "no chunks", sql: ["DELETE FROM chunks"] };
    await inScratchWorld(around(), signal(), async ({ face }) => {
      expect(await face(spoil, ({ subject }) => subject.store.digest(CANDIDATE.run))).toMatchObject({ chunks: 0 });
      await face({ what: "healthy" }, async ({ subject, query }) => {
        expect(await query(schemas)).toHaveLength(1);
        expect(await runner.query(schemas)).toEqual([]);
        await expect(subject.store.query("SELECT 1 / 0")).rejects.toThrow();
        await expect(
          subject.store.transaction("write", async (within) => {
            await within("DELETE FROM chunks");
            throw new Error("given up");
          }),
        ).rejects.toThrow("given up");
        expect(await subject.store.digest(CANDIDATE.run)).toMatchObject({ chunks: 40 });
        await subject.store.transaction("read", (within) => within("SET LOCAL enable_seqscan = off"));
        expect(await query("SHOW enable_seqscan")).toEqual([{ enable_seqscan: "on" }]);
        const both = [subject.store.query("SELECT 1 AS n"), subject.store.query("SELECT 2 AS n")];
        expect(await Promise.all(both)).toEqual([[{ n: 1 }], [{ n: 2 }]]);
      });
    });
    expect(await runner.query(schemas)).toEqual([]);
  });
});

describe("the check health-self-test", () => {
  const check = (proofs: Awaited<ReturnType<typeof prove>>[]) =>
    runGate(createHealthSelfTestGate({ prove: async () => proofs }), around(), signal());

  it("fails with the gate and the reason when one can't be trusted, whatever could not be proven besides", async () => {
    const green = await prove(
      broken(async (subject, stop) => ({ ...(await tokenBudget.check(subject, stop)), verdict: "pass" })),
    );
    const unsure = await prove(broken(() => Promise.reject(new Error("boom"))));
    const result = await check([await prove(tokenBudget), green, unsure]);
    expect(result).toMatchObject({ verdict: "fail", value: "1 of 3 proven" });
    expect(result.summary).toContain("token-budget: it does not fail one chunk of 400 tokens where 200 are allowed");
  });

  it("is inconclusive when a gate could not be proven, or when there is none", async () => {
    expect(await check([await prove(broken(() => Promise.reject(new Error("boom"))))])).toMatchObject({
      verdict: "inconclusive",
    });
    expect(await check([])).toMatchObject({ verdict: "inconclusive" });
  });
});

describe("golive health --self-test", () => {
  let house: CliHouse;
  let pool: Client;
  beforeAll(async () => {
    house = await openHouse();
    pool = new Client({ connectionString: house.database.adminUrl });
    await pool.connect();
  });
  afterAll(async () => {
    await pool.end();
    await house.stop();
  });

  it("has fixtures for exactly the built checks", () => {
    expect(Object.keys(SELF_TESTS).sort()).toEqual(Object.keys(BUILT_CHECKS).sort());
  });

  it("proves every built gate as the bot's own role, keeps the proofs, and leaves nothing else", async () => {
    const said = await house.golive(["health", "--self-test", "--json"]);
    const { gates, ok } = JSON.parse(said.out);
    for (const gate of gates) expect([gate.id, gate.standing, gate.problems]).toEqual([gate.id, "proven", []]);
    expect({ code: said.code, ok, gates: gates.length }).toEqual({
      code: 0,
      ok: true,
      gates: Object.keys(BUILT_CHECKS).length,
    });
    const kept = await pool.query("SELECT gate, verdicts FROM golive.self_test ORDER BY id");
    expect(kept.rows.map(({ gate }) => gate)).toEqual(gates.map(({ id }: { id: string }) => id));
    for (const { verdicts } of kept.rows) {
      expect(verdicts.at(-1)).toBe("pass");
      // Inconclusive is for what is not shown; each gate fails on something too.
      expect(verdicts.slice(0, -1).every((each: string) => ["fail", "inconclusive"].includes(each))).toBe(true);
      expect(verdicts).toContain("fail");
    }
    expect((await pool.query("SELECT 1 FROM golive.backup")).rowCount).toBe(0);
  });

  it("is shown beside the gate from then on, as long as it is of the present version", async () => {
    const words = async (gate: string) => (await house.golive(["health", "--gate", gate])).out.replaceAll(/\s+/g, " ");
    expect(await words("token-budget")).toContain("· proven to fail less than a minute ago");
    await pool.query(
      "INSERT INTO golive.self_test (service, gate, version, standing, verdicts, evidence) VALUES ('support-docs', 'token-budget', 0, 'proven', '{}', '{}'), ('support-docs', 'environment', 3, 'unproven', '{}', '{}')",
    );
    expect(await words("token-budget")).toContain("· never proven to fail in this version");
    expect(await words("environment")).toContain("· not to be trusted: its self-test failed less than a minute ago");
    const json = await house.golive(["health", "--gate", "environment", "--json"]);
    expect(JSON.parse(json.out).gates[0].self_test).toMatchObject({ standing: "unproven", version: 3 });
  });

  it("tells people what each gate fails on and passes with", async () => {
    const said = await house.golive(["health", "--self-test", "--gate", "token-budget", "--gate", "environment"]);
    expect(said.code).toBe(0);
    const words = said.out.replaceAll(/\s+/g, " ");
    expect(words).toContain("Fails on one chunk of 400 tokens where 200 are allowed; on chunks that fit alone and not");
    expect(words).toContain("Passes with chunks that fit alone and together.");
    expect(words).toContain("2 of 2 gates proven.");
    expect(said.err).toMatch(/^environment: proven, 6 fixtures$/m);
  });

  it("refuses --run: the fixtures are its own", async () => {
    expect(await house.golive(["health", "--self-test", "--run", "run-2"])).toMatchObject({ code: 2, out: "" });
  });

  it("exits 3 when the store can't hold the fixtures", async () => {
    const admin = new Client({ connectionString: house.rag.adminUrl });
    await admin.connect();
    await admin.query(`REVOKE CREATE ON DATABASE ${house.rag.name} FROM golive_app`);
    await admin.end();
    const said = await house.golive(["health", "--self-test", "--gate", "token-budget"]);
    expect(said.code).toBe(3);
    expect(said.out.replaceAll(/\s+/g, " ")).toContain("permission denied for database");
  });
});
