import { createHash } from "node:crypto";
import { compareIds } from "#src/evaluation/few-shot/compare-ids";

/** An order among equals that is as good as any and favours no name: by SHA-256 of seed and id. The same for the same seed. */
export function byLot(seed: number): (a: string, b: string) => number {
  const lots = new Map<string, string>();
  const lotOf = (id: string): string => {
    const lot = lots.get(id) ?? createHash("sha256").update(`${seed}\n${id}`).digest("hex");
    lots.set(id, lot);
    return lot;
  };
  return (a, b) => compareIds(lotOf(a), lotOf(b)) || compareIds(a, b);
}
