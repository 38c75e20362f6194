import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ingest } from "#sandbox/rag/ingest";
import { createRagStore } from "#src/rag/store-postgres";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { type GatesHouse, openGatesHouse } from "#test/support/gates-house";
import { corpus } from "#test/support/rag-house";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const releasers: Releasers = [];
let house: GatesHouse;
beforeAll(async () => {
  house = await openGatesHouse(releasers);
});
afterAll(() => release(releasers));

describe("every gate over the shipped configuration, an ingested corpus and the bot's own roles", () => {
  it("passes, two databases apart, and the same again with the same evidence", async () => {
    for (const id of house.checks.gates.keys()) {
      const [one, two] = [await house.run(id), await house.run(id)];
      expect([id, one.verdict, one.summary]).toEqual([id, "pass", one.summary]);
      expect(two.evidenceHash).toBe(one.evidenceHash);
    }
  });

  it.each([
    ["leaked the prefix", "prefix-leakage", { leakPrefix: 3 }],
    ["did not cut", "token-budget", { overLong: 1 }],
    ["lost embeddings", "index-presence", { nullEmbeddings: 2 }],
    ["died half-way", "candidate-run", { stopAfter: 5 }],
  ])("fails an ingestion that %s, in the check %s", async (_what, id, faults) => {
    const run = `faulty-${id}`;
    await ingest({ connectionString: house.rag.adminUrl, run, from: { dir: corpus }, faults });
    expect(await house.run(id, { candidate: { run, config: "v2" } })).toMatchObject({ verdict: "fail" });
  });

  it("recognises what ingestion recorded as its own digest", async () => {
    const store = createRagStore({ service: house.service, connectionString: house.rag.appUrl });
    try {
      const recorded = await store.run("run-2");
      expect(await store.digest("run-2")).toEqual({ chunks: recorded?.chunks, digest: recorded?.digest });
    } finally {
      await store.close();
    }
  });
});
