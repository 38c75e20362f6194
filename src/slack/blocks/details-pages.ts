import type { KnownBlock } from "@slack/types";
import { BUDGET } from "#src/slack/limits";

/** Blocks that belong together: never parted by a page break. */
export type Entry = readonly KnownBlock[];

/** Fills pages in order. The head and the page buttons need 2 blocks and about 1,500 characters beside them. */
export function paged(entries: readonly Entry[]): KnownBlock[][] {
  const pages: KnownBlock[][] = [];
  let current: KnownBlock[] = [];
  let size = 0;
  for (const entry of entries) {
    const more = JSON.stringify(entry).length;
    const full = current.length + entry.length > BUDGET.view.blocks - 2 || size + more > BUDGET.view.json - 1_500;
    if (full && current.length > 0) {
      pages.push(current);
      current = [];
      size = 0;
    }
    // The same check can decide lines of several sections: its block ids must not repeat on one page.
    current.push(...distinct(entry, current));
    size += more;
  }
  return [...pages, current];
}

function distinct(entry: Entry, current: readonly KnownBlock[]): Entry {
  return entry.map((block) => {
    if (block.block_id === undefined || !current.some((other) => other.block_id === block.block_id)) return block;
    return { ...block, block_id: `${block.block_id}~${current.length}` };
  });
}
