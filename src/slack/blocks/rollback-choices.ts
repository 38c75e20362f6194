import type { KnownBlock, ModalView } from "@slack/types";
import { samePair } from "#src/release/pair";
import { durationText } from "#src/release/wording";
import type { BackupChoice, RollbackChoices } from "#src/rollback/choices";
import { PREVIOUS } from "#src/rollback/target";
import { carry } from "#src/slack/blocks/carried";
import { button, context, section } from "#src/slack/blocks/elements";
import { modal } from "#src/slack/blocks/modal";
import { pairOrNothing } from "#src/slack/blocks/rollback-words";
import { when } from "#src/slack/blocks/times";
import { number } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES, blockId, CALLBACKS } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

/** So many backups are offered; older ones can be named. */
const MOST = 20;

/** What a service can be taken back to: the state before what is live on top, then the recent backups. `now`: domain clock. */
export function rollbackChoicesModal(service: string, choices: RollbackChoices, now: number): ModalView {
  const rows = [
    previousRow(service, choices),
    ...choices.backups.slice(0, MOST).map((one, at) => backupRow(service, choices, one, at, now)),
  ];
  const hidden = choices.backups.length - MOST;
  return modal({
    callback: CALLBACKS.rollbackChoices,
    title: "Roll back",
    close: "Never mind",
    blocks: fitting([
      section(
        `${code(service)} answers from ${pairOrNothing(choices.live)}. Where should it go back to? Nothing happens before you have seen the plan and confirmed it.`,
      ),
      ...rows,
      ...(choices.backups.length === 0 ? [context("There is no backup to go back to.")] : []),
      ...(hidden > 0
        ? [context(`${number(hidden)} older backups can be named: ${code(`/rollback ${service} BACKUP_ID`, 120)}`)]
        : []),
    ]),
  });
}

function previousRow(service: string, { live, previous }: RollbackChoices): KnownBlock {
  const title = "*The state before what is live now*";
  if (previous === undefined) {
    return section(`${title}\nGolive has no record of one: it flipped nothing in ${code(service)} yet.`);
  }
  if (samePair(previous, live)) return section(`${title}\n${pairOrNothing(previous)}: it is what answers now already.`);
  const accessory = chooseButton(service, PREVIOUS, "the state before");
  return section(`${title}\n${pairOrNothing(previous)}. Needs no backup.`, {
    id: blockId(BLOCK_PREFIXES.rollback, PREVIOUS, 0),
    accessory,
  });
}

function backupRow(service: string, { live }: RollbackChoices, one: BackupChoice, at: number, now: number): KnownBlock {
  const { id, pair, takenAt, provenAt, description, release } = one;
  const why = shorten(line(description), 300);
  const proven =
    provenAt === null ? "⚠️ never proven: nobody restored it yet" : `✅ proven ${durationText(now - provenAt)} ago`;
  return section(
    [
      `${bold(id)} · ${pairOrNothing(pair)}`,
      ...(why === "" ? [] : [why]),
      `taken ${when(takenAt)} (${durationText(now - takenAt)} ago)${release === null ? "" : ` for ${code(release, 40)}`} · ${proven} · ${farWords(pair, live)}`,
    ].join("\n"),
    {
      id: blockId(BLOCK_PREFIXES.rollback, id, at + 1),
      // What answers now already is no way back, but its chunks may be damaged: the plan says.
      accessory: chooseButton(service, id, id),
    },
  );
}

/** How far it is from what answers now. */
function farWords(pair: BackupChoice["pair"], live: BackupChoice["pair"]): string {
  if (samePair(pair, live)) return "it is what answers now";
  if (pair === null || live === null) return pair === null ? "goes back to nothing" : "nothing answers now";
  if (pair.run === live.run) return "same run, other configuration";
  return pair.config === live.config ? "other run, same configuration" : "other run and configuration";
}

const chooseButton = (service: string, target: string, spoken: string) =>
  button(ACTIONS.rollbackChoose, "See the plan", carry({ r: target, i: service }), {
    spoken: `See the plan: ${spoken}`,
  });

/** Hostile texts may be long: rows that don't fit are left out, and counted. */
function fitting(blocks: readonly KnownBlock[]): KnownBlock[] {
  const shown: KnownBlock[] = [];
  let size = 0;
  for (const block of blocks) {
    size += JSON.stringify(block).length;
    if (size > BUDGET.view.json - 1_000) {
      return [...shown, context(`… and ${number(blocks.length - shown.length)} more that don't fit here`)];
    }
    shown.push(block);
  }
  return shown;
}
