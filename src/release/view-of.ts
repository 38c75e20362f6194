import { missingOf } from "#src/release/approvers";
import { blockersOf } from "#src/release/blockers";
import { blocksCutover, checkStatus, opensGate } from "#src/release/evidence";
import { cutoverSeenOf } from "#src/release/hash";
import type { Instant } from "#src/release/policy";
import type { Blocker } from "#src/release/refusals";
import type { EvaluationState, ReleaseState, ServiceState } from "#src/release/state";
import { unreachable } from "#src/release/unreachable";
import type { EvaluationProgress, EvaluationView, ReleaseView } from "#src/release/view";
import { checkView, signOffView } from "#src/release/view-parts";
import { sectionViews } from "#src/release/view-sections";

/**
 * Everything people see of a release, derived. `clock` in epoch milliseconds; an ended release has no blockers and is shown as
 * it stood when it ended. `progress`: how far its evaluation is, where one is running.
 */
export function viewOf(
  service: ServiceState,
  release: ReleaseState,
  clock: Instant,
  progress: EvaluationProgress | null = null,
): ReleaseView {
  const now = release.ended?.at ?? clock;
  const { checklist } = release;
  const checks = checklist.checks.map((definition) => checkView(release, definition, now));
  const signOffs = checklist.signOffs.map((definition) => signOffView(release, definition, now));
  const blockers = release.ended === null ? blockersOf(service, release, now) : [];
  const toSign = checklist.signOffs.reduce((sum, { quorum }) => sum + quorum, 0);
  const missing = checklist.signOffs.reduce((sum, definition) => sum + missingOf(release, definition), 0);
  return {
    release,
    phase: phaseOf(release, blockers, now),
    blockers,
    checks,
    evaluation: release.evaluation === null ? null : evaluationView(release.evaluation, progress),
    signOffs,
    sections: sectionViews(release, checks, signOffs),
    progress: {
      checksDone: Object.values(release.checks).filter(({ status }) => status === "finished").length,
      checksTotal: checklist.checks.length,
      signed: toSign - missing,
      toSign,
    },
    seen: cutoverSeenOf(release),
  };
}

function evaluationView(evaluation: EvaluationState, progress: EvaluationProgress | null): EvaluationView {
  const { status, manifest, run, plan, end } = evaluation;
  return { status, manifest, run, plan, end, progress: status === "running" ? progress : null };
}

/** *checking* until every gate before the cutover is open, then *signing* until nothing blocks. */
function phaseOf(release: ReleaseState, blockers: readonly Blocker[], now: Instant): ReleaseView["phase"] {
  switch (release.standing) {
    case "live":
    case "cancelled":
    case "failed":
      return release.standing;
    case "cutting_over":
      return "cutting over";
    case "open": {
      if (release.paused !== null) return "paused";
      if (blockers.length === 0) return "ready";
      const { checklist } = release;
      const gates = checklist.checks.filter(({ id }) => blocksCutover(checklist, "check", id));
      const areOpen = gates.every((definition) => opensGate(checkStatus(release, definition, now)));
      return areOpen && release.manifest !== null ? "signing" : "checking";
    }
    default:
      return unreachable(release.standing);
  }
}
