import type { KnownBlock } from "@slack/types";
import type { Instant } from "#src/release/policy";
import type { RollbackView } from "#src/rollback/view";
import { context, header, packed, section, type TaggedMessage } from "#src/slack/blocks/elements";
import { rollbackActions } from "#src/slack/blocks/rollback-actions";
import { PROOFS, rollbackHead } from "#src/slack/blocks/rollback-head";
import { rollbackSentence } from "#src/slack/blocks/rollback-sentence";
import { stepLines, stepPlan, withoutPlan } from "#src/slack/blocks/rollback-steps";
import { planTexts } from "#src/slack/blocks/rollback-words";
import { when } from "#src/slack/blocks/times";
import { name, number } from "#src/slack/blocks/words";
import { line, plainLine, shorten } from "#src/slack/escape";
import { ROLLBACK_METADATA } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

/** `fallback`: the same message for a Slack that refuses plans; null where it holds none. */
export type RollbackMessage = TaggedMessage & { readonly fallback: KnownBlock[] | null };

/** How much of everything is shown; what is left out ends in "…" or is counted. */
export type RollbackSize = {
  readonly lines: number;
  readonly chars: number;
  readonly detail: number;
  readonly says: number;
  readonly id: number;
  readonly people: number;
};

const SIZES: readonly [RollbackSize, ...RollbackSize[]] = [
  { lines: 12, chars: 400, detail: 500, says: 2_000, id: 70, people: 8 },
  { lines: 8, chars: 240, detail: 250, says: 1_200, id: 60, people: 6 },
  { lines: 4, chars: 160, detail: 120, says: 800, id: 40, people: 4 },
  { lines: 2, chars: 100, detail: 60, says: 500, id: 30, people: 2 },
];

/**
 * The one message of a rollback, drawn anew from the view each time: what it waits for, the steps as they are done, or what is live
 * after it and the one next thing to do. Never above `BUDGET.message`.
 */
export function rollbackMessage(view: RollbackView, now: Instant): RollbackMessage {
  const { rollback } = view;
  let drawn: Pick<RollbackMessage, "blocks" | "fallback"> = { blocks: [], fallback: null };
  for (const size of SIZES) {
    drawn = layout(view, now, size);
    if (fits(drawn.blocks) && (drawn.fallback === null || fits(drawn.fallback))) break;
  }
  return {
    text: rollbackSentence(view),
    ...drawn,
    metadata: {
      event_type: ROLLBACK_METADATA,
      event_payload: { subject: rollback.id, number: rollback.number, service: rollback.service },
    },
  };
}

const fits = (blocks: readonly KnownBlock[]): boolean =>
  blocks.length <= BUDGET.message.blocks && JSON.stringify(blocks).length <= BUDGET.message.json;

function layout(view: RollbackView, now: Instant, size: RollbackSize): Pick<RollbackMessage, "blocks" | "fallback"> {
  const { rollback } = view;
  const { standing } = rollback;
  const said = standing === "complete" ? PROOFS : [];
  const blocks = [
    header(`Rollback #${number(rollback.number)} · ${shorten(plainLine(rollback.service), 100)}`),
    ...rollbackHead(view, size),
    ...(standing === "waiting" ? planTexts(rollback.plan, size.lines, size.chars).map((text) => section(text)) : []),
    ...(standing === "waiting" || standing === "withdrawn" ? [] : [stepPlan(rollback, size.detail, said)]),
    ...rollbackActions(view),
    context([...facts(view, size), `updated ${when(now)}`, "history in the thread"].join(" · ")),
  ];
  const lines = packed(stepLines(rollback, size.detail, said)).map((text) => section(text));
  return { blocks, fallback: withoutPlan(blocks, lines) };
}

function facts({ rollback }: RollbackView, { chars }: RollbackSize): string[] {
  const { confirmed, requester, requestedAt, reason } = rollback;
  const why = shorten(line(reason), chars);
  const by =
    confirmed === null
      ? ""
      : confirmed.how === "policy"
        ? "the canary's policy"
        : confirmed.people
            .slice(0, 3)
            .map((person) => name(person, 40))
            .join(", ");
  const how = confirmed?.how === "break-glass" ? "glass broken by" : "confirmed by";
  return [
    `Asked for by ${name(requester, 40)} ${when(requestedAt)}${why === "" ? "" : `: ${why}`}`,
    ...(confirmed === null ? [] : [`${how} ${by} ${when(confirmed.at)}`]),
  ];
}
