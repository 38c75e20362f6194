import type { KnownBlock, ModalView } from "@slack/types";
import { foldBlockers } from "#src/release/fold-blockers";
import type { Instant } from "#src/release/policy";
import type { CheckStatus, ItemView, ReleaseView, SectionView } from "#src/release/view";
import { carry } from "#src/slack/blocks/carried";
import { checkDetails, unknownCheck } from "#src/slack/blocks/details-check";
import { type Entry, paged } from "#src/slack/blocks/details-pages";
import { signOffDetails } from "#src/slack/blocks/details-sign-off";
import { actions, button, context, drawn, header, packed, section } from "#src/slack/blocks/elements";
import { modal } from "#src/slack/blocks/modal";
import { standingMark } from "#src/slack/blocks/release-head";
import { sectionCount } from "#src/slack/blocks/release-sections";
import { when } from "#src/slack/blocks/times";
import { MARKS, marked, number } from "#src/slack/blocks/words";
import { code, line, plainLine, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES, CALLBACKS } from "#src/slack/ids";
import { LIMITS } from "#src/slack/limits";

/**
 * Every line of a section (null: of the whole checklist, and every blocker), with its evidence, what to do, and the
 * buttons for it. Pages of at most `BUDGET.view`; `page` counts from 0 and is brought into range.
 */
export function detailsModal(view: ReleaseView, sectionId: string | null, now: Instant, page = 0): ModalView {
  const [only] = sectionId === null ? [] : view.sections.filter((one) => one.id === sectionId);
  // The modal's title says it already, unless it is cut there.
  const titled = only !== undefined && plainLine(only.title).length <= LIMITS.view.title;
  const chosen = sectionId === null ? view.sections : view.sections.filter((one) => one.id === sectionId);
  const entries = [
    ...(sectionId === null ? blockerEntries(view) : []),
    ...chosen.flatMap((one) => [
      ...(titled ? [] : [[header(`${one.title} · ${sectionCount(one)}`)]]),
      ...sectionEntries(view, one, now),
    ]),
    ...(sectionId === null ? unlistedEntries(view, now) : []),
  ];
  const pages = paged(
    entries.length > 0
      ? entries
      : [
          [
            section(
              "No section of this release has that name. The checklist may have changed: open Details again from the message.",
            ),
          ],
        ],
  );
  const at = Math.min(Math.max(0, page), pages.length - 1);
  return modal({
    callback: CALLBACKS.details,
    title: only !== undefined ? only.title : "All details",
    carried: carry({ r: view.release.id, ...(sectionId === null ? {} : { i: sectionId }), p: at }),
    blocks: [
      context(
        `${titled ? `${sectionCount(only)} · ` : ""}${code(view.release.service, 60)} release #${number(view.release.number)} · ${marked(standingMark(view))} · as of ${when(now)}${pages.length > 1 ? ` · page ${at + 1} of ${pages.length}` : ""}`,
      ),
      ...(pages[at] ?? []),
      ...pageButtons(view, sectionId, at, pages.length),
    ],
  });
}

/** Checks in the order in which people want to read them: what says no first, what passes last. */
const CALM: readonly CheckStatus[] = [
  "fail",
  "error",
  "inconclusive",
  "stale",
  "waived",
  "not-applicable",
  "running",
  "pending",
  "pass",
];

function blockerEntries(view: ReleaseView): Entry[] {
  if (view.blockers.length === 0) return [];
  const lines = foldBlockers(view.blockers).map((blocker) => `• ${shorten(line(blocker.text), 900)}`);
  return packed([`*What blocks the cutover* (${number(lines.length)})`, ...lines]).map((text) => [section(text)]);
}

function sectionEntries(view: ReleaseView, one: SectionView, now: Instant): Entry[] {
  const checks = new Map(view.checks.map((check, index) => [check.definition.id, { check, index }]));
  const signOffs = new Map(view.signOffs.map((signOff, index) => [signOff.definition.id, { signOff, index }]));
  const entries: Entry[] = [];
  const byCheck = grouped(one.items, (item) => (item.item.proof.kind === "check" ? item.item.proof.check : null));
  const urgency = (id: string): number => CALM.indexOf(checks.get(id)?.check.status ?? "error");
  for (const [id, items] of [...byCheck].sort(([a], [b]) => urgency(a) - urgency(b))) {
    const found = checks.get(id);
    if (found !== undefined) entries.push(checkDetails(view, found.check, items, found.index, now));
    else if (items.some((item) => item.status !== "not-applicable")) entries.push(unknownCheck(id));
  }
  for (const [id] of grouped(one.items, (item) =>
    item.item.proof.kind === "sign-off" ? item.item.proof.signOff : null,
  )) {
    const found = signOffs.get(id);
    entries.push(found === undefined ? unknownCheck(id) : signOffDetails(view, found.signOff, found.index));
  }
  return [...entries, ...uncountedEntries(view, one)];
}

/** What the view says of an item without a check: the heading says it already. */
const NOT_BUILT = MARKS["not-built"].word;

/** Lines that are neither green nor red and that no check of this release is about: not built yet, or left out by a first go-live. */
function uncountedEntries(view: ReleaseView, one: SectionView): Entry[] {
  const known = new Set(view.checks.map(({ definition }) => definition.id));
  const after = one.items.filter((item) => item.status === "after-cutover");
  const notBuilt = one.items.filter((item) => item.status === "not-built");
  const leftOut = one.items.filter(({ status, item: { proof } }) => {
    return status === "not-applicable" && !(proof.kind === "check" && known.has(proof.check));
  });
  return [
    ...listed("Decided after the cutover; the release doesn't wait for them", after),
    ...listed("Not built yet: nothing decides these lines, and they don't block", notBuilt),
    ...listed(`${marked(MARKS["not-applicable"])} to this release`, leftOut),
  ];
}

function listed(title: string, items: readonly ItemView[]): Entry[] {
  if (items.length === 0) return [];
  const lines = items.map((item) => {
    const why = item.line === NOT_BUILT ? "" : line(item.line);
    return `• ${shorten(line(item.item.text), 300)}${why === "" ? "" : `: ${shorten(why, 200)}`}`;
  });
  return packed([`*${title}* (${number(items.length)})`, ...lines]).map((text) => [section(text)]);
}

/** Checks and sign-offs that no line of the checklist names still decide the cutover: they stand at the end. */
function unlistedEntries(view: ReleaseView, now: Instant): Entry[] {
  const items = view.sections.flatMap((one) => one.items);
  const named = new Set(
    items.flatMap(({ item: { proof } }) =>
      proof.kind === "check" ? [`c ${proof.check}`] : proof.kind === "sign-off" ? [`s ${proof.signOff}`] : [],
    ),
  );
  const entries: Entry[] = [
    ...view.checks.flatMap((check, index) =>
      named.has(`c ${check.definition.id}`) ? [] : [checkDetails(view, check, [], index, now)],
    ),
    ...view.signOffs.flatMap((one, index) =>
      named.has(`s ${one.definition.id}`) ? [] : [signOffDetails(view, one, index)],
    ),
  ];
  return entries.length === 0 ? [] : [[header("Also decided for this release")], ...entries];
}

function grouped(items: readonly ItemView[], key: (item: ItemView) => string | null): Map<string, ItemView[]> {
  const groups = new Map<string, ItemView[]>();
  for (const item of items) {
    const id = key(item);
    if (id !== null) groups.set(id, [...(groups.get(id) ?? []), item]);
  }
  return groups;
}

function pageButtons(view: ReleaseView, sectionId: string | null, at: number, pages: number): KnownBlock[] {
  if (pages < 2) return [];
  const to = (p: number) => carry({ r: view.release.id, ...(sectionId === null ? {} : { i: sectionId }), p });
  return [
    actions(
      `${BLOCK_PREFIXES.page}${at}`,
      drawn([
        at > 0 ? button(ACTIONS.detailsPrevious, "Previous page", to(at - 1)) : null,
        at < pages - 1 ? button(ACTIONS.detailsNext, "Next page", to(at + 1)) : null,
      ]),
    ),
  ];
}
