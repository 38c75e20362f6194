import type { Arm } from "#src/canary/observation";
import type { JudgeDeps } from "#src/evaluation/judge/ask-judge";
import type { CaseVerdict, GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import { judgeReply } from "#src/evaluation/run/judge-reply";
import type { MachineClock } from "#src/models/machine-clock";

/** `away`: the judge could not be had, so that nothing is known of either answer. */
export type JudgedBoth =
  | { readonly kind: "judged"; readonly verdicts: Readonly<Record<Arm, CaseVerdict>> }
  | { readonly kind: "away"; readonly says: string };

/** Whatever else the judge fails with is what it says of this answer: then it is ungraded. */
const JUDGE_AWAY: ReadonlySet<string> = new Set(["throttled", "unavailable"]);

/**
 * Has both answers judged as an evaluation does, one after the other. A judge that is throttled or away after an evaluation's patience makes
 * no grade a missing one: what it said so far is kept, and the question is asked again later. Throws what stops every probe.
 */
export async function judgeBoth(
  deps: JudgeDeps & { readonly clock: MachineClock },
  gold: GoldQuestion,
  arms: Readonly<Record<Arm, { readonly reply: Reply }>>,
  signal: AbortSignal,
): Promise<JudgedBoth> {
  const judge = (arm: Arm) => judgeReply(deps, { gold, repeat: 0 }, arms[arm].reply, signal);
  const baseline = await judge("baseline");
  if (isAway(baseline)) return toAway(baseline);
  const canary = await judge("canary");
  return isAway(canary) ? toAway(canary) : { kind: "judged", verdicts: { baseline, canary } };
}

const isAway = ({ outcome, reason }: CaseVerdict): boolean =>
  outcome === "ungraded" && reason !== null && JUDGE_AWAY.has(reason.code);

const toAway = ({ reason }: CaseVerdict): JudgedBoth => ({
  kind: "away",
  says: reason?.sentence ?? "No judge answered.",
});
