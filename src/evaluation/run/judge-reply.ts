import { createAskJudge, type JudgeDeps, type Measurement, type Spent } from "#src/evaluation/judge/ask-judge";
import { gradeAnswer } from "#src/evaluation/judge/grade-answer";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { isRefusal } from "#src/evaluation/oracle/refusal";
import type { CaseVerdict, Reply } from "#src/evaluation/run/case-record";
import { judgesTwice } from "#src/evaluation/run/make-plan";
import { isStepFailure, stopsTheRun, withPatience } from "#src/evaluation/run/patience";
import type { Trial } from "#src/evaluation/run/run-ledger";
import type { MachineClock } from "#src/models/machine-clock";

/**
 * The verdict on a reply. No answer: failed. An answer to a negative question: whether it refuses, by its words; no judge is asked,
 * since a gold answer that says nothing entails nothing. Else the judge's grade, or, when it gave no valid one after every
 * try, *ungraded* with the reason. A repeat of a stable run is judged twice. Throws what stops the run.
 */
export async function judgeReply(
  deps: JudgeDeps & { readonly clock: MachineClock },
  { gold, repeat }: Trial,
  { answer, reason }: Reply,
  signal: AbortSignal,
): Promise<CaseVerdict> {
  const spent: Spent = { requests: 0, inputTokens: 0, outputTokens: 0 };
  const none = { reason: null, claims: null, judgement: null, metrics: null, second: null, spent };
  if (answer === null) return { ...none, outcome: "failed", reason, refused: null };
  const refused = isRefusal(answer.answer);
  if (!gold.answerable) return { ...none, outcome: "refusal", refused };
  const grade = async (measurement: Measurement) => {
    const once = createAskJudge(deps, measurement, spent);
    const found = await gradeAnswer(
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
    return { ...found, metrics: metricValues(scoreJudgement(found.judgement)) };
  };
  try {
    const first = await grade({ repeat });
    const second = judgesTwice(deps.epoch, repeat) ? await secondOpinion(() => grade({ repeat, second: true })) : null;
    return { ...none, outcome: "graded", ...first, second, refused };
  } catch (error) {
    if (!isStepFailure(error) || stopsTheRun(error)) throw error;
    return { ...none, outcome: "ungraded", reason: { code: error.code, sentence: error.message }, refused };
  }
}

/** Without a second grade the first stands: nothing is known of how far the judge agrees with itself, and that is all. */
async function secondOpinion<T extends { readonly metrics: CaseVerdict["metrics"] }>(
  grade: () => Promise<T>,
): Promise<CaseVerdict["metrics"]> {
  try {
    return (await grade()).metrics;
  } catch (error) {
    if (!isStepFailure(error) || stopsTheRun(error)) throw error;
    return null;
  }
}
