import type { Button, KnownBlock } from "@slack/types";
import type { CheckResult } from "#src/release/events";
import type { Instant } from "#src/release/policy";
import type { CheckStatus, CheckView, ItemView, ReleaseView } from "#src/release/view";
import { durationText } from "#src/release/wording";
import { carry } from "#src/slack/blocks/carried";
import { actions, button, drawn, section } from "#src/slack/blocks/elements";
import { when } from "#src/slack/blocks/times";
import { MARKS, marked, name, number, shortHash, shortHashes } from "#src/slack/blocks/words";
import { bold, code, codeBlock, line, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES, blockId } from "#src/slack/ids";

const WAIVABLE: readonly CheckStatus[] = ["fail", "inconclusive", "error"];

/** A check in full: its lines of the checklist, what was found against the bar, the query, how fresh, what to do. */
export function checkDetails(
  view: ReleaseView,
  check: CheckView,
  items: readonly ItemView[],
  index: number,
  now: Instant,
): KnownBlock[] {
  const evidence = check.result === null ? null : evidenceText(check.result);
  const buttons = checkButtons(view, check);
  const id = blockId(BLOCK_PREFIXES.check, check.definition.id, index);
  const [only, ...others] = buttons;
  const beside = others.length === 0 && only !== undefined ? { id, accessory: only } : {};
  return [
    section(headText(check, items, now), beside),
    ...(evidence === null ? [] : [section(evidence)]),
    ...(others.length === 0 ? [] : [actions(id, buttons)]),
  ];
}

function headText(check: CheckView, items: readonly ItemView[], now: Instant): string {
  const { definition, result, status } = check;
  const attempt = check.attempt > 1 ? ` · attempt ${number(check.attempt)}` : "";
  const shown = items.slice(0, 12).map((item) => `• ${shorten(line(item.item.text), 120)}`);
  const hidden = items.length - shown.length;
  return [
    `${marked(MARKS[status])} · ${bold(definition.title, 160)}${attempt}`,
    ...(result === null ? [] : [shorten(line(result.summary), 600)]),
    ...(result === null || status === "not-applicable" ? [] : [valueLine(result)]),
    ...(result !== null && result.next !== "" ? [`*What to do*: ${shorten(line(result.next), 500)}`] : []),
    ...freshLines(check, now),
    ...waiverLines(check),
    ...shown,
    ...(hidden > 0 ? [`_… and ${number(hidden)} more lines decided by this check_`] : []),
  ].join("\n");
}

function valueLine(result: CheckResult): string {
  const value = shorten(line(result.value), 150) || "none";
  const bar = shorten(line(result.bar), 150) || "none";
  return `Value: ${value} · bar: ${bar}`;
}

function freshLines(check: CheckView, now: Instant): string[] {
  if (check.finishedAt === null) {
    return [check.status === "running" ? "Running; no result yet." : "Not run yet."];
  }
  const rerunning = check.status === "running" ? "Running again; what stands here is from before. " : "";
  const finished = `${rerunning}Finished ${when(check.finishedAt)}`;
  if (check.freshUntil === null) return [finished];
  const fresh =
    now < check.freshUntil
      ? `fresh until ${when(check.freshUntil)} (${durationText(check.freshUntil - now)} left)`
      : `stale since ${when(check.freshUntil)}: it has to run again`;
  return [`${finished} · ${fresh}`];
}

function waiverLines({ waiver }: CheckView): string[] {
  if (waiver === null) return [];
  return [`⚠️ waived by ${name(waiver.by)} until ${when(waiver.until)}: ${shorten(line(waiver.reason), 300)}`];
}

/** The numbers, and the query or command that produced them. */
function evidenceText(result: CheckResult): string {
  const entries = Object.entries(result.numbers);
  const shown = entries
    .slice(0, 24)
    .map(
      ([key, value]) =>
        `${shorten(line(key), 40)} ${typeof value === "number" ? number(value) : shorten(line(shortHashes(String(value ?? "none"))), 60)}`,
    );
  const hidden = entries.length - shown.length;
  const numbers = shown.length === 0 ? "no numbers" : shown.join(" · ");
  return [
    `Evidence ${shortHash(result.evidenceHash)}: ${shorten(numbers, 1_400)}${hidden > 0 ? ` · and ${number(hidden)} more numbers in the journal` : ""}`,
    ...(result.how.trim() === "" ? [] : howLines(result.how)),
  ].join("\n");
}

/** A query longer than this is a wall in a modal; its beginning says which one it is. */
const LONGEST_HOW = 700;

function howLines(how: string): string[] {
  const cut = how.trim().length > LONGEST_HOW;
  return [codeBlock(how, LONGEST_HOW), ...(cut ? ["_Shortened: the whole query stands in the audit trail._"] : [])];
}

function checkButtons(view: ReleaseView, check: CheckView): Button[] {
  const { release } = view;
  if (release.standing !== "open" || release.paused !== null) return [];
  const value = carry({ r: release.id, i: check.definition.id });
  const underWay = check.attempt > 0 && (check.status === "running" || check.status === "pending");
  return drawn([
    release.manifest !== null && !underWay
      ? button(ACTIONS.rerun, "Re-run", value, { spoken: `Re-run ${check.definition.title}` })
      : null,
    check.definition.waivable && WAIVABLE.includes(check.status)
      ? button(ACTIONS.waive, "Waive…", value, { style: "danger", spoken: `Waive… ${check.definition.title}` })
      : null,
  ]);
}

/** "`id`" of a check that this release doesn't know: said, never hidden. */
export function unknownCheck(id: string): KnownBlock[] {
  return [section(`⚠️ inconclusive · the checklist names a check ${code(id)} that this release does not run`)];
}
