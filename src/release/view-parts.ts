import { countingSignOffs, mayNow, missingOf } from "#src/release/approvers";
import type { CheckDefinition, SignOffDefinition } from "#src/release/checklist";
import { checkStatus, waitingFor, waiverInForce } from "#src/release/evidence";
import { seenOf } from "#src/release/hash";
import type { Instant } from "#src/release/policy";
import type { ReleaseState } from "#src/release/state";
import type { CheckView, SignOffStatus, SignOffView } from "#src/release/view";

/** One check as it stands now. The result of the run before is there while a rerun is under way. */
export function checkView(release: ReleaseState, definition: CheckDefinition, now: Instant): CheckView {
  const check = release.checks[definition.id];
  return {
    definition,
    status: checkStatus(release, definition, now),
    attempt: check?.attempt ?? 0,
    result: check?.result ?? null,
    finishedAt: check?.finishedAt ?? null,
    freshUntil: check?.freshUntil ?? null,
    waiver: waiverInForce(release, definition, now),
  };
}

/** One sign-off as it stands now; who may give it is by the rules, with members as last resolved. */
export function signOffView(release: ReleaseState, definition: SignOffDefinition, now: Instant): SignOffView {
  const missing = missingOf(release, definition);
  const vetoes = release.vetoes.filter((veto) => veto.signOff === definition.id);
  const waiting = release.manifest === null ? ["Run manifest"] : waitingFor(release, definition, now);
  return {
    definition,
    status: statusOf(missing, vetoes.length, waiting.length),
    given: countingSignOffs(release, definition),
    missing,
    mayNow: mayNow(release, definition),
    waitingFor: waiting,
    voided: missing === 0 ? [] : release.voided.filter((entry) => entry.signOff === definition.id),
    vetoes,
    seen: seenOf(release, definition.id),
  };
}

function statusOf(missing: number, vetoes: number, waiting: number): SignOffStatus {
  if (vetoes > 0) return "vetoed";
  if (missing === 0) return "signed";
  return waiting > 0 ? "waiting-for-evidence" : "waiting";
}
