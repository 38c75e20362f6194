import type { CheckId } from "#src/release/checklist";

const BUILT = {
  environment: { mayBeWaivable: true },
  database: { mayBeWaivable: true },
  "index-presence": { mayBeWaivable: true },
  "token-budget": { mayBeWaivable: true },
  "prefix-leakage": { mayBeWaivable: true },
  "config-hash": { mayBeWaivable: true },
  "model-versions": { mayBeWaivable: true },
  "rerank-settings": { mayBeWaivable: true, mayNotApply: true },
  models: { mayBeWaivable: true },
  determinism: { mayBeWaivable: true },
  "prompt-audit": { mayBeWaivable: true },
  concurrency: { mayBeWaivable: true },
  "resource-monitoring": { mayBeWaivable: true },
  "health-self-test": { mayBeWaivable: true },
  "few-shot-leakage": { mayBeWaivable: true, mayNotApply: true },
  "evaluation-floors": { mayBeWaivable: true, mayNotApply: true },
  "evaluation-baseline": { mayBeWaivable: true, mayNotApply: true },
  "candidate-run": { mayBeWaivable: false },
  "previous-run-intact": { mayBeWaivable: false },
  manifest: { mayBeWaivable: false },
  backup: { mayBeWaivable: false },
  "chunks-backup": { mayBeWaivable: false },
  "backup-rehearsal": { mayBeWaivable: true },
  "rollback-rehearsal": { mayBeWaivable: true },
} as const;

/** The checks that exist, by name: what has to have an entry for each of them says so in its type. */
export type BuiltCheckId = keyof typeof BUILT;

/**
 * The checks that exist. `mayBeWaivable`: whether a policy may make it waivable; those that never are, are what a rollback and the
 * audit trail rest on: a release that went live without them could be neither undone nor explained, so no waiver opens them.
 * `mayNotApply`: whether a service may declare that it doesn't apply, which the data can contradict.
 */
export const BUILT_CHECKS: Readonly<Record<CheckId, { readonly mayBeWaivable: boolean; readonly mayNotApply?: true }>> =
  BUILT;
