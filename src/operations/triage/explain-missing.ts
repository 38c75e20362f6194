import { whyUnscored } from "#src/evaluation/compare/evaluated-run";
import { because, type CaseFinding } from "#src/operations/triage/causes";
import type { CasePairSeen } from "#src/operations/triage/seen-case";

/** The code of an answer that is not one to what was asked: cached, of another pair, at another temperature. */
const NOT_AS_ASKED = "not-as-asked";

/** Why a case has no score; null when it has one. */
export function explainMissing({ id, now }: CasePairSeen): CaseFinding | null {
  const why = whyUnscored(now.of);
  if (why === null) return null;
  const reason = now.of.trials.find((trial) => trial.outcome === why && trial.reason !== null)?.reason ?? null;
  const said = reason === null ? "" : `: ${reason.sentence.replace(/\.$/, "")}`;
  if (reason?.code === NOT_AS_ASKED) return because(id, "not-as-asked", `Not answered as it was asked${said}.`);
  switch (why) {
    case "failed":
      return because(id, "no-answer", `No answer came back${said}.`);
    case "ungraded":
      return because(id, "not-graded", `The answer could not be graded${said}.`);
    case "unasked":
      return because(id, "not-asked", "It was not asked: the evaluation ended before.");
  }
}
