import type { KnownBlock, ModalView } from "@slack/types";
import type { OperationState } from "#src/operations/state";
import type { WeeklyResult } from "#src/operations/weekly/result";
import { causeName, differenceText, figureText, metricName } from "#src/operations/weekly/words";
import { packed, section } from "#src/slack/blocks/elements";
import { modal } from "#src/slack/blocks/modal";
import { causeLines, deltaLines, standingWords, worstLines } from "#src/slack/blocks/weekly-lines";
import { count } from "#src/slack/blocks/words";
import { bold, code, line } from "#src/slack/escape";
import { CALLBACKS } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

/** Everything that a weekly run found: why, every metric, by tag, by cause, the worst cases, and what it was held to. */
export function weeklyDetails({ number }: OperationState, result: WeeklyResult): ModalView {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ["Why", result.why.map((said) => `• ${line(said)}`)],
    ["Causes", causeLines(result, 20)],
    ["Metrics", deltaLines(result.deltas)],
    ["By tag, what lost most first", tagLines(result)],
    ["What was lost, by cause", lossLines(result)],
    ["Worst cases", worstLines(result, 10, 300)],
    ["Held to", result.bars.map((said) => `• ${line(said)}`)],
    ["Search for better settings", result.proposals.map((said) => `• ${line(said)}`)],
  ];
  const blocks = parts.flatMap(([title, lines]) =>
    lines.length === 0 ? [] : packed([`*${title}*`, ...lines]).map((text): KnownBlock => section(text)),
  );
  return modal({
    callback: CALLBACKS.notice,
    title: `Weekly evaluation #${number}`.slice(0, 24),
    blocks: fittingBlocks(blocks, result),
  });
}

/** What a window doesn't take is on the command line, and that is said. */
function fittingBlocks(blocks: readonly KnownBlock[], { evaluation }: WeeklyResult): KnownBlock[] {
  const rest = section(`_… the rest: ${code(`golive triage ${evaluation}`)}_`);
  const kept = [...blocks];
  const fits = () => kept.length <= BUDGET.view.blocks && JSON.stringify(kept).length <= BUDGET.view.json;
  if (fits()) return kept;
  while (kept.length > 1 && !fits()) kept.pop();
  return [...kept, rest];
}

const tagLines = ({ byTag }: WeeklyResult): string[] =>
  byTag.map(
    ({ tag, cases, metric, now, before, standing }) =>
      `${bold(tag, 60)} ${line(metricName(metric))} ${figureText(now, "share")}` +
      `${before === null ? "" : ` against ${figureText(before, "share")} (${differenceText(now, before, "share")})`} · ${count(cases, "case")} · ${standingWords({ standing, belowFloor: false })}`,
  );

const lossLines = ({ byCause }: WeeklyResult): string[] =>
  byCause.map(({ metric, lost }) => {
    const parts = lost.map(
      ({ cause, share, cases }) => `${causeName(cause)} ${(100 * share).toFixed(1)} points (${count(cases, "case")})`,
    );
    return `${bold(metricName(metric), 60)}: ${line(parts.join(", ") || "no case lost anything")}`;
  });
