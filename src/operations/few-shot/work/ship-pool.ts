import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { poolFileName } from "#src/evaluation/few-shot/pool-name";
import { findPool } from "#src/evaluation/few-shot/work/find-pool";
import { sha256 } from "#src/manifest/canonical";
import { collectDatasets } from "#src/manifest/collect-datasets";
import type { KeptPools } from "#src/operations/few-shot/work/kept-pools";

/** Whether the pool lies where the service's pools are; else what is in the way, in a sentence. */
export type Shipped = { readonly ok: true; readonly file: string } | { readonly ok: false; readonly says: string };

/**
 * Writes a kept pool beside the configured one, under the name that its SHA-256 gives it: all or nothing, and nothing where it lies there
 * already, whoever put it there. The configured file is never touched: what is live still needs it.
 */
export async function shipPool(pools: Pick<KeptPools, "load">, configured: string, wanted: string): Promise<Shipped> {
  const found = await findPool(configured, wanted);
  const [there] = await collectDatasets([{ id: "pool", file: found }]);
  if (there?.sha256 === wanted) return { ok: true, file: found };
  const file = poolFileName(configured, wanted);
  const kept = await pools.load(wanted);
  if (kept === null) {
    return { ok: false, says: `No pool with the SHA-256 ${wanted} is kept here: run golive's few-shot refresh again.` };
  }
  if (sha256(kept.text) !== wanted) throw new Error(`the kept pool ${wanted} has other bytes`);
  const unfinished = `${file}.${randomBytes(4).toString("hex")}.unfinished`;
  try {
    await writeFile(unfinished, kept.text, { flag: "wx" });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return {
      ok: false,
      says: `${basename(file)} could not be written to ${dirname(file)} (${code}). Put it there: golive few-shot pool ${wanted} --out ${file}.`,
    };
  }
  return { ok: true, file };
}
