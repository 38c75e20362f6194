import type { Steps } from "#src/operations/triage/case-trace";
import { because, type CaseFinding, type Sign } from "#src/operations/triage/causes";
import { explainMissing } from "#src/operations/triage/explain-missing";
import type { CasePairSeen } from "#src/operations/triage/seen-case";

const STEPS = [
  ["embedding", "slow-embedding", "embedding the question"],
  ["search", "slow-search", "the search"],
  ["rerank", "slow-rerank", "reranking"],
  ["generation", "slow-generation", "writing the answer"],
  ["elsewhere", "slow-elsewhere", "the service, in no step that it names"],
  ["onTheWay", "slow-on-the-way", "the way between Golive and the service"],
] as const satisfies readonly (readonly [keyof Steps, Sign, string])[];

/** Why a request took so long: no answer at all, tries anew, or the step that grew most (without a baseline: that took most). */
export function explainSlowness(pair: CasePairSeen): CaseFinding {
  const missing = explainMissing(pair);
  if (missing !== null) return missing;
  const { id, now, before } = pair;
  const failed = now.of.trials.find(({ request }) => request?.failed === true);
  if (failed !== undefined) {
    return because(id, "no-answer", `A try had no answer: ${failed.reason?.sentence ?? "it failed."}`);
  }
  const retried = now.trace?.retried ?? 0;
  if (retried > (before?.trace?.retried ?? 0)) {
    return because(id, "retried", `${retried} of its ${now.trace?.calls ?? 0} tool calls took more than one try.`);
  }
  const steps = now.trace?.steps ?? null;
  if (steps === null) return because(id, "slow-unknown", "It took longer, and the service doesn't show which step.");
  const old = before?.trace?.steps ?? null;
  const grown = STEPS.flatMap(([step, sign, where]) => {
    const [was, is] = [old === null ? 0 : old[step], steps[step]];
    return is === null || was === null ? [] : [{ sign, where, ms: is - was }];
  }).sort((a, b) => b.ms - a.ms);
  const [most] = grown;
  if (most === undefined || most.ms <= 0) {
    return because(id, "slow-unknown", "It took longer, and none of the steps that the service shows did.");
  }
  const more = old === null ? "" : " more than in the baseline";
  return because(id, most.sign, `${seconds(most.ms)}${more} went into ${most.where}.`);
}

const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
