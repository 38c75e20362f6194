import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { sha256 } from "#sandbox/rag-service/hash";

const exampleSchema = z.object({ id: z.string().min(1), query: z.string().min(1), gt_answer: z.string().min(1) });
export type Example = z.infer<typeof exampleSchema>;

export type FewShotPool = {
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  readonly examples: readonly Example[];
};

/** Reads a pool of examples, one JSON object per line. */
function readPool(file: string): FewShotPool {
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return { sha256: sha256(text), examples: lines.map((line) => exampleSchema.parse(JSON.parse(line))) };
}

const CORPUS = join(import.meta.dirname, "../corpus");

/** The pool of the demo's corpus. None of its questions is in gold.jsonl. */
export const FEW_SHOT_POOL = readPool(join(CORPUS, "few_shot_pool.jsonl"));

/** Pools by the SHA-256 of their bytes, whatever their files are called. */
export type FewShotPools = (sha256: string) => FewShotPool | null;

const known = new Map<string, FewShotPool>([[FEW_SHOT_POOL.sha256, FEW_SHOT_POOL]]);

/**
 * Finds pools in the corpus and in `folder`, where new ones are shipped to while the service runs. What was found stays found: a version that
 * answers goes on answering when somebody tidies up. A file that is no pool is none.
 */
export const createPools =
  (folder: string | null): FewShotPools =>
  (wanted) => {
    const found = known.get(wanted);
    if (found !== undefined || folder === null) return found ?? null;
    for (const name of readdirSync(folder)) {
      if (!/^few_shot_pool.*\.jsonl$/.test(name)) continue;
      try {
        const pool = readPool(join(folder, name));
        known.set(pool.sha256, pool);
      } catch (error) {
        if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error;
      }
    }
    return known.get(wanted) ?? null;
  };

/** The examples of these ids, in this order. Throws for an id that the pool hasn't. */
export function pickExamples(pool: FewShotPool, ids: readonly string[]): readonly Example[] {
  return ids.map((id) => {
    const found = pool.examples.find((example) => example.id === id);
    if (found === undefined) throw new Error(`the few-shot pool has no example ${id}`);
    return found;
  });
}
