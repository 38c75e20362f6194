import type { JudgeRequest } from "#src/evaluation/judge/judge-prompts";
import type { CaseVerdict } from "#src/evaluation/run/case-record";
import type { RunLedger } from "#src/evaluation/run/run-ledger";
import type { Epoch } from "#src/evaluation/run/run-record";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { CallAudit, ModelClient, Priority } from "#src/models/model-call";

export type JudgeDeps = {
  /** The client of evaluations, which is held to deterministic_evaluation.env. */
  readonly models: Pick<ModelClient, "extract">;
  /** What was paid for before is not asked again. */
  readonly kept: Pick<RunLedger, "judgement" | "saveJudgement">;
  readonly epoch: Epoch;
  readonly audit: CallAudit;
  readonly priority: Priority;
};

/** What asking took so far. */
export type Spent = { -readonly [K in keyof CaseVerdict["spent"]]: CaseVerdict["spent"][K] };

export type AskJudge = <T>(request: JudgeRequest<T>, signal: AbortSignal) => Promise<T>;

/**
 * Puts requests to the judge, each paid for once: an answer is kept before it is used, under the SHA-256 of the epoch and all that
 * was sent. `repeat`: how often this was measured before; a repeated measurement is a request of its own. Throws `ModelError`.
 */
export function createAskJudge(deps: JudgeDeps, repeat: number, spent: Spent): AskJudge {
  const { models, kept, epoch, audit, priority } = deps;
  return async ({ kind, system, prompt, output }, signal) => {
    const key = sha256(canonicalJson({ epoch: epoch.id, kind, system, prompt, repeat }));
    const before = await kept.judgement(key);
    if (before !== null) return output.schema.parse(before.output);
    const { parsed, usage, attempts } = await models.extract({
      model: epoch.judge.asked,
      system,
      prompt,
      output,
      sampling: epoch.sampling,
      purpose: `judge ${kind}`,
      audit,
      priority,
      signal,
    });
    spent.requests += attempts;
    spent.inputTokens += usage.inputTokens;
    spent.outputTokens += usage.outputTokens;
    await kept.saveJudgement(key, epoch.id, { output: parsed, ...usage });
    return parsed;
  };
}
