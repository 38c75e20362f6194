import type { ContextBlock, HeaderBlock } from "@slack/types";
import type { ReleaseView } from "#src/release/view";
import type { Density } from "#src/slack/blocks/density";
import { context, header } from "#src/slack/blocks/elements";
import { when } from "#src/slack/blocks/times";
import { bar, count, marked, name, number, PHASE_MARKS, shortHash } from "#src/slack/blocks/words";
import { code, plainLine, shorten } from "#src/slack/escape";

/** "support-docs → run-b". */
export function releaseHeader(view: ReleaseView): HeaderBlock {
  const { service, candidate } = view.release;
  return header(`${shorten(plainLine(service), 60)} → ${shorten(plainLine(candidate.run), 80)}`);
}

/** Who, which manifest, when, phase; then how far it is. */
export function releaseContext(view: ReleaseView, density: Density): ContextBlock {
  const { release } = view;
  const manifest =
    release.manifest === null ? "manifest not frozen yet" : `manifest ${shortHash(release.manifest.hash)}`;
  const facts = [
    `Release #${number(release.number)}`,
    `started by ${name(release.requester, density.nameChars)} ${when(release.startedAt)}`,
    `config ${code(release.candidate.config, density.idChars)}`,
    manifest,
    `phase: ${marked(PHASE_MARKS[view.phase])}`,
  ];
  return context(facts.join(" · "), progressLine(view));
}

/** "▓▓▓▓░░░░░░ 6 of 9 checks · 2 of 5 sign-offs". */
export function progressLine(view: ReleaseView): string {
  const { checksDone, checksTotal, signed, toSign } = view.progress;
  const cells = bar(checksDone + signed, checksTotal + toSign);
  return `${cells} ${number(checksDone)} of ${count(checksTotal, "check")} · ${number(signed)} of ${count(toSign, "sign-off")}`;
}
