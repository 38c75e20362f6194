import type { OperationState } from "#src/operations/state";
import type { WeeklyResult } from "#src/operations/weekly/result";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import { carry } from "#src/slack/blocks/carried";
import {
  actions,
  button,
  context,
  drawn,
  header,
  type MessageBlock,
  packed,
  section,
  type TaggedMessage,
} from "#src/slack/blocks/elements";
import { type Drawn, fitting } from "#src/slack/blocks/fitting";
import { cardBlocks } from "#src/slack/blocks/sop-card";
import { when } from "#src/slack/blocks/times";
import { VERDICT_WORDS } from "#src/slack/blocks/verdict-words";
import { causeLines, deltaLines, deltaTable, shownDeltas, worstLines } from "#src/slack/blocks/weekly-lines";
import { count, number } from "#src/slack/blocks/words";
import { code, line, mention, plainLine, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES, OPERATION_METADATA } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

/** `fallback`: the same message for a Slack that refuses tables. */
export type WeeklyMessage = Omit<TaggedMessage, "blocks"> & Drawn;

type Size = {
  readonly rows: number;
  readonly worst: number;
  readonly says: number;
  readonly lines: number;
  readonly body: number;
  readonly step: number;
  readonly note: number;
};

const SIZES: readonly [Size, ...Size[]] = [
  { rows: 9, worst: 5, says: 240, lines: 4, body: 1_600, step: 200, note: 200 },
  { rows: 8, worst: 4, says: 160, lines: 3, body: 800, step: 140, note: 120 },
  { rows: 6, worst: 3, says: 120, lines: 3, body: 300, step: 100, note: 80 },
  { rows: 4, worst: 2, says: 90, lines: 2, body: 120, step: 80, note: 60 },
  { rows: 3, worst: 1, says: 60, lines: 1, body: 0, step: 50, note: 30 },
  { rows: 2, worst: 1, says: 40, lines: 1, body: 0, step: 30, note: 20 },
];

/**
 * The message of a weekly run that did not pass: what is wrong, why, the worst cases and what to do. `result` null: it came to no evaluation.
 * `called`: whom the first post mentions. Never above `BUDGET.message`.
 */
export function weeklyMessage(
  operation: OperationState,
  result: WeeklyResult | null,
  now: Instant,
  called: readonly Person[],
): WeeklyMessage {
  const { id, service, number: numbered } = operation;
  return {
    text: weeklySentence(operation),
    ...fitting(SIZES, (size) => layout(operation, result, now, called, size)),
    metadata: { event_type: OPERATION_METADATA, event_payload: { subject: id, number: numbered, service } },
  };
}

/** The entire point in one sentence. */
export function weeklySentence({ service, number: numbered, finished }: OperationState): string {
  const what = `Weekly evaluation #${number(numbered)} of ${line(service)}`;
  if (finished === null) return `⏳ running · ${what}`;
  return shorten(`${VERDICT_WORDS[finished.verdict]} · ${what}: ${line(finished.summary)}`, BUDGET.message.text);
}

function layout(
  operation: OperationState,
  result: WeeklyResult | null,
  now: Instant,
  called: readonly Person[],
  size: Size,
): Drawn {
  const { finished, service, number: numbered } = operation;
  const verdict = finished === null ? "⏳ running" : VERDICT_WORDS[finished.verdict];
  const title = `${verdict} · Weekly evaluation #${number(numbered)} · ${shorten(plainLine(service), 80)}`;
  const summary = shorten(line(finished?.summary ?? "It is under way."), 6 * size.says);
  const who = called.length === 0 ? "" : `${called.map(({ id }) => mention(id)).join(" ")}: please look at it.`;
  const foot = context(
    [...(finished === null ? [] : [`ended ${when(finished.at)}`]), `updated ${when(now)}`, code(operation.id)].join(
      " · ",
    ),
  );
  const head: MessageBlock[] = [header(title), section(summary), ...(who === "" ? [] : [section(who)])];
  if (result === null) return { blocks: [...head, foot], fallback: [...head, foot] };
  const deltas = shownDeltas(result, size.rows);
  const after: MessageBlock[] = [
    ...listed(causeLines(result, size.lines)),
    ...listed(worstLines(result, size.worst, size.says), "*Worst cases*"),
    ...result.cards.flatMap((card) => cardBlocks(operation, card, size)),
    ...notes(result, size),
    actions(
      `${BLOCK_PREFIXES.operation}${operation.id}`,
      drawn([button(ACTIONS.weeklyDetails, "Details", carry({ r: operation.id }))]),
    ),
    foot,
  ];
  const about = context(aboutWords(result));
  return {
    blocks: [...head, about, deltaTable(deltas), ...after],
    fallback: [...head, about, ...packed(deltaLines(deltas)).map((text) => section(text)), ...after],
  };
}

const listed = (lines: readonly string[], title = ""): MessageBlock[] =>
  lines.length === 0 ? [] : packed([...(title === "" ? [] : [title]), ...lines]).map((text) => section(text));

/** "`run-1` with `v2` against the baseline `ev_…` · 84 questions · 3 without a score". */
function aboutWords({ evaluation, pair, baseline, gold, counts }: WeeklyResult): string {
  const against = baseline === null ? "compared with nothing" : `against ${code(baseline.evaluation)}`;
  const lost = counts.failed + counts.ungraded;
  return [
    `${code(pair.run)} with ${code(pair.config)}`,
    `${code(evaluation)} ${against}`,
    count(gold.cases, "question"),
    ...(lost === 0 ? [] : [`${number(lost)} without a score`]),
  ].join(" · ");
}

/** How it was searched stands in Details. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;

/** What else has to be known: causes without a card, broken cards, and what the search for better settings found. */
function notes({ withoutCard, brokenCards, proposals }: WeeklyResult, { says, lines }: Size): MessageBlock[] {
  const texts = [
    ...(withoutCard.length === 0
      ? []
      : [`No SOP card is about ${withoutCard.join(", ")}: ${code("configs/sop/README.md")} says how to add one.`]),
    ...brokenCards.slice(0, 2).map((broken) => `⚠️ A broken SOP card was left out: ${shorten(line(broken), says)}`),
    ...(brokenCards.length > 2 ? [`⚠️ and ${number(brokenCards.length - 2)} more: ${code("golive sop check")}`] : []),
    ...proposals.slice(0, lines + 1).map((said) => `🔧 ${shorten(firstSentence(line(said)), says)}`),
  ];
  return texts.length === 0 ? [] : [context(...texts.slice(0, 10))];
}
