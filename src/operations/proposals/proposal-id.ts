import type { ProposalEvidence, ProposalKind } from "#src/operations/proposals/events";
import type { ProposalState } from "#src/operations/proposals/state";
import { digestOf } from "#src/release/hash";

/**
 * The id of the proposal that this evidence makes for this base. The same evidence finds the same proposal, whatever became of it: that is what
 * keeps one from being made twice. `attempt`: from 1; one that could not be carried out may be made again.
 */
export function proposalIdOf(
  service: string,
  kind: ProposalKind,
  base: ProposalState["base"],
  { digest }: Pick<ProposalEvidence, "digest">,
  attempt = 1,
): string {
  const again = attempt === 1 ? {} : { attempt };
  return `pp_${digestOf({ service, kind, base, digest, ...again }).slice(0, 16)}`;
}

const SUFFIXES: Readonly<Record<ProposalKind, string>> = {
  "retrieval-nudge": "nudge",
  "chunk-override": "chunks",
  "few-shot-refresh": "few-shot",
};
const SUFFIX = new RegExp(`\\+(${Object.values(SUFFIXES).join("|")})-[0-9a-f]{8}$`);

/**
 * The name of the configuration version that a proposal writes: that of its base with the first of its own content's digest. The same content
 * has the same name; one made from a version that was itself made so doesn't get a longer one.
 */
export function configNameOf({ kind, base }: Pick<ProposalState, "kind" | "base">, body: unknown): string {
  return `${base.config.replace(SUFFIX, "")}+${SUFFIXES[kind]}-${digestOf(body).slice(0, 8)}`;
}
