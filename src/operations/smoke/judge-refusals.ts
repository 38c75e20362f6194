import { isRefusal } from "#src/evaluation/oracle/refusal";
import type { SmokeCase, SmokeCheck } from "#src/operations/smoke/suites";

/** One question that the documents don't answer. `response` null: there was no answer, and `why` says why. */
export type Negative = {
  readonly id: string;
  readonly question: string;
  readonly response: string | null;
  readonly why: string;
};

/** So large a share may be answered all the same: one model answer in ten. None where there are fewer than ten. */
export const MADE_UP_BAR = 0.1;

/** Unanswerable questions are refused. What got an answer is a case; what got none is not known, and fails. */
export function judgeRefusals(asked: readonly Negative[]): Omit<SmokeCheck, "milliseconds"> {
  const id = "unanswerable";
  if (asked.length === 0) {
    return {
      id,
      verdict: "inconclusive",
      summary:
        "The gold file has no question that the documents don't answer: whether the service refuses is not known.",
      next: "Add some (answerable: false), or name negatives/unanswerable in smoke.off with the reason.",
      cases: [],
    };
  }
  const lost = asked.filter(({ response }) => response === null);
  const madeUp = asked.filter(({ response }) => response !== null && !isRefusal(response));
  const refused = asked.length - lost.length - madeUp.length;
  const cases = [...madeUp, ...lost].map(
    ({ id, question, response, why }): SmokeCase => ({
      id,
      question,
      says: response === null ? `no answer: ${why}` : `answered: "${response}"`,
      before: null,
      now: response === null ? null : 0,
    }),
  );
  const summary = `${refused}/${asked.length} unanswerable questions refused${lost.length > 0 ? `, ${lost.length} without an answer` : ""}.`;
  if (lost.length > 0) {
    return { id, verdict: "fail", summary, next: "See whether the RAG service runs, and what it logged.", cases };
  }
  if (madeUp.length > MADE_UP_BAR * asked.length) {
    const next = "Read what it made up below. See what changed in prompt, model or retrieval since the last green run.";
    return { id, verdict: "fail", summary, next, cases };
  }
  return { id, verdict: "pass", summary, next: "", cases };
}
