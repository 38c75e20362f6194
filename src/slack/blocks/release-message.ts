import type { KnownBlock } from "@slack/types";
import type { Instant } from "#src/release/policy";
import type { ReleaseView } from "#src/release/view";
import { DENSITIES, type Density } from "#src/slack/blocks/density";
import { context, type TaggedMessage } from "#src/slack/blocks/elements";
import { releaseActions } from "#src/slack/blocks/release-actions";
import { releaseBlockers } from "#src/slack/blocks/release-blockers";
import { endedBlocks } from "#src/slack/blocks/release-ended";
import { releaseEvaluation } from "#src/slack/blocks/release-evaluation";
import { releaseContext, releaseHeader, releaseProgress } from "#src/slack/blocks/release-head";
import { releaseSections } from "#src/slack/blocks/release-sections";
import { releaseSentence } from "#src/slack/blocks/release-sentence";
import { signOffRows } from "#src/slack/blocks/sign-off-rows";
import { when } from "#src/slack/blocks/times";
import { RELEASE_METADATA } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

/**
 * The one message of a release, drawn anew from the view each time. At most `BUDGET.message` blocks and characters of
 * JSON for any checklist: the layout is drawn from roomy to bare, and the first one that fits is taken.
 */
export function releaseMessage(view: ReleaseView, now: Instant): TaggedMessage {
  const { release } = view;
  return {
    text: releaseSentence(view),
    blocks: fittingBlocks(view, now),
    metadata: {
      event_type: RELEASE_METADATA,
      event_payload: { subject: release.id, number: release.number, service: release.service },
    },
  };
}

function fittingBlocks(view: ReleaseView, now: Instant): KnownBlock[] {
  let blocks: KnownBlock[] = [];
  for (const density of DENSITIES) {
    blocks = layout(view, now, density);
    if (blocks.length <= BUDGET.message.blocks && JSON.stringify(blocks).length <= BUDGET.message.json) break;
  }
  return blocks;
}

function layout(view: ReleaseView, now: Instant, density: Density): KnownBlock[] {
  const { standing } = view.release;
  if (standing === "live" || standing === "cancelled" || standing === "failed") {
    return [releaseHeader(view), ...endedBlocks(view, density), ...foot(now)];
  }
  return [
    releaseHeader(view),
    releaseProgress(view),
    releaseContext(view, density),
    ...releaseBlockers(view, density),
    ...releaseEvaluation(view),
    ...releaseSections(view, density),
    ...signOffRows(view, density),
    ...releaseActions(view),
    ...foot(now),
  ];
}

function foot(now: Instant): KnownBlock[] {
  return [context(`Updated ${when(now)} · history in the thread`)];
}
