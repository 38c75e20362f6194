import { poolFileName } from "#src/evaluation/few-shot/pool-name";
import { collectDatasets } from "#src/manifest/collect-datasets";

/**
 * The file that holds the pool of these bytes: one beside the configured file, named after them, where it really has them; else the configured
 * file. So a configuration version finds its own pool, also the one before it that a rollback returns to.
 */
export async function findPool(configured: string, sha256: string | null, signal?: AbortSignal): Promise<string> {
  if (sha256 === null) return configured;
  const beside = poolFileName(configured, sha256);
  const [found] = await collectDatasets([{ id: "pool", file: beside }], signal);
  return found?.sha256 === sha256 ? beside : configured;
}
