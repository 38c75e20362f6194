import type { LiveConfig } from "#src/operations/proposals/intents";
import type { ProposalState } from "#src/operations/proposals/state";
import { pairText } from "#src/release/pair";

/**
 * Why what a proposal changes is no longer what is live, in a sentence; null: it is. Its run counts too: what was measured was measured with
 * that run's chunks, and the go-live of a proposal must not take an older run back.
 */
export function staleBecause({ base }: Pick<ProposalState, "base">, live: LiveConfig | null): string | null {
  if (live === null) return `It changes ${pairText(base)}, and nothing is live any more.`;
  const { pair, digest } = live;
  if (pair.config !== base.config || pair.run !== base.run) {
    return `It changes ${pairText(base)}, and ${pairText(pair)} is live now.`;
  }
  if (digest === null) return `It changes ${pairText(base)}, and the store has no such configuration version any more.`;
  if (digest !== base.digest) {
    return `It changes ${base.config} as it was when it was measured, and what stands under that name has been changed since.`;
  }
  return null;
}
