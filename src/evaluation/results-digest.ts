import { createHash } from "node:crypto";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import { canonicalJson } from "#src/manifest/canonical";

/**
 * SHA-256 over every trial of a run in its order, as RFC 8785 lines: question, answer and verdict. Whatever is changed in what was
 * stored, the digest is another one. A trial at a time is in memory.
 */
export async function resultsDigest(cases: AsyncIterable<CaseRecord>): Promise<string> {
  const hash = createHash("sha256");
  for await (const { place, repeat, gold, reply, verdict } of cases) {
    hash.update(`${canonicalJson({ place, repeat, gold, reply, verdict })}\n`);
  }
  return hash.digest("hex");
}
