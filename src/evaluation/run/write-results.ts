import { groupMetrics } from "#src/evaluation/metrics/aggregate";
import type { WriteText } from "#src/evaluation/results/write-scored";
import { caseOracle } from "#src/evaluation/run/case-oracle";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { RunSummary } from "#src/evaluation/run/summarize-run";

/**
 * Writes a run as a file of results in RAGChecker's nested layout, one case in a line, never in memory as a whole: `results` are the
 * answerable cases, the first time that each was asked, so that scoring the file gives the run's own means. Negatives and
 * repeats stand beside them (`negatives`, `repeats`), and `run` says what was asked of whom.
 */
export async function writeResults(
  run: RunRecord,
  summary: RunSummary,
  cases: () => AsyncIterable<CaseRecord>,
  write: WriteText,
): Promise<void> {
  await write(`{"run": ${JSON.stringify(runHeader(run))}`);
  const parts = {
    results: ({ repeat, gold }: CaseRecord) => repeat === 0 && gold.answerable,
    negatives: ({ repeat, gold }: CaseRecord) => repeat === 0 && !gold.answerable,
    repeats: ({ repeat }: CaseRecord) => repeat > 0,
  };
  for (const [name, belongs] of Object.entries(parts)) {
    await write(`,\n"${name}": [`);
    let written = 0;
    for await (const each of cases()) {
      if (!belongs(each) || each.verdict === null) continue;
      await write(`${written === 0 ? "\n" : ",\n"}${JSON.stringify(resultOf(run, each))}`);
      written++;
    }
    await write(written === 0 ? "]" : "\n]");
  }
  await write(`,\n"metrics": ${JSON.stringify(groupMetrics(summary.means), null, 2)}}\n`);
}

export function runHeader({ id, plan, state, reason, counts, startedAt, endedAt }: RunRecord): object {
  const { service, pair, manifest, gold, sample, repeat, repeated, stable, epoch } = plan;
  return {
    id,
    service,
    run_id: pair.run,
    config_version: pair.config,
    manifest,
    state,
    reason,
    counts,
    gold,
    sample,
    repeat,
    repeated: repeated.length,
    stable,
    epoch: {
      id: epoch.id,
      judge: epoch.judge,
      prompts: epoch.prompts,
      checking: epoch.checking,
      claims_per_request: epoch.claimsPerRequest,
      labels_per_request: epoch.labelsPerRequest,
      sampling: epoch.sampling,
    },
    started_at: new Date(startedAt).toISOString(),
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
  };
}

/** A case under RAGChecker's names, with what Golive knows besides. Matrices are null where there is no grade. */
function resultOf({ plan }: RunRecord, each: CaseRecord): object {
  const { gold, repeat, reply, verdict } = each;
  const answer = reply?.answer ?? null;
  const judgement = verdict?.judgement ?? null;
  const { reason = null, outcome = null } = verdict ?? {};
  return {
    query_id: gold.id,
    query: gold.question,
    gt_answer: gold.answer,
    response: answer?.answer ?? null,
    retrieved_context: (answer?.context ?? []).map(({ chunk_id, document, text }) => ({
      doc_id: chunk_id,
      document,
      text,
    })),
    response_claims: verdict?.claims?.response ?? null,
    gt_answer_claims: verdict?.claims?.gold ?? null,
    answer2response: judgement?.answer2response ?? null,
    response2answer: judgement?.response2answer ?? null,
    retrieved2response: judgement?.retrieved2response ?? null,
    retrieved2answer: judgement?.retrieved2answer ?? null,
    judge: {
      status: judgement === null ? "ungraded" : "graded",
      outcome,
      code: reason?.code ?? null,
      reason: reason?.sentence ?? null,
    },
    oracle: caseOracle(each, plan.pair.run),
    refused: verdict?.refused ?? null,
    repeat,
    expected_files: gold.expectedFiles,
    tags: gold.tags,
    mode: gold.mode,
    latency_ms: reply?.latencyMs ?? null,
    censored: reply?.censored ?? null,
    snapshot: answer?.snapshot ?? null,
    candidates: answer?.candidates ?? null,
    citations: answer?.citations ?? null,
    timings: answer?.timings ?? null,
    tool_calls: answer?.tool_calls ?? null,
    prompt_audit: answer?.prompt_audit ?? null,
    config_hash: answer?.config_hash ?? null,
    cache: answer?.cache ?? null,
    trace_id: answer?.trace_id ?? null,
    manifest: plan.manifest,
    metrics: verdict?.metrics ?? null,
  };
}
