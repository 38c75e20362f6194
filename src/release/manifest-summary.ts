import type { CheckId } from "#src/release/checklist";

/** What people read of a frozen manifest in a few lines. Null: nobody knows, and `missing` says so. */
export type ManifestSummary = {
  readonly hash: string;
  readonly run: string | null;
  readonly chunks: number | null;
  /** The configuration version, and its CONFIG_HASH. */
  readonly config: string | null;
  readonly configHash: string | null;
  /** The models by role, as the configuration names them. */
  readonly models: readonly { readonly role: string; readonly asked: string | null }[];
  /** The service's code. */
  readonly commit: string | null;
  readonly branch: string | null;
  readonly datasets: readonly { readonly id: string; readonly cases: number | null }[];
  /** How many bars are locked in it: quality gates and thresholds of checks. */
  readonly thresholds: number;
  /** What is missing or only stands in for a value, a sentence each; empty for a complete manifest. */
  readonly missing: readonly string[];
};

/** One difference between two manifests in words, and the checks that look at what differs. */
export type ManifestDifference = { readonly text: string; readonly checks: readonly CheckId[] };
