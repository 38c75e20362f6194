import { evaluationChecks } from "#src/release/checklist";
import { type Authored, accept, type Decision, NOTHING, onRelease, refuse } from "#src/release/decision";
import type { Intent } from "#src/release/intents";
import { mayDecide, type Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import { refuseRight } from "#src/release/rights";
import type { EvaluationState, ReleaseState } from "#src/release/state";

type Of<T extends Intent["type"]> = Extract<Intent, { type: T }>;

/** The wish for an evaluation of what is frozen; nothing where one is under way for it. */
export function wantEvaluation(release: ReleaseState, because: "asked" | "aging", by?: Person): readonly Authored[] {
  const manifest = release.manifest?.hash;
  if (manifest === undefined || isWanted(release, manifest)) return [];
  return [onRelease(release, { type: "evaluation-requested", manifest, because }, by)];
}

/** It begins, or another process goes on with it: told once. One that is for another manifest, or was stopped, is late. */
export function decideStartEvaluation(release: ReleaseState, intent: Of<"start-evaluation">): Decision {
  const { manifest, evaluation, plan } = intent;
  const { evaluation: wanted } = release;
  if (wanted === null || !isWanted(release, manifest) || wanted.status === "stopping") return NOTHING;
  if (wanted.run === evaluation) return NOTHING;
  return accept(onRelease(release, { type: "evaluation-started", evaluation, plan }));
}

/**
 * It has ended, however: the checks that rest on it run now, and say what it means. During a cutover they are left alone, and run when
 * it is called off.
 */
export function decideEndEvaluation(release: ReleaseState, intent: Of<"end-evaluation">, now: Instant): Decision {
  const { manifest, evaluation, end, known } = intent;
  const { evaluation: wanted } = release;
  if (wanted === null || !isWanted(release, manifest)) return NOTHING;
  // One that is running ends itself; what was there before only answers a wish that nobody works on yet.
  if (wanted.run !== null && wanted.run !== evaluation) return NOTHING;
  const changesNothing = release.standing !== "open" || keepsEvidence(release, { ...wanted, end }, now);
  const requests = changesNothing ? [] : requestsOf(release);
  return accept(onRelease(release, { type: "evaluation-ended", evaluation, end, known }), ...requests);
}

/** Requests for the checks that rest on an evaluation which ended during the cutover: nobody has looked at it yet. */
export function unreadEvaluation(release: ReleaseState, now: Instant): readonly Authored[] {
  const { evaluation, manifest, checklist, checks } = release;
  if (evaluation?.status !== "ended" || evaluation.manifest !== manifest?.hash) return [];
  const { at } = evaluation;
  const isUnread = evaluationChecks(checklist).some(({ id }) => (checks[id]?.finishedAt ?? at) < at);
  return isUnread && !keepsEvidence(release, evaluation, now) ? requestsOf(release) : [];
}

/** A renewal that somebody stopped says nothing: what was found before stands for as long as it is fresh. */
function keepsEvidence(
  { checklist, checks }: ReleaseState,
  { because, end }: Pick<EvaluationState, "because" | "end">,
  now: Instant,
): boolean {
  if (because === "manifest" || end?.outcome !== "cancelled") return false;
  return evaluationChecks(checklist).every(({ id }) => {
    const check = checks[id];
    return check?.status === "finished" && check.freshUntil !== null && now < check.freshUntil;
  });
}

const requestsOf = (release: ReleaseState): readonly Authored[] =>
  evaluationChecks(release.checklist).map(({ id }) => {
    const attempt = (release.checks[id]?.attempt ?? 0) + 1;
    return onRelease(release, { type: "check-requested", check: id, attempt });
  });

/** Whoever may give the release up may give its evaluation up: what was paid for until then stays paid. */
export function decideStopEvaluation(release: ReleaseState, { actor, members }: Of<"stop-evaluation">): Decision {
  const isRequester = mayDecide(actor) && actor.id === release.requester.id;
  const refusal = isRequester ? null : refuseRight(release.policy, "cancel", actor, members, "stop this evaluation");
  if (refusal !== null) return refuse(refusal);
  const { evaluation } = release;
  if (evaluation === null || evaluation.status === "ended") {
    return refuse({ kind: "too-late", what: "The evaluation has ended" });
  }
  if (evaluation.status === "stopping") return NOTHING;
  return accept(onRelease(release, { type: "evaluation-stopped", evaluation: evaluation.run }, actor));
}

/** Whether an evaluation of this manifest was asked for and has not ended. */
function isWanted({ evaluation, manifest: frozen }: ReleaseState, manifest: string): boolean {
  return (
    evaluation !== null &&
    evaluation.status !== "ended" &&
    evaluation.manifest === manifest &&
    frozen?.hash === manifest
  );
}
