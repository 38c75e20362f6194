import { basename, resolve } from "node:path";
import type { FewShotRefreshConfig } from "#src/config/few-shot-config";
import type { ServiceConfig } from "#src/config/service-config";
import { findPool } from "#src/evaluation/few-shot/work/find-pool";
import { type Candidates, readCandidates } from "#src/evaluation/few-shot/work/read-candidates";
import type { Example } from "#src/evaluation/leakage/example";
import { readExamples } from "#src/evaluation/results/read-examples";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { readGold } from "#src/evaluation/run/gold-file";
import type { AskedQuestion } from "#src/operations/few-shot/choose-anew";

/** What a refresh reads from files. `pool`: the live one's entries; a sentence where it can't be read. */
export type RefreshMaterial = {
  readonly candidates: Candidates;
  readonly gold: readonly AskedQuestion[];
  readonly evaluation: readonly Example[];
  readonly goldSha256: readonly string[];
  readonly poolFile: string;
  readonly pool: readonly Example[] | string;
};

/** Reads candidates, every dataset and the live pool. Throws `ResultFileError` that names the file. */
export async function readMaterial(
  directory: string,
  service: Pick<ServiceConfig, "datasets" | "few_shot_pool">,
  refresh: FewShotRefreshConfig,
  poolSha256: string | null,
): Promise<RefreshMaterial> {
  const candidates = await of("candidates", refresh.candidates, () =>
    readCandidates(resolve(directory, refresh.candidates)),
  );
  const [gold, evaluation, goldSha256] = [[] as AskedQuestion[], [] as Example[], [] as string[]];
  for (const { id: dataset, file } of service.datasets) {
    const path = resolve(directory, file);
    // Ids are unique within a dataset only.
    const named = (id: string) => (service.datasets.length === 1 ? id : `${dataset}/${id}`);
    const { sha256, questions } = await of("dataset", file, () => readGold(path));
    const cases = await of("dataset", file, () => readExamples(path, "evaluation"));
    goldSha256.push(sha256);
    gold.push(
      ...questions.map(({ id, question, answerable, tags }) => ({ id: named(id), question, answerable, tags })),
    );
    evaluation.push(...cases.map((each) => ({ ...each, id: named(each.id) })));
  }
  const configured = resolve(directory, service.few_shot_pool ?? "few_shot_pool.jsonl");
  return {
    candidates,
    gold,
    evaluation,
    goldSha256,
    poolFile: basename(configured),
    pool: await livePool(service.few_shot_pool === undefined ? null : configured, poolSha256),
  };
}

async function livePool(configured: string | null, sha256: string | null): Promise<readonly Example[] | string> {
  if (configured === null) return "golive.yaml names no few_shot_pool";
  try {
    return await readExamples(await findPool(configured, sha256), "pool");
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    return error.message;
  }
}

async function of<T>(what: string, file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    throw new ResultFileError(error.code, `${what} ${file}: ${error.message}`, null, { cause: error });
  }
}
