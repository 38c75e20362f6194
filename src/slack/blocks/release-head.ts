import type { ContextBlock, HeaderBlock, SectionBlock } from "@slack/types";
import type { CheckStatus, ReleaseView } from "#src/release/view";
import type { Density } from "#src/slack/blocks/density";
import { context, header, section } from "#src/slack/blocks/elements";
import { when } from "#src/slack/blocks/times";
import { BLOCKED, bar, count, type Mark, marked, name, number, PHASE_MARKS, shortHash } from "#src/slack/blocks/words";
import { code, plainLine, shorten } from "#src/slack/escape";

/** "support-docs → run-b". */
export function releaseHeader(view: ReleaseView): HeaderBlock {
  const { service, candidate } = view.release;
  return header(`${shorten(plainLine(service), 60)} → ${shorten(plainLine(candidate.run), 80)}`);
}

/** How it stands and how far it is, first and big. */
export function releaseProgress(view: ReleaseView): SectionBlock {
  return section(`${marked(standingMark(view))} · ${progressLine(view)}`);
}

/** Who, which configuration and manifest, when. */
export function releaseContext(view: ReleaseView, density: Density): ContextBlock {
  const { release } = view;
  const manifest =
    release.manifest === null ? "manifest not frozen yet" : `manifest ${shortHash(release.manifest.hash)}`;
  const facts = [
    `Release #${number(release.number)}`,
    `started by ${name(release.requester, density.nameChars)} ${when(release.startedAt)}`,
    `config ${code(release.candidate.config, density.idChars)}`,
    manifest,
  ];
  return context(facts.join(" · "));
}

const UNDER_WAY: readonly CheckStatus[] = ["pending", "running"];
const NOT_PASSING: readonly CheckStatus[] = ["fail", "error", "inconclusive", "stale"];

/** The phase; but when no check is under way and one says no, waiting won't help, so it isn't called "checking". */
export function standingMark(view: ReleaseView): Mark {
  const done = view.checks.every((check) => !UNDER_WAY.includes(check.status));
  const blocked = view.phase === "checking" && done && view.checks.some((check) => NOT_PASSING.includes(check.status));
  return blocked ? BLOCKED : PHASE_MARKS[view.phase];
}

/** "▰▰▰▰▱▱▱▱▱▱ 6 of 9 checks, 1 not passing, 1 waived · 2 of 5 sign-offs". */
export function progressLine(view: ReleaseView): string {
  const { checksDone, checksTotal, signed, toSign } = view.progress;
  const cells = bar(checksDone + signed, checksTotal + toSign);
  const failing = view.checks.filter((check) => NOT_PASSING.includes(check.status)).length;
  const not = failing === 0 ? "" : `, ${number(failing)} not passing`;
  const waived = view.checks.filter((check) => check.status === "waived").length;
  const but = waived === 0 ? "" : `, ${number(waived)} waived`;
  return `${cells} ${number(checksDone)} of ${count(checksTotal, "check")}${not}${but} · ${number(signed)} of ${count(toSign, "sign-off")}`;
}
