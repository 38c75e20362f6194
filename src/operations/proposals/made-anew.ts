import type { ProposalState } from "#src/operations/proposals/state";

/**
 * Whether the same evidence may be proposed once more: what kept it from being carried out may be mended, who had no time may have some, and a
 * base that was not live is live again. Not what people decided, and not what newer evidence replaced while that is `open`.
 */
export function mayBeMadeAnew({ kind, evidence, ended }: ProposalState, open: readonly ProposalState[]): boolean {
  if (ended === null) return false;
  if (ended.as === "stale") {
    return !open.some((other) => other.kind === kind && other.evidence.digest !== evidence.digest);
  }
  return ended.as === "failed" || ended.as === "expired";
}
