import type { LeakageReport } from "#src/evaluation/leakage/check-leakage";
import { REVIEW_RULES, RULES } from "#src/evaluation/leakage/example";
import { digestOf } from "#src/release/hash";

/** Where a choice of examples comes from: enough to make it again and to compare. */
export type Provenance = {
  /** Name and version of what chose. */
  readonly selector: string;
  readonly seed: number;
  readonly k: number;
  readonly embedder: { readonly model: string; readonly dimension: number } | null;
  readonly pool_sha256: string;
  readonly ids: readonly string[];
  readonly floor: number;
  /** SHA-256 over the guard's rules and everything it said of this pool. */
  readonly guard_sha256: string;
};

/** The guard's report as one digest: another finding, or another rule, is another digest. */
export const guardDigest = ({ blocked, review, notRun }: LeakageReport): string =>
  digestOf({ rules: RULES, review_rules: REVIEW_RULES, blocked, review, not_run: notRun });
