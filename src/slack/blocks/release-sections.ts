import type { KnownBlock } from "@slack/types";
import type { ItemStatus, ItemView, ReleaseView, SectionView } from "#src/release/view";
import { carry } from "#src/slack/blocks/carried";
import type { Density } from "#src/slack/blocks/density";
import { button, context, moreInDetails, section } from "#src/slack/blocks/elements";
import { when } from "#src/slack/blocks/times";
import { count, MARKS, marked, name, number } from "#src/slack/blocks/words";
import { bold, line, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES, blockId } from "#src/slack/ids";

/**
 * Most urgent first; the others are green and fold, under way, or not built yet and counted. What was waived or declared not to
 * apply opens its gate without being green: nobody should have to look for it.
 */
const URGENCY: readonly ItemStatus[] = ["fail", "error", "inconclusive", "stale", "waived", "not-applicable"];

/**
 * A block for each section in which a check doesn't simply pass; the others share a line with their counts, and what nothing decides yet is
 * one small line. Sign-offs have rows of their own, so they are counted here and not listed again.
 */
export function releaseSections(view: ReleaseView, density: Density): KnownBlock[] {
  const decisive = view.sections.filter((one) => one.items.some((item) => item.item.phase === "before"));
  const later = view.sections.filter((one) => !decisive.includes(one));
  const open = decisive.filter((one) => openItems(one).length > 0).sort((a, b) => worst(a) - worst(b));
  const settled = decisive.filter((one) => openItems(one).length === 0 && one.total > 0);
  const shown = open.slice(0, density.sections);
  const hidden = open.slice(shown.length);
  return [
    ...shown.map((one, index) => sectionBlock(view, one, index, density)),
    ...(hidden.length > 0 ? [section(hiddenLine(hidden))] : []),
    ...settledBlock(settled, density),
    ...notBuiltBlock(decisive, later, density),
  ];
}

function sectionBlock(view: ReleaseView, one: SectionView, index: number, density: Density): KnownBlock {
  const lines = openLines(view, one);
  const shown = lines.slice(0, density.lines).map((text) => shorten(text, density.lineChars));
  const hidden = lines.length - shown.length;
  const text = [
    `${sectionMark(one)}${bold(one.title, density.nameChars + 30)} ${sectionCount(one)}`,
    ...shown,
    ...(hidden > 0 ? [moreInDetails(hidden)] : []),
  ].join("\n");
  return section(text, {
    id: blockId(BLOCK_PREFIXES.section, one.id, index),
    accessory: button(ACTIONS.details, "Details", carry({ r: view.release.id, i: one.id }), {
      spoken: `Details of ${one.title}`,
    }),
  });
}

/** Sections stand in the order of their most urgent line, else in the checklist's. */
function worst(one: SectionView): number {
  return Math.min(...openItems(one).map(urgency));
}

/** What has to be said of a section: not what is green, not sign-offs, not checks under way (those stand with the blockers). */
function openItems(one: SectionView): ItemView[] {
  return one.items.filter((item) => item.item.proof.kind !== "sign-off" && URGENCY.includes(item.status));
}

/** Not-green items, most urgent first; items decided by the same check share a line. */
function openLines(view: ReleaseView, one: SectionView): string[] {
  const groups = new Map<string, ItemView[]>();
  for (const item of openItems(one)) {
    const key = proofKey(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()]
    .sort((a, b) => urgency(a[0]) - urgency(b[0]))
    .flatMap(([first, ...same]) => {
      if (first === undefined) return [];
      const others = same.length === 0 ? "" : ` (and ${count(same.length, "more line")} that it decides)`;
      const value = `${waiverWords(view, first)}${line(first.line)}`;
      const text = shorten(line(first.item.text), 120);
      return [`${marked(MARKS[first.status])} · ${text}${others}${value === "" ? "" : `: ${value}`}`];
    });
}

/** Who accepted it, until when and why, before what was accepted: "by Mei Sato until 14:20, three drafts only · ". */
function waiverWords(view: ReleaseView, { item, status }: ItemView): string {
  if (status !== "waived" || item.proof.kind !== "check") return "";
  const { check } = item.proof;
  const waiver = view.checks.find(({ definition }) => definition.id === check)?.waiver ?? null;
  if (waiver === null) return "";
  return `by ${name(waiver.by)} until ${when(waiver.until)}, ${shorten(line(waiver.reason), 120)} · `;
}

function proofKey({ item, status }: ItemView): string {
  switch (item.proof.kind) {
    case "check":
      return `check ${item.proof.check} ${status}`;
    case "sign-off":
      return `sign-off ${item.proof.signOff}`;
    case "after-cutover":
    case "not-built":
      return `${item.proof.kind} ${item.id}`;
  }
}

function urgency(item: ItemView | undefined): number {
  return item === undefined ? URGENCY.length : URGENCY.indexOf(item.status);
}

type Counted = Pick<SectionView, "green" | "total" | "notBuilt" | "afterCutover" | "notApplicable">;

/** "6/7 · 1 not applicable · 2 not built yet". */
export function sectionCount(one: Counted): string {
  const parts = [
    ...(one.total === 0 ? [] : [greenCount(one)]),
    ...(one.notApplicable === 0 ? [] : [`${number(one.notApplicable)} not applicable`]),
    ...(one.afterCutover === 0 ? [] : [`${number(one.afterCutover)} after the cutover`]),
    ...(one.notBuilt === 0 ? [] : [`${number(one.notBuilt)} not built yet`]),
  ];
  return parts.join(" · ") || "nothing to check";
}

function greenCount(one: Counted): string {
  return `${number(one.green)}/${number(one.total)}`;
}

/** A tick only where every line was decided: a section with lines that nothing decides yet is never green. */
function sectionMark(one: SectionView): string {
  return one.total > 0 && one.green === one.total && one.notBuilt + one.afterCutover === 0
    ? `${MARKS.pass.emoji} `
    : "";
}

function hiddenLine(hidden: readonly SectionView[]): string {
  const counted = {
    green: sum(hidden, (one) => one.green),
    total: sum(hidden, (one) => one.total),
    notBuilt: sum(hidden, (one) => one.notBuilt),
    afterCutover: sum(hidden, (one) => one.afterCutover),
    notApplicable: sum(hidden, (one) => one.notApplicable),
  };
  const more = moreInDetails(hidden.length, hidden.length === 1 ? "section" : "sections");
  return `${more} ${sectionCount(counted)}`;
}

/** "*Checklist* · Run manifest 3/3 · ✅ Backup 3/3". */
function settledBlock(settled: readonly SectionView[], density: Density): KnownBlock[] {
  if (settled.length === 0) return [];
  const shown = settled.slice(0, density.sections);
  const names = shown.map((one) => `${sectionMark(one)}${sectionName(one, density)} ${greenCount(one)}`);
  const hidden = settled.length - shown.length;
  const more = hidden > 0 ? [moreInDetails(hidden, hidden === 1 ? "section" : "sections")] : [];
  return [section(["*Checklist*", ...names, ...more].join(" · "))];
}

/** What nobody should take for green: counted by section where a whole section waits, else in one number. */
function notBuiltBlock(
  decisive: readonly SectionView[],
  later: readonly SectionView[],
  density: Density,
): KnownBlock[] {
  const whole = decisive.filter((one) => one.total === 0 && one.notBuilt > 0);
  const shown = whole.slice(0, Math.min(4, density.sections));
  const rest = sum(decisive, (one) => one.notBuilt) - sum(shown, (one) => one.notBuilt);
  const after = sum(later, (one) => one.notBuilt);
  const watched = sum([...decisive, ...later], (one) => one.afterCutover);
  const parts = [
    ...shown.map((one) => `${sectionName(one, density)} (${count(one.notBuilt, "line")})`),
    ...(rest > 0 ? [`${count(rest, shown.length > 0 ? "other line" : "line")}`] : []),
    ...(after > 0 ? [`${count(after, "line")} for after the cutover`] : []),
  ];
  const texts = [
    ...(watched === 0
      ? []
      : [`Decided after the cutover (canary, rollback, runs by the clock, SLOs): ${count(watched, "line")}`]),
    ...(parts.length === 0 ? [] : [`Not built yet, so unchecked and not blocking: ${parts.join(", ")}`]),
  ];
  return texts.length === 0 ? [] : [context(texts.join("\n"))];
}

function sectionName(one: SectionView, density: Density): string {
  return shorten(line(one.title), density.nameChars);
}

function sum(sections: readonly SectionView[], of: (one: SectionView) => number): number {
  return sections.reduce((total, one) => total + of(one), 0);
}
