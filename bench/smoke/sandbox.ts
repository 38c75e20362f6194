// The local Bedrock and the RAG service in a process of their own: what they do is not Golive's.
import { z } from "zod";
import { startBedrock } from "#sandbox/bedrock/start";
import { SERVICE_VARIABLES } from "#sandbox/rag/service-defaults";
import { startRagService } from "#sandbox/rag-service/start";

const order = z
  .object({ storeUrl: z.string(), latencyMs: z.number() })
  .parse(JSON.parse(process.env.BENCH_ORDER ?? "{}"));
const bedrock = await startBedrock({ latencyMs: order.latencyMs });
const service = await startRagService({
  storeUrl: order.storeUrl,
  service: "support-docs",
  bedrock: { endpoint: bedrock.url, region: bedrock.region },
  variables: SERVICE_VARIABLES,
  source: { commit: "0123456789abcdef0123456789abcdef01234567", branch: "main" },
});
process.send?.({ bedrock: bedrock.url, service: service.url });
process.once("disconnect", () => void service.stop().then(() => bedrock.stop()));
