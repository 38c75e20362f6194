import { createAskJudge, type JudgeDeps, type Spent } from "#src/evaluation/judge/ask-judge";
import { gradeAnswer } from "#src/evaluation/judge/grade-answer";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { isRefusal } from "#src/evaluation/oracle/refusal";
import type { CaseVerdict, Reply } from "#src/evaluation/run/case-record";
import { isStepFailure, stopsTheRun, withPatience } from "#src/evaluation/run/patience";
import type { Trial } from "#src/evaluation/run/run-ledger";
import type { MachineClock } from "#src/models/machine-clock";

/**
 * The verdict on a reply. No answer: failed. An answer to a negative question: whether it refuses, by its words; no judge is asked,
 * since a gold answer that says nothing entails nothing. Else the judge's grade, or, when it gave no valid one after every
 * try, *ungraded* with the reason. Throws what stops the run.
 */
export async function judgeReply(
  deps: JudgeDeps & { readonly clock: MachineClock },
  { gold, repeat }: Trial,
  { answer, reason }: Reply,
  signal: AbortSignal,
): Promise<CaseVerdict> {
  const spent: Spent = { requests: 0, inputTokens: 0, outputTokens: 0 };
  const none = { reason: null, claims: null, judgement: null, metrics: null, spent };
  if (answer === null) return { ...none, outcome: "failed", reason, refused: null };
  const refused = isRefusal(answer.answer);
  if (!gold.answerable) return { ...none, outcome: "refusal", refused };
  const once = createAskJudge(deps, repeat, spent);
  try {
    const { claims, judgement } = await gradeAnswer(
      {
        question: gold.question,
        goldAnswer: gold.answer,
        response: answer.answer,
        context: answer.context.map(({ text }) => text),
      },
      (request, at) => withPatience({ clock: deps.clock, signal: at }, () => once(request, at)),
      { claims: deps.epoch.claimsPerRequest, labels: deps.epoch.labelsPerRequest },
      signal,
    );
    const metrics = metricValues(scoreJudgement(judgement));
    return { ...none, outcome: "graded", claims, judgement, metrics, refused };
  } catch (error) {
    if (!isStepFailure(error) || stopsTheRun(error)) throw error;
    return { ...none, outcome: "ungraded", reason: { code: error.code, sentence: error.message }, refused };
  }
}
