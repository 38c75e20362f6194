import type { CheckDefinition, Checklist, SignOffDefinition } from "#src/release/checklist";
import type { Instant } from "#src/release/policy";
import type { CheckState, ReleaseState, Waiver } from "#src/release/state";
import type { CheckStatus } from "#src/release/view";

/**
 * What a rollback rests on: every checklist has them, and no waiver opens them (rule 5). Only a first go-live has no previous
 * run to be intact.
 */
export const ALWAYS_REQUIRED = ["backup", "previous-run-intact"] as const;

/** Whether a failure of this check may be waived at all, whatever the configuration says. */
export function mayBeWaived(definition: CheckDefinition): boolean {
  return definition.waivable && !ALWAYS_REQUIRED.some((check) => check === definition.id);
}

/** The waiver that counts for a check now: not expired, and given for exactly the outcome that stands. */
export function waiverInForce(release: ReleaseState, definition: CheckDefinition, now: Instant): Waiver | null {
  const evidence = release.checks[definition.id]?.result?.evidenceHash;
  if (!mayBeWaived(definition)) return null;
  return (
    release.waivers.find(
      (waiver) => waiver.check === definition.id && waiver.evidence === evidence && now < waiver.until,
    ) ?? null
  );
}

/**
 * How a check stands now. A result older than it may be is `stale`, whatever it was: yesterday's failure says as little about
 * today as yesterday's pass.
 */
export function checkStatus(release: ReleaseState, definition: CheckDefinition, now: Instant): CheckStatus {
  const check = release.checks[definition.id];
  if (check === undefined) return "pending";
  if (check.status === "awaiting") return "pending";
  if (check.status !== "finished") return check.status;
  if (check.result === null) return "pending";
  if (!isFresh(check, now)) return "stale";
  const { verdict } = check.result;
  if (verdict !== "pass") return waiverInForce(release, definition, now) === null ? verdict : "waived";
  return definition.notApplicable === undefined ? "pass" : "not-applicable";
}

/** Only these open a gate. */
export function opensGate(status: CheckStatus): boolean {
  return status === "pass" || status === "waived" || status === "not-applicable";
}

/** Titles of the checks a sign-off covers whose evidence does not open the gate now. */
export function waitingFor(release: ReleaseState, signOff: SignOffDefinition, now: Instant): readonly string[] {
  return signOff.covers.flatMap((id) => {
    const definition = release.checklist.checks.find((check) => check.id === id);
    if (definition === undefined) return [id];
    return opensGate(checkStatus(release, definition, now)) ? [] : [definition.title];
  });
}

/**
 * Whether a check or sign-off stands before the cutover. It does unless the checklist names it in other phases only: what
 * nobody placed blocks, so that leaving a line out is no way around a gate. What can't be waived always blocks: moving its
 * line to another phase would be a waiver for ever.
 */
export function blocksCutover(checklist: Checklist, kind: "check" | "sign-off", id: string): boolean {
  const definition = kind === "check" ? checklist.checks.find((check) => check.id === id) : undefined;
  if (definition !== undefined && !mayBeWaived(definition)) return true;
  const placed = checklist.items.filter(({ proof }) =>
    proof.kind === "sign-off" ? kind === "sign-off" && proof.signOff === id : kind === "check" && proof.check === id,
  );
  return placed.length === 0 || placed.some((item) => item.phase === "before");
}

function isFresh(check: CheckState, now: Instant): boolean {
  return check.freshUntil !== null && now < check.freshUntil;
}
