import type { KnownBlock } from "@slack/types";
import type { ReleaseView, SignOffView } from "#src/release/view";
import { actions, section } from "#src/slack/blocks/elements";
import { signOffDetailButtons } from "#src/slack/blocks/sign-off-buttons";
import { evidenceLine, voidWords } from "#src/slack/blocks/sign-off-lines";
import { when } from "#src/slack/blocks/times";
import { MARKS, marked, name, names, number, shortHash } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";
import { BLOCK_PREFIXES, blockId } from "#src/slack/ids";

const MOST = 8;

/** A sign-off in full: who signed on which hashes, what was voided and why, objections, who may. */
export function signOffDetails(view: ReleaseView, one: SignOffView, index: number): KnownBlock[] {
  const buttons = signOffDetailButtons(view, one);
  return [
    section(signOffText(view, one)),
    ...(buttons.length === 0
      ? []
      : [actions(blockId(BLOCK_PREFIXES.signOffButtons, one.definition.id, index), buttons)]),
  ];
}

function signOffText(view: ReleaseView, one: SignOffView): string {
  const { definition } = one;
  return [
    `${marked(MARKS[one.status])} · ${bold(definition.title, 160)} · ${number(one.given.length)} of ${number(definition.quorum)} signed`,
    `Role ${code(definition.role)}: ${names(view.release.members[definition.role] ?? [], MOST) || "nobody it resolved to"}`,
    ...(one.mayNow.length > 0 ? [`Whose sign-off would count now: ${names(one.mayNow, MOST)}`] : []),
    shorten(evidenceLine(view, one, true), 700),
    ...limited(one.given, (given) => {
      const { manifest, evidence, policy } = given.binding;
      return `✅ ${name(given.person)} as ${code(given.role, 50)} ${when(given.at)} · manifest ${shortHash(manifest)}, evidence ${shortHash(evidence)}, policy ${shortHash(policy)}`;
    }),
    ...limited(one.vetoes, (veto) => {
      return `⏸ objection by ${name(veto.person)} ${when(veto.at)}: ${shorten(line(veto.reason), 300)}`;
    }),
    ...limited(one.voided, (gone) => {
      return `🔁 ${name(gone.person)} signed ${when(gone.at)}; void since ${when(gone.voidedAt)}: ${voidWords(gone.because)}`;
    }),
  ].join("\n");
}

/** The newest `MOST` of a list that is ordered oldest first. */
function limited<T>(all: readonly T[], write: (one: T) => string): string[] {
  const shown = all.slice(-MOST).map(write);
  const hidden = all.length - shown.length;
  return hidden > 0 ? [`_… and ${number(hidden)} earlier ones in the journal_`, ...shown] : shown;
}
