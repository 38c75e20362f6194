import { resolve } from "node:path";
import type { Pool } from "pg";
import type { Governed } from "#src/compose-manifests";
import type { Models } from "#src/compose-models";
import type { Config } from "#src/config/load-config";
import { createEmbedTexts } from "#src/models/kept-embeddings";
import { createFewShotRunner } from "#src/operations/few-shot/work/few-shot-runner";
import { createKeptPools, type KeptPools } from "#src/operations/few-shot/work/kept-pools";
import { pathsOf } from "#src/operations/few-shot/work/read-live";
import { shipPool } from "#src/operations/few-shot/work/ship-pool";
import type { OperationRunner } from "#src/operations/operation";
import type { ProposalState } from "#src/operations/proposals/state";
import type { ProposalUseCases } from "#src/operations/use-cases";

type Deps = {
  readonly config: Config;
  readonly pool: Pool;
  readonly governed: (service: string) => Governed;
  readonly models: Models;
};

/** Examples in prompts: who chooses them anew, and the pools that were proposed. */
export function composeFewShot({ config, pool, governed, models }: Deps): {
  readonly pools: KeptPools;
  readonly runner: (proposals: Pick<ProposalUseCases, "propose" | "proposal">) => OperationRunner;
  /** What an accepted proposal needs in place before its version is written; a sentence where it can't be had. */
  readonly prepare: (proposal: ProposalState) => Promise<string | null>;
} {
  const pools = createKeptPools(pool);
  const embed = createEmbedTexts({
    database: pool,
    models: models.evaluation,
    atOnce: config.golive.models.limits.workers,
  });
  return {
    pools,
    runner: (proposals) => createFewShotRunner({ directory: config.dir, governed, embed, pools, proposals }),
    async prepare({ kind, service: id, changes }) {
      if (kind !== "few-shot-refresh") return null;
      const { service } = governed(id);
      const path = pathsOf(service.configuration_facts)?.pool;
      const sha256 = changes.find((change) => change.path === path)?.to;
      if (typeof sha256 !== "string") return null;
      if (service.few_shot_pool === undefined) {
        return "golive.yaml names no few_shot_pool beside which the new one could be written.";
      }
      const shipped = await shipPool(pools, resolve(config.dir, service.few_shot_pool), sha256);
      return shipped.ok ? null : shipped.says;
    },
  };
}
