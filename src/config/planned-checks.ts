import type { CheckId } from "#src/release/checklist";

/**
 * Checks that don't exist yet: id → what each will prove. Lines of the checklist may be bound to them; they are shown as
 * "not built yet", are never green and never block. Building one means moving its id to `built-checks.ts`.
 */
export const PLANNED_CHECKS: Readonly<Record<CheckId, string>> = {
  "restore-script": "a restore script that plain psql can run was generated and run into a scratch schema",

  "smoke-ops-health": "the nightly run passes all health gates",
  "smoke-db-workflows": "the nightly run ingests, indexes, finds and deletes a document in a scratch run",
  "smoke-rag-qa": "the nightly run answers a fixed sample of gold cases as well as the last green one",
  "smoke-meta-ops": "the nightly run reproduces known verdicts and verifies the audit chain",
  "smoke-negatives": "the nightly run sees unanswerable questions refused and hostile input handled",
  "weekly-evaluation": "all gold cases were evaluated this week and each failing metric has a cause",
  "sop-cards": "each cause of a failing metric has a procedure, posted with this run's numbers",
  "config-nudges": "proposed weights and caps come from a cross-validated search and were accepted by approvers",
  "chunk-overrides": "proposed chunk sizes per domain were measured and accepted by approvers",
  "few-shot-knn": "the same question selects the same few-shot examples",
  "few-shot-guard": "no evaluation item enters the few-shot pool when it is refreshed, nor a selection from it",
  "few-shot-rotation": "the few-shot pool was refreshed and stays above its quality floor",

  "slo-oracle-prefilter": "over 28 days gold evidence is retrieved for at least 85 % of the cases",
  "slo-reader-used-gold": "over 28 days at least 70 % of the answers rest on gold evidence",
  "slo-dev-set": "performance on the development set is not worse than at the go-live",
  "slo-hard-timeouts": "no hard timeout in the evaluation path over 28 days",
  "slo-tool-retries": "fewer than 1 % of tool calls were retried over 28 days",
  "slo-degradation": "under overload the share of answered requests and their latency stay within bounds",
  "slo-latency": "end-to-end p95 latency over 28 days is at most 15 % above the baseline",
  "slo-embeddings": "an embedding takes at most 35 ms on an accelerator, 65 ms on a CPU",
  "slo-throughput": "in busy hours the share of answered requests is at most 1 point below the baseline",
  "slo-audited-runs": "every run has a prompt audit and a manifest",
  "slo-few-shot-leakage": "no evaluation item stood in the few-shot pool over 28 days",
  "slo-audit-trail": "every operation is in the journal and the chain verifies",

  "checks-completed": "every line of phase `before` is decided and green, with none left that is not built",
  "canary-ready": "the canary monitor has its baseline, its traffic and its alerts before the cutover",
  "alert-thresholds": "each alert fired on a fixture made to breach its threshold",
};
