import { type LocalBedrock, startBedrock } from "#sandbox/bedrock/start";
import { type LocalRagService, type RagServiceOptions, startRagService } from "#sandbox/rag-service/start";
import type { TestDatabase } from "#test/support/postgres";
import { createRagHouse } from "#test/support/rag-house";

export type RagServiceHouse = {
  readonly rag: TestDatabase;
  readonly bedrock: LocalBedrock;
  readonly service: LocalRagService;
  stop(): Promise<void>;
};

/** The sandbox's RAG service over a store of its own (run-1 with v1 is live, run-2 and v2 are there) and its reader. */
export async function openRagServiceHouse(options: Partial<RagServiceOptions> = {}): Promise<RagServiceHouse> {
  const rag = await createRagHouse();
  const bedrock = await startBedrock({ latencyMs: 0 });
  const service = await startRagService({
    storeUrl: rag.appUrl,
    service: "support-docs",
    bedrock: { endpoint: bedrock.url, region: bedrock.region },
    ...options,
  });
  return {
    rag,
    bedrock,
    service,
    async stop() {
      await service.stop();
      await bedrock.stop();
      await rag.drop();
    },
  };
}
