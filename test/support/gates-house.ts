import { join } from "node:path";
import { Pool } from "pg";
import type { LocalBedrock } from "#sandbox/bedrock/start";
import { putConfig } from "#sandbox/rag/rag-store";
import { defaultServiceConfig, serviceEnvironment } from "#sandbox/rag/service-defaults";
import type { LocalRagService } from "#sandbox/rag-service/start";
import { composeBackups } from "#src/compose-backups";
import { composeChecks } from "#src/compose-checks";
import { composeModels } from "#src/compose-models";
import { type Config, loadConfig } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import { listServices } from "#src/config/to-policy";
import type { GateSubject } from "#src/gates/gate";
import { runGate } from "#src/gates/run-gate";
import { createLog } from "#src/log";
import { createRagService } from "#src/rag/service-http";
import { createRagStore } from "#src/rag/store-postgres";
import type { CheckResult } from "#src/release/events";
import { newService } from "#src/release/evolve-service";
import { createResources } from "#src/resources/read-resources";
import { saveSample } from "#src/resources/sample-rows";
import type { Releasers } from "#test/sandbox/bolt-app";
import { namedVariables, paced } from "#test/support/named";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";
import { createRagHouse } from "#test/support/rag-house";
import { startServiceBehind } from "#test/support/rag-service-house";

/** Every gate as production composes it, over an ingested store, a RAG service and a local Bedrock that can be disturbed. */
export type GatesHouse = {
  readonly config: Config;
  readonly service: ServiceConfig;
  readonly rag: TestDatabase;
  readonly database: TestDatabase;
  readonly pool: Pool;
  readonly bedrock: LocalBedrock;
  readonly ragService: LocalRagService;
  readonly checks: ReturnType<typeof composeChecks>;
  /** run-1 with v1 is live, run-2 with v2 the candidate. */
  subject(changes?: Partial<GateSubject>): Promise<GateSubject>;
  run(gate: string, changes?: Partial<GateSubject>): Promise<CheckResult>;
};

/** `change`: another configuration than the shipped one at the sandbox's pace. */
export async function openGatesHouse(
  releasers: Releasers,
  change: (config: Config) => void = () => undefined,
): Promise<GatesHouse> {
  const loaded = await loadConfig(join(import.meta.dirname, "../../configs"));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const config = paced(loaded.config);
  change(config);
  const [service] = listServices(config);
  if (service === undefined) throw new Error("golive.yaml has no service");
  const [database, rag] = await Promise.all([createTestDatabase(), createRagHouse()]);
  releasers.push(database.drop, rag.drop);
  // Another configuration than v1, within the bars that golive.yaml states.
  const { retrieval, ...rest } = defaultServiceConfig();
  await putConfig(rag.adminUrl, "v2", { ...rest, retrieval: { ...retrieval, per_document_cap: 3 } });
  const pool = new Pool({ connectionString: database.appUrl });
  releasers.push(() => pool.end());
  const store = createRagStore({ service, connectionString: rag.appUrl });
  releasers.push(() => store.close());
  const { bedrock, ragService } = await startServiceBehind(releasers, rag);
  const places = { url: ragService.url, bedrock: bedrock.url };
  const access = namedVariables(config, {
    store: rag.appUrl,
    service: ragService.url,
    bedrock: bedrock.url,
  }).modelAccess;
  const log = createLog({ level: "silent", secrets: [] });
  const models = composeModels({ config, pool, databaseUrl: database.appUrl, access, log });
  releasers.push(() => models.close());
  const resources = createResources(pool, null);
  const governed = {
    service,
    store,
    connectionString: rag.appUrl,
    ragService: createRagService({ url: ragService.url, token: null, timeoutMs: 20_000 }),
  };
  const variables = serviceEnvironment(rag.appUrl, places);
  const backups = await composeBackups({ config, pool, variables, governed: () => governed, log });
  const checks = composeChecks({
    now: Date.now,
    config,
    pool,
    variables,
    governed: () => governed,
    backups,
    serviceState: async () => newService(service.id),
    models,
    resources: {
      // Nobody serves in a test of gates: somebody who does, and is well.
      samples: async () => {
        await saveSample(pool, "test", "bot", { observedMs: 60_000, eventLoopLagMs: 3, rssBytes: 1e8, cpuShare: 0.1 });
        return resources.samples();
      },
      depths: () => resources.depths(),
      models: () => resources.models(),
    },
    log,
  });
  const subject: GatesHouse["subject"] = async (changes = {}) => ({
    ...(await checks.surroundingsOf(service.id)),
    candidate: { run: "run-2", config: "v2" },
    active: { run: "run-1", config: "v1" },
    frozenManifest: null,
    ...changes,
  });
  return {
    config,
    service,
    rag,
    database,
    pool,
    bedrock,
    ragService,
    checks,
    subject,
    async run(id, changes) {
      const gate = checks.gates.get(id);
      if (gate === undefined) throw new Error(`no gate ${id}`);
      return runGate(gate, await subject(changes), AbortSignal.timeout(60_000));
    },
  };
}
