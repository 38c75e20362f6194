import type { DomainEvent } from "#src/release/events";
import { pairText } from "#src/release/pair";
import { listOf } from "#src/release/wording";
import { exactTime } from "#src/rollback/incident/times";
import { STEP_TITLES, whoConfirmed } from "#src/rollback/says";

/**
 * One fact of the journal in a sentence; null for facts that the story of an incident does without: checks that passed, and what only
 * Golive itself has to know.
 */
export function sayEvent(event: DomainEvent): string | null {
  switch (event.type) {
    case "release-started":
      return `Release #${event.number} to ${pairText(event.candidate)} was started; ${pairText(event.active)} was live.`;
    case "manifest-frozen":
      return `The run manifest was frozen: ${event.hash.slice(0, 8)}.`;
    case "check-finished":
      return event.result.verdict === "pass"
        ? null
        : `Check ${event.check} ended as ${event.result.verdict}: ${event.result.summary}`;
    case "evaluation-started":
      return `Evaluation ${event.evaluation} began.`;
    case "evaluation-stopped":
      return "The evaluation was given up.";
    case "evaluation-ended":
      return `The evaluation ended as ${event.end.outcome}: ${event.end.graded} of ${event.end.trials} graded.`;
    case "signed":
      return `Signed ${event.signOff} as ${event.role}.`;
    case "sign-off-withdrawn":
      return `Withdrew the sign-off of ${event.signOff}.`;
    case "sign-off-voided":
      return `${event.person.name}'s sign-off of ${event.signOff} stopped counting (${event.because.kind}).`;
    case "vetoed":
      return `Objected to ${event.signOff}: ${event.reason}`;
    case "veto-lifted":
      return `The objection to ${event.signOff} was lifted.`;
    case "glass-broken":
      return `The glass was broken over ${event.signOff} by ${names(event.people)}: ${event.reason}`;
    case "waived":
      return `Waived ${event.check}: ${event.reason}`;
    case "policy-changed":
      return `The policy or the checklist changed: ${event.changes.join("; ")}`;
    case "cutover-requested":
      return "Pressed Cut over.";
    case "cutover-stopped":
      return `The cutover stopped before the flip: ${event.because.join("; ")}`;
    case "went-live":
      return `${pairText(event.live)} went live; before it ${pairText(event.before)}.`;
    case "release-cancelled":
      return `The release was cancelled: ${event.reason}`;
    case "release-failed":
      return `The release failed: ${event.reason}`;
    case "service-locked":
      return `Go-lives were locked: ${event.reason}`;
    case "service-unlocked":
      return `Go-lives were unlocked. Root cause: ${event.rootCause} Why it is safe: ${event.reason}`;
    case "pointer-moved":
      return `The pointer was moved past Golive: ${pairText(event.from)} → ${pairText(event.to)}.`;
    case "canary-started":
      return `Canary #${event.number} of ${pairText(event.candidate)} began beside ${pairText(event.baseline)}.`;
    case "breach-found":
      return `The canary found a breach: ${event.kpi}, proven by the end of the bucket at ${exactTime(event.at)}.`;
    case "breach-acknowledged":
      return `Acknowledged the breach of ${event.kpi}.`;
    case "breach-escalated":
      return `The breach of ${event.kpi} was told to ${names(event.to) || "nobody: there is nobody to tell"}.`;
    case "canary-held":
      return `Held the canary's rollback: ${event.reason}`;
    case "canary-paused":
      return `Paused the canary: ${event.reason}`;
    case "canary-resumed":
      return `Resumed the canary: ${event.reason}`;
    case "rollback-triggered":
      return `The canary asked for a rollback: ${event.reason}`;
    case "rollback-impeded":
      return `The canary's rollback could not be asked for: ${event.says}`;
    case "rollback-begun":
      return `The canary's rollback is ${event.rollback}.`;
    case "rollback-given-up":
      return `The canary's rollback was given up: ${event.says}`;
    case "window-ended":
      return `The canary's window ended as ${event.verdict}: ${event.reasons.join("; ")}`;
    case "canary-ended":
      return `The canary ended as ${event.as}: ${event.says}`;
    case "rollback-requested":
      return `Asked for rollback #${event.number} to ${pairText(event.plan.to)}${event.reason === "" ? "." : `: ${event.reason}`}`;
    case "rollback-glass-asked":
      return "Stood for breaking the glass.";
    case "rollback-confirmed":
      return event.how !== "break-glass"
        ? `The rollback was confirmed by ${whoConfirmed(event)}.`
        : `The glass was broken by ${names(event.people)}: ${event.reason ?? "no reason typed; two people did it"}`;
    case "rollback-flip-settled":
      return event.outcome === "flipped"
        ? `The pointer was flipped: ${pairText(event.live)} is live.`
        : `The flip was ${event.outcome}: ${pairText(event.live)} is live.`;
    case "rollback-step-finished":
      return `${STEP_TITLES[event.step]}: ${event.result.outcome}. ${event.result.detail}`;
    case "rollback-ended":
      return `The rollback ended as ${event.outcome}: ${event.says}`;
    default:
      return null;
  }
}

const names = (people: readonly { readonly name: string }[]): string => listOf(people.map(({ name }) => name));
