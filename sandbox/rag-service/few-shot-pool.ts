import { readFileSync } from "node:fs";
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

/** The pool of the demo's corpus. None of its questions is in gold.jsonl. */
export const FEW_SHOT_POOL = readPool(join(import.meta.dirname, "../corpus/few_shot_pool.jsonl"));

/** The examples of these ids, in this order. Throws for an id that the pool hasn't. */
export function pickExamples(pool: FewShotPool, ids: readonly string[]): readonly Example[] {
  return ids.map((id) => {
    const found = pool.examples.find((example) => example.id === id);
    if (found === undefined) throw new Error(`the few-shot pool has no example ${id}`);
    return found;
  });
}
