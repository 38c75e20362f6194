import type { KnownBlock } from "@slack/types";
import type { ItemStatus, ItemView, ReleaseView, SectionView } from "#src/release/view";
import { carry } from "#src/slack/blocks/carried";
import type { Density } from "#src/slack/blocks/density";
import { button, moreInDetails, section } from "#src/slack/blocks/elements";
import { count, MARKS, marked, number } from "#src/slack/blocks/words";
import { bold, line, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES, blockId } from "#src/slack/ids";

/** Most urgent first; what isn't in this list is green and folds, or is not built yet and is counted. */
const URGENCY: readonly ItemStatus[] = [
  "fail",
  "error",
  "inconclusive",
  "vetoed",
  "stale",
  "waiting",
  "running",
  "waiting-for-evidence",
  "pending",
  "waived",
];

/** One block per section that decides the cutover; what comes after it is one line. */
export function releaseSections(view: ReleaseView, density: Density): KnownBlock[] {
  const decisive = view.sections.filter((one) => one.items.some((item) => item.item.phase === "before"));
  const later = view.sections.filter((one) => !decisive.includes(one));
  const shown = decisive.slice(0, density.sections);
  const rest = restLines(decisive.slice(density.sections), later);
  return [
    ...shown.map((one, index) => sectionBlock(view, one, index, density)),
    ...(rest.length > 0 ? [section(rest.join("\n"))] : []),
  ];
}

function sectionBlock(view: ReleaseView, one: SectionView, index: number, density: Density): KnownBlock {
  const lines = openLines(one);
  const shown = lines.slice(0, density.lines).map((text) => shorten(text, density.lineChars));
  const hidden = lines.length - shown.length;
  const text = [
    `${sectionMark(one)}${bold(one.title, density.nameChars + 30)} ${sectionCount(one)}`,
    ...shown,
    ...(hidden > 0 ? [moreInDetails(hidden)] : []),
  ].join("\n");
  return section(text, {
    id: blockId(BLOCK_PREFIXES.section, one.id, index),
    accessory: button(ACTIONS.details, "Details", carry({ r: view.release.id, i: one.id })),
  });
}

/** Not-green items, most urgent first; items decided by the same check or sign-off share a line. */
function openLines(one: SectionView): string[] {
  const groups = new Map<string, ItemView[]>();
  for (const item of one.items) {
    if (!URGENCY.includes(item.status)) continue;
    const key = proofKey(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()]
    .sort((a, b) => urgency(a[0]) - urgency(b[0]))
    .flatMap(([first, ...same]) => {
      if (first === undefined) return [];
      const others = same.length === 0 ? "" : ` (and ${count(same.length, "more line")} of the same)`;
      const value = line(first.line);
      const text = shorten(line(first.item.text), 120);
      return [`${marked(MARKS[first.status])} · ${text}${others}${value === "" ? "" : `: ${value}`}`];
    });
}

function proofKey({ item, status }: ItemView): string {
  switch (item.proof.kind) {
    case "check":
      return `check ${item.proof.check} ${status}`;
    case "sign-off":
      return `sign-off ${item.proof.signOff} ${status}`;
    case "not-built":
      return `not-built ${item.id}`;
  }
}

function urgency(item: ItemView | undefined): number {
  return item === undefined ? URGENCY.length : URGENCY.indexOf(item.status);
}

/** "6/7 · 2 not built yet". */
export function sectionCount(one: SectionView): string {
  const notBuilt = one.notBuilt === 0 ? "" : `${number(one.notBuilt)} not built yet`;
  if (one.total === 0) return notBuilt === "" ? "nothing to check" : notBuilt;
  return `${number(one.green)}/${number(one.total)}${notBuilt === "" ? "" : ` · ${notBuilt}`}`;
}

/** A tick only where every line was decided: a section with lines that nothing decides yet is never green. */
function sectionMark(one: SectionView): string {
  return one.total > 0 && one.green === one.total && one.notBuilt === 0 ? `${MARKS.pass.emoji} ` : "";
}

function restLines(hidden: readonly SectionView[], later: readonly SectionView[]): string[] {
  const lines: string[] = [];
  if (hidden.length > 0) {
    const items = sum(hidden, (one) => one.total);
    const green = sum(hidden, (one) => one.green);
    const notBuilt = sum(hidden, (one) => one.notBuilt);
    lines.push(
      `${moreInDetails(hidden.length, hidden.length === 1 ? "section" : "sections")} ${sectionCount({ id: "", title: "", items: [], green, total: items, notBuilt })}`,
    );
  }
  if (later.length > 0) {
    const total = sum(later, (one) => one.total);
    const notBuilt = sum(later, (one) => one.notBuilt);
    const built = total === 0 ? "" : `${number(total)} lines, `;
    lines.push(
      `*After the cutover*: ${number(later.length)} ${later.length === 1 ? "section" : "sections"}, ${built}${number(notBuilt)} not built yet. They don't block; all lines stand in Details.`,
    );
  }
  return lines;
}

function sum(sections: readonly SectionView[], of: (one: SectionView) => number): number {
  return sections.reduce((total, one) => total + of(one), 0);
}
