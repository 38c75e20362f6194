import { Pool } from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { composeModels } from "#src/compose-models";
import { composeProbes } from "#src/compose-probes";
import { listServices } from "#src/config/to-policy";
import { evaluatorEpoch } from "#src/evaluation/judge/evaluator-epoch";
import { createLog } from "#src/log";
import { evaluationSampling } from "#src/models/enforce-determinism";
import { createRagService } from "#src/rag/service-http";
import { createRagStore } from "#src/rag/store-postgres";
import { NOW, type Stored, watch } from "#test/canary-probes/probe-house";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { shippedConfig } from "#test/support/bot";
import { namedVariables, paced } from "#test/support/named";
import { createTestDatabase } from "#test/support/postgres";
import { openRagServiceHouse } from "#test/support/rag-service-house";

const SERVICE = "support-docs";
const releasers: Releasers = [];
afterEach(() => release(releasers));

/** Probes as production composes them, over the sandbox's RAG service and models: one a minute. */
async function openHouse() {
  const config = paced(await shippedConfig());
  const [service] = listServices(config);
  if (service === undefined) throw new Error("golive.yaml has no service");
  const { rag, bedrock, ragService } = await openRagServiceHouse(releasers);
  const database = await createTestDatabase();
  releasers.push(database.drop);
  const pool = new Pool({ connectionString: database.appUrl });
  releasers.push(() => pool.end());
  const places = { store: rag.appUrl, service: ragService.url, bedrock: bedrock.url };
  const access = namedVariables(config, places).modelAccess;
  const log = createLog({ level: "silent", secrets: [] });
  const models = composeModels({ config, pool, databaseUrl: database.appUrl, access, log });
  releasers.push(() => models.close());
  const store = createRagStore({ service, connectionString: rag.appUrl });
  releasers.push(() => store.close());
  const governed = {
    service,
    store,
    connectionString: rag.appUrl,
    ragService: createRagService({ url: ragService.url, token: null, timeoutMs: 20_000 }),
  };
  let now = NOW;
  const probing = composeProbes({
    config,
    pool,
    governed: () => governed,
    models,
    evaluations: {
      epoch: async (_, checking, signal) =>
        evaluatorEpoch(
          await models.evaluation.resolve(service.models.judge_model, signal),
          checking,
          evaluationSampling(config.determinism),
        ),
    },
    open: async () => [watch({ service: SERVICE })],
    clock: { now: () => now },
    log,
  });
  releasers.push(() => probing.stop());
  probing.start();
  return {
    ragService,
    /** The observations of the next question: a minute later than the last. */
    async next(): Promise<readonly Stored[]> {
      const sql = "SELECT body FROM golive.observation WHERE at = to_timestamp($1::float8 / 1000) ORDER BY arm";
      now += 60_000;
      const rows = async () => (await pool.query<{ body: string }>(sql, [now])).rows;
      await vi.waitFor(async () => expect(await rows()).toHaveLength(2), { timeout: 60_000, interval: 100 });
      return (await rows()).map(({ body }) => JSON.parse(body));
    },
  };
}

describe("probes over the sandbox's RAG service", () => {
  it("come in as pairs with every score, and show what the service does to its answers", async () => {
    const house = await openHouse();
    const [baseline, canary] = await house.next();
    expect([baseline?.arm, canary?.arm]).toEqual(["baseline", "canary"]);
    expect(baseline?.query_id).toBe(canary?.query_id);
    for (const line of [baseline, canary]) {
      expect(line?.error).toBeUndefined();
      expect(Object.values(line?.scores ?? {}).filter((score) => score === null)).toEqual([]);
      expect(line).toMatchObject({ budget_violation: false, prefix_leakage: false });
      expect(line).toHaveProperty("candidates_before_dedup");
    }
    house.ragService.misbehave({ leakPrefix: true, silentClamp: 5 });
    for (const line of await house.next()) expect(line).toMatchObject({ prefix_leakage: true, snapshot_breadth: 5 });
    house.ragService.misbehave({ leakPrefix: false, silentClamp: null, status: 500 });
    for (const line of await house.next()) expect(line).toMatchObject({ error: "http-status 500" });
  });
});
