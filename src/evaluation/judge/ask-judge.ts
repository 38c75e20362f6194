import type { JudgeRequest } from "#src/evaluation/judge/judge-prompts";
import type { CaseVerdict } from "#src/evaluation/run/case-record";
import type { RunLedger } from "#src/evaluation/run/run-ledger";
import type { Epoch } from "#src/evaluation/run/run-record";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { CallAudit, ModelClient, Priority } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";

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

/** Which measurement of a case it is: how often it was measured before, and whether the same answer is judged a second time. */
export type Measurement = { readonly repeat: number; readonly second?: true };

/**
 * Puts requests to the judge, each paid for once: an answer is kept before it is used, under the SHA-256 of the epoch and all that
 * was sent. A repeated measurement is a request of its own. `spent` grows by everything that was sent, also by what came to
 * nothing. Throws `ModelError`.
 */
export function createAskJudge(deps: JudgeDeps, measurement: Measurement, spent: Spent): AskJudge {
  const { models, kept, epoch, audit, priority } = deps;
  return async ({ kind, system, prompt, output }, signal) => {
    const key = sha256(canonicalJson({ epoch: epoch.id, kind, system, prompt, ...measurement }));
    const before = await kept.judgement(key);
    if (before !== null) return output.schema.parse(before.output);
    const asked = models.extract({
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
    const { parsed, usage, attempts } = await asked.catch((error: unknown) => {
      // A wrong answer and its repair try were paid for as well.
      if (error instanceof ModelError) count(spent, error.spent);
      throw error;
    });
    count(spent, { requests: attempts, ...usage });
    await kept.saveJudgement(key, epoch.id, { output: parsed, ...usage });
    return parsed;
  };
}

function count(spent: Spent, more: CaseVerdict["spent"]): void {
  spent.requests += more.requests;
  spent.inputTokens += more.inputTokens;
  spent.outputTokens += more.outputTokens;
}
