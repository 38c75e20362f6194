import type { MessageBlock } from "#src/slack/blocks/elements";
import { BUDGET } from "#src/slack/limits";

/** A message's blocks, and the same for a Slack that refuses the newer ones. */
export type Drawn = { readonly blocks: readonly MessageBlock[]; readonly fallback: readonly MessageBlock[] };

/** Drawn in the roomiest size in which both forms stay within `BUDGET.message`, else in the barest. */
export function fitting<S>(sizes: readonly [S, ...S[]], draw: (size: S) => Drawn): Drawn {
  let drawn = draw(sizes[0]);
  for (const size of sizes.slice(1)) {
    if (fits(drawn.blocks) && fits(drawn.fallback)) break;
    drawn = draw(size);
  }
  return drawn;
}

const fits = (blocks: readonly MessageBlock[]): boolean =>
  blocks.length <= BUDGET.message.blocks && JSON.stringify(blocks).length <= BUDGET.message.json;
