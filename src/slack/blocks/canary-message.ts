import type { CanaryView } from "#src/canary/watch/view";
import type { Instant } from "#src/release/policy";
import { canaryActions } from "#src/slack/blocks/canary-actions";
import { canaryFacts, canaryHead } from "#src/slack/blocks/canary-head";
import { canarySentence } from "#src/slack/blocks/canary-sentence";
import { kpiTable, leftOut, type TableSize, tableInstead } from "#src/slack/blocks/canary-table";
import { context, header, type MessageBlock, section, type TaggedMessage } from "#src/slack/blocks/elements";
import { type Drawn, fitting } from "#src/slack/blocks/fitting";
import { when } from "#src/slack/blocks/times";
import { number } from "#src/slack/blocks/words";
import { line, plainLine, shorten } from "#src/slack/escape";
import { CANARY_METADATA } from "#src/slack/ids";

/** `fallback`: the same message for a Slack that refuses tables and charts. */
export type CanaryMessage = Omit<TaggedMessage, "blocks"> & Drawn;

/** How much of everything is shown; what is left out ends in "…" or is counted. */
export type CanarySize = TableSize & {
  /** Lines of what stands against it. */
  readonly lines: number;
  /** Characters of a sentence, and of an id. */
  readonly says: number;
  readonly id: number;
};

const SIZES: readonly [CanarySize, ...CanarySize[]] = [
  { rows: 40, name: 60, lines: 12, says: 500, id: 70 },
  { rows: 24, name: 40, lines: 8, says: 300, id: 60 },
  { rows: 14, name: 30, lines: 6, says: 200, id: 40 },
  { rows: 8, name: 24, lines: 3, says: 100, id: 30 },
];

/** The one message of a canary, drawn anew from the view each time. Never above `BUDGET.message`. */
export function canaryMessage(view: CanaryView, now: Instant): CanaryMessage {
  const { canary } = view;
  return {
    text: canarySentence(view),
    ...fitting(SIZES, (size) => layout(view, now, size)),
    metadata: {
      event_type: CANARY_METADATA,
      event_payload: { subject: canary.id, number: canary.number, service: canary.service },
    },
  };
}

function layout(view: CanaryView, now: Instant, size: CanarySize): Drawn {
  const { canary } = view;
  const before: MessageBlock[] = [
    header(`Canary #${number(canary.number)} · ${shorten(plainLine(canary.service), 100)}`),
    ...canaryHead(view, size).map((text) => section(text)),
    context(canaryFacts(view).join(" · ")),
  ];
  const hidden = leftOut(view, size);
  const caution = canary.caution === null ? "" : shorten(line(canary.caution), 2 * size.says);
  const after: MessageBlock[] = [
    ...(hidden === null ? [] : [context(hidden)]),
    ...(caution === "" || canary.ended !== null ? [] : [context(`⚠️ ${caution}`)]),
    ...canaryActions(view),
    context(
      `of release ${line(shorten(canary.release, 60))} · since ${when(canary.from)} · updated ${when(now)} · history in the thread`,
    ),
  ];
  return {
    blocks: [...before, kpiTable(view, size), ...after],
    fallback: [...before, ...tableInstead(view, size), ...after],
  };
}
