import type { Pool } from "pg";
import type { Config } from "#src/config/load-config";
import type { ModelAccess } from "#src/config/named-variables";
import type { Log } from "#src/log";
import { createBedrock } from "#src/models/bedrock";
import type { ModelLimiter } from "#src/models/limiter";
import { createModelLimiter } from "#src/models/limiter-postgres";
import type { ModelClient } from "#src/models/model-call";
import { createModelClient } from "#src/models/model-client";
import { createPromptAudit } from "#src/models/prompt-audit";

/** The ways to a model. Both clients share the limit with every other process, and leave a row in the prompt audit. */
export type Models = {
  readonly limiter: ModelLimiter;
  /** For what is no evaluation: asking whether a model answers at all. */
  readonly plain: ModelClient;
  /** Held to deterministic_evaluation.env: refuses whatever would make an evaluation unrepeatable. */
  readonly evaluation: ModelClient;
  close(): Promise<void>;
};

export function composeModels(options: {
  readonly config: Config;
  readonly pool: Pool;
  /** Golive's own database, for the connection that hears of freed places. */
  readonly databaseUrl: string;
  readonly access: ModelAccess;
  readonly log: Log;
}): Models {
  const { config, pool, databaseUrl, access, log } = options;
  const { limits } = config.golive.models;
  const { region, endpoint } = access;
  const bedrock = createBedrock({ region, ...(endpoint === null ? {} : { endpoint }) });
  const limiter = createModelLimiter({
    pool,
    listenUrl: databaseUrl,
    limits: { maxInFlight: limits.max_in_flight, perSecond: limits.per_second, workers: limits.workers },
    onError: (error) => log.warn({ err: error }, "the shared limit of model calls"),
  });
  const deps = {
    bedrock,
    limiter,
    audit: createPromptAudit(pool),
    limits: {
      callTimeoutMs: limits.call_timeout_s * 1_000,
      firstTextTimeoutMs: limits.first_text_timeout_s * 1_000,
      retries: limits.retries,
      retryBudgetMs: limits.retry_budget_s * 1_000,
    },
  };
  return {
    limiter,
    plain: createModelClient({ ...deps, determinism: null }),
    evaluation: createModelClient({ ...deps, determinism: config.determinism }),
    async close() {
      await limiter.close();
      bedrock.close();
    },
  };
}
