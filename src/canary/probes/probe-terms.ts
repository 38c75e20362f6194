import { tooSmallSentence } from "#src/canary/gold-too-small";
import type { CanaryPolicy } from "#src/canary/kpi";
import { probesApartMs, tooFewForHours } from "#src/canary/probes/probe-spread";

/** Milliseconds in which a probe is answered and judged. */
const ANSWERING_MS = 10 * 60_000;

/** What the questions are too few for, as it is said at a canary's start; null: for nothing. `perHour` null: none is asked. */
export function cautionOf(policy: CanaryPolicy, questions: number, perHour: number | null): string | null {
  const hours = perHour === null ? null : tooFewForHours(questions, policy.durationHours);
  const says = [tooSmallSentence(policy, questions), hours].filter((each) => each !== null);
  return says.length === 0 ? null : says.join(" ");
}

/** Milliseconds after which an arm counts as silent: as configured, but never between two probes. `perHour` null: none is asked. */
export function silentAfter(
  configuredMs: number,
  policy: CanaryPolicy,
  questions: number,
  perHour: number | null,
): number {
  const apart = perHour === null ? 0 : probesApartMs(questions, perHour, policy.durationHours);
  return apart === 0 ? configuredMs : Math.max(configuredMs, apart + ANSWERING_MS);
}
