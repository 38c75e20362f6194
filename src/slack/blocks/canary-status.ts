import type { CanaryView } from "#src/canary/watch/view";
import { canaryFacts, canaryHead } from "#src/slack/blocks/canary-head";
import type { CanarySize } from "#src/slack/blocks/canary-message";
import { explanation } from "#src/slack/blocks/canary-modals";
import { canarySentence } from "#src/slack/blocks/canary-sentence";
import { kpiTable, leftOut, tableInstead } from "#src/slack/blocks/canary-table";
import { context, type Message, packed, type Reply, section } from "#src/slack/blocks/elements";
import { fitting } from "#src/slack/blocks/fitting";
import { channelLink, code, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

const SIZES: readonly [CanarySize, ...CanarySize[]] = [
  { rows: 40, name: 60, sees: true, lines: 12, says: 400, id: 60 },
  { rows: 24, name: 40, sees: true, lines: 6, says: 200, id: 40 },
  { rows: 24, name: 30, sees: false, lines: 6, says: 200, id: 40 },
  { rows: 10, name: 24, sees: false, lines: 3, says: 100, id: 30 },
];

/** The answer to `/canary status`, for one person: everything of the canary's message, and what it would have seen by now. */
export function canaryStatusReply(view: CanaryView): Reply {
  const { canary, probesWait: wait = null } = view;
  return {
    text: canarySentence(view),
    ...fitting(SIZES, (size) => {
      const before = [...canaryHead(view, size).map((text) => section(text)), context(canaryFacts(view).join(" · "))];
      const hidden = leftOut(view, size);
      const caution = canary.caution === null ? "" : shorten(line(canary.caution), 600);
      const after = [
        ...(hidden === null ? [] : [context(hidden)]),
        ...(caution === "" || canary.ended !== null ? [] : [context(`⚠️ ${caution}`)]),
        ...(wait === null ? [] : [context(`⚠️ No questions are asked: ${shorten(line(wait), 400)}`)]),
        context(
          `Why a KPI stands as it does: ${code("/canary explain <kpi>")} · the canary's message and its buttons: ${channelLink(canary.channel)}`,
        ),
      ];
      return {
        blocks: [...before, kpiTable(view, size), ...after],
        fallback: [...before, ...tableInstead(view, size), ...after],
      };
    }),
  };
}

/** The answer to `/canary explain`, for one person. */
export function canaryExplainReply(view: CanaryView, kpi: string): Message {
  const texts = explanation(view, kpi);
  return {
    text: shorten(texts[0] ?? "", BUDGET.message.text),
    blocks: packed(texts).map((text) => section(text)),
  };
}
