import type { CheckDefinition } from "#src/release/checklist";
import { blocksCutover, checkStatus } from "#src/release/evidence";
import type { Instant } from "#src/release/policy";
import type { Blocker } from "#src/release/refusals";
import type { ReleaseState } from "#src/release/state";
import { unreachable } from "#src/release/unreachable";
import type { CheckStatus } from "#src/release/view";
import { durationText } from "#src/release/wording";

/** What checks keep closed: `urgent` needs somebody, `underWay` needs patience. */
export function checkBlockers(
  release: ReleaseState,
  now: Instant,
): { readonly urgent: readonly Blocker[]; readonly underWay: readonly Blocker[] } {
  const { checklist } = release;
  const entries = checklist.checks
    .filter(({ id }) => blocksCutover(checklist, "check", id))
    .map((definition) => ({ definition, status: checkStatus(release, definition, now) }));
  const of = (...wanted: readonly CheckStatus[]): readonly Blocker[] =>
    wanted.flatMap((status) =>
      entries
        .filter((entry) => entry.status === status)
        .map(({ definition }) => ({
          kind: `check-${status}`,
          id: definition.id,
          text: `${definition.id}: ${sentence(release, definition, status, now)}`,
        })),
    );
  return { urgent: of("fail", "error", "inconclusive", "stale"), underWay: of("running", "pending") };
}

function sentence(release: ReleaseState, definition: CheckDefinition, status: CheckStatus, now: Instant): string {
  const summary = release.checks[definition.id]?.result?.summary ?? "";
  switch (status) {
    case "fail":
      return `${summary}${expiredWaiver(release, definition, now)}`;
    case "error":
      return `${withoutTitle(summary, definition)}${expiredWaiver(release, definition, now)}`;
    case "inconclusive":
      return `inconclusive. ${summary}${expiredWaiver(release, definition, now)}`;
    case "stale":
      return `its ${staleWord(release, definition)} is older than ${durationText(definition.freshForMs)}; it has to run again`;
    case "running":
      return "running";
    case "pending":
      return awaitsEvaluation(release, definition) ? "waits for the evaluation" : "waiting to run";
    case "pass":
    case "waived":
    case "not-applicable":
      return "opens the gate";
    default:
      return unreachable(status);
  }
}

function awaitsEvaluation({ checks, evaluation }: ReleaseState, { id }: CheckDefinition): boolean {
  return checks[id]?.status === "awaiting" && evaluation?.status !== "ended";
}

/** "could not run. The RAG service …": the check's name stands before it already, and one cause reads alike for all it stops. */
function withoutTitle(summary: string, { title }: CheckDefinition): string {
  const named = `"${title}" `;
  return summary.startsWith(named) ? summary.slice(named.length) : `could not run. ${summary}`;
}

/** What aged: a failure that did must not read like a pass that did. */
function staleWord(release: ReleaseState, { id }: CheckDefinition): string {
  const verdict = release.checks[id]?.result?.verdict;
  return verdict === undefined || verdict === "pass" ? "evidence" : `last result (${verdict})`;
}

function expiredWaiver(release: ReleaseState, definition: CheckDefinition, now: Instant): string {
  const waiver = release.waivers.find(({ check }) => check === definition.id);
  return waiver !== undefined && now >= waiver.until ? ` (the waiver by ${waiver.by.name} has expired)` : "";
}
