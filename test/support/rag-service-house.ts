import { type LocalBedrock, startBedrock } from "#sandbox/bedrock/start";
import { SERVICE_VARIABLES } from "#sandbox/rag/service-defaults";
import { type LocalRagService, type RagServiceOptions, startRagService } from "#sandbox/rag-service/start";
import type { Releasers } from "#test/sandbox/bolt-app";
import type { TestDatabase } from "#test/support/postgres";
import { createRagHouse } from "#test/support/rag-house";

/** The models and a RAG service over this store, as long as the test runs. */
export async function startServiceBehind(
  releasers: Releasers,
  rag: Pick<TestDatabase, "appUrl">,
  options: Partial<RagServiceOptions> = {},
): Promise<{ readonly bedrock: LocalBedrock; readonly ragService: LocalRagService }> {
  const bedrock = await startBedrock({ latencyMs: 0 });
  releasers.push(() => bedrock.stop());
  const ragService = await startRagService({
    storeUrl: rag.appUrl,
    service: "support-docs",
    bedrock: { endpoint: bedrock.url, region: bedrock.region },
    variables: SERVICE_VARIABLES,
    source: { commit: "0123456789abcdef0123456789abcdef01234567", branch: "main" },
    ...options,
  });
  releasers.push(() => ragService.stop());
  return { bedrock, ragService };
}

/** The same with a store of its own: run-1 with v1 is live, run-2 and v2 are there. */
export async function openRagServiceHouse(releasers: Releasers, options: Partial<RagServiceOptions> = {}) {
  const rag = await createRagHouse();
  releasers.push(rag.drop);
  return { rag, ...(await startServiceBehind(releasers, rag, options)) };
}
