import { resolve } from "node:path";
import type { ServiceConfig } from "#src/config/service-config";
import { findPool } from "#src/evaluation/few-shot/work/find-pool";
import type { Example } from "#src/evaluation/leakage/example";
import { readExamples } from "#src/evaluation/results/read-examples";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { collectDatasets } from "#src/manifest/collect-datasets";

/** A file's entries with the SHA-256 of its bytes, or the sentence why there are none to compare. */
export type ReadFile = { readonly sha256: string; readonly examples: readonly Example[] } | { readonly unread: string };

/** What the leakage guard compares. `pool` null: golive.yaml names none. */
export type FewShotMaterial = {
  readonly pool: ReadFile | null;
  readonly datasets: readonly (ReadFile & { readonly id: string })[];
};

/** `poolSha256`: of the pool that the candidate's configuration names; null: it names none. */
export type ReadMaterial = (
  service: ServiceConfig,
  poolSha256: string | null,
  signal: AbortSignal,
) => Promise<FewShotMaterial>;

/** Reads pool and datasets of a service where golive.yaml names them, relative to `directory`; the pool, where one of these bytes lies beside. */
export const readMaterialFrom =
  (directory: string): ReadMaterial =>
  async ({ few_shot_pool: pool, datasets }, poolSha256, signal) => ({
    pool:
      pool === undefined
        ? null
        : await read(await findPool(resolve(directory, pool), poolSha256, signal), "pool", signal),
    datasets: await Promise.all(
      datasets.map(async ({ id, file }) => ({ id, ...(await read(resolve(directory, file), "evaluation", signal)) })),
    ),
  });

async function read(file: string, role: "pool" | "evaluation", signal: AbortSignal): Promise<ReadFile> {
  const [fact] = await collectDatasets([{ id: role, file }], signal);
  const sha256 = fact?.sha256 ?? null;
  if (sha256 === null) return { unread: "its file can't be read" };
  try {
    return { sha256, examples: await readExamples(file, role) };
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    return { unread: error.message };
  }
}
