import type { EvaluationEnd, EvaluationPlan } from "#src/release/events";
import type { EvaluationView } from "#src/release/view";
import { durationText } from "#src/release/wording";

/** "130 questions, some 520 model calls, about 72 min when nobody else asks; about $1.20 for the judge". */
export function planText({ trials, calls, seconds, dollars }: EvaluationPlan): string {
  const cost = dollars === null ? "no price of the judge is configured" : costText(dollars);
  return `${trials} questions, some ${calls} model calls, about ${durationText(1_000 * seconds)} when nobody else asks; ${cost}`;
}

/** "128 graded, 2 without a score, of 130 questions". */
export function endText({ trials, graded, refusals, ungraded, failed }: EvaluationEnd): string {
  const lost = ungraded + failed;
  const parts = [
    `${graded} graded`,
    ...(refusals === 0 ? [] : [`${refusals} unanswerable ones looked at for refusals`]),
    ...(lost === 0 ? [] : [`${lost} without a score`]),
  ];
  return `${parts.join(", ")}, of ${trials} questions`;
}

/** How an evaluation that is under way stands: "41 of 130 questions, 2 without a score", "about 38 min left", "about $1.20 for the judge". */
export function progressTexts({ status, plan, progress }: EvaluationView): readonly string[] {
  if (status === "requested") return ["about to begin"];
  if (status === "stopping") return ["being stopped"];
  if (status === "ended") return [];
  if (progress === null) return [plan === null ? "running" : planText(plan)];
  const { planned, done, lost, secondsLeft } = progress;
  const left = secondsLeft ?? (plan === null ? null : plan.seconds * (1 - done / planned));
  return [
    `${done} of ${planned} questions${lost === 0 ? "" : `, ${lost} without a score`}`,
    ...(left === null ? [] : [`about ${durationText(1_000 * left)} left`]),
    ...(plan === null || plan.dollars === null ? [] : [costText(plan.dollars)]),
  ];
}

const costText = (dollars: number): string => `about $${dollars.toFixed(2)} for the judge`;
