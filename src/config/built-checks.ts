import type { CheckId } from "#src/release/checklist";

/**
 * The checks that exist, and whether a policy may make them waivable. The last four are what a rollback and the audit
 * trail rest on: a release that went live without them could be neither undone nor explained, so no waiver opens them.
 */
export const BUILT_CHECKS: Readonly<Record<CheckId, { readonly mayBeWaivable: boolean }>> = {
  environment: { mayBeWaivable: true },
  database: { mayBeWaivable: true },
  "index-presence": { mayBeWaivable: true },
  "token-budget": { mayBeWaivable: true },
  "prefix-leakage": { mayBeWaivable: true },
  "candidate-run": { mayBeWaivable: false },
  "previous-run-intact": { mayBeWaivable: false },
  manifest: { mayBeWaivable: false },
  backup: { mayBeWaivable: false },
};
