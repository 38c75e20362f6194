import { utc } from "#src/cli/times";
import { COLUMNS, wrap } from "#src/cli/wrap";
import { progressTexts } from "#src/release/evaluation-words";
import { foldBlockers } from "#src/release/fold-blockers";
import type { CheckView, ReleaseView, SignOffView } from "#src/release/view";

/** State is a word; the mark before it is for the eye that looks for the one red line. Marks are two columns wide. */
const MARK: Readonly<Record<CheckView["status"] | SignOffView["status"], readonly [mark: string, word: string]>> = {
  pass: ["✅", "pass"],
  fail: ["❌", "fail"],
  inconclusive: ["⚠️", "inconclusive"],
  error: ["⚠️", "error"],
  pending: ["⏳", "pending"],
  running: ["⏳", "running"],
  stale: ["🔁", "stale"],
  waived: ["⚠️", "waived"],
  "not-applicable": ["➖", "not applic."],
  signed: ["✅", "signed"],
  waiting: ["✍️", "waiting"],
  "waiting-for-evidence": ["⏳", "too early"],
  vetoed: ["❌", "vetoed"],
};
const WORD = 12;
const ID = 20;
/** Where the sentence begins; what belongs to it on further lines hangs there. */
export const HANG = 2 + 2 + 1 + WORD + 1 + ID + 1;

export const pair = (value: { run: string; config: string } | null): string =>
  value === null ? "nothing" : `${value.run} with ${value.config}`;

/** A release for a terminal of 100 columns: same words and order as in Slack. Ends with a line break. */
export function releaseText(view: ReleaseView): string {
  return `${[
    ...head(view),
    ...evaluationLines(view),
    "",
    ...standing(view),
    "",
    "Checks",
    ...view.checks.flatMap(checkLines),
    "",
    "Sign-offs",
    ...view.signOffs.flatMap(signOffLines),
  ].join("\n")}\n`;
}

/** After an act: where the release stands now, without what didn't change. Ends with a line break. */
export function briefText(view: ReleaseView): string {
  return `${[...head(view), ...evaluationLines(view), "", ...standing(view)].join("\n")}\n`;
}

/** The evaluation that is under way: "evaluation ev_1: 41 of 130 questions · about 38 min left". Nothing once it has ended. */
export function evaluationLines({ evaluation, release }: ReleaseView): string[] {
  if (evaluation === null || evaluation.status === "ended" || release.ended !== null) return [];
  return wrap(
    "",
    `evaluation${evaluation.run === null ? "" : ` ${evaluation.run}`}: ${progressTexts(evaluation).join(" · ")}`,
  );
}

function head(view: ReleaseView): string[] {
  const { release, progress } = view;
  const manifest = release.manifest === null ? "not frozen yet" : release.manifest.hash.slice(0, 8);
  const waived = view.checks.filter(({ status }) => status === "waived").length;
  const but = waived === 0 ? "" : `, ${waived} waived`;
  const stands = `${view.phase} · ${progress.checksDone} of ${progress.checksTotal} checks done${but}`;
  return [
    `${release.service}: ${pair(release.active)} → ${pair(release.candidate)}`,
    `${stands} · ${progress.signed} of ${progress.toSign} sign-offs`,
    `release ${release.number} (${release.id}) · manifest ${manifest}`,
    `started by ${release.requester.name}, ${utc(release.startedAt)}`,
  ].flatMap((line) => wrap("", line));
}

function standing({ release, blockers }: ReleaseView): string[] {
  const { ended } = release;
  if (ended !== null && release.standing === "live") {
    const cut = release.cutover === null ? "" : ` Cut over by ${release.cutover.by.name}.`;
    const before = `Before: ${pair(release.active)}.`;
    return wrap(
      "",
      `Live: ${release.service} answers from ${pair(release.candidate)} since ${utc(ended.at)}. ${before}${cut}`,
    );
  }
  if (ended !== null) {
    const how = release.standing === "cancelled" ? "Cancelled" : "Failed";
    return wrap("", `${how} by ${ended.by.name}, ${utc(ended.at)}: ${ended.reason}. The pointer was not moved by it.`);
  }
  if (release.standing === "cutting_over") return ["The cutover is under way."];
  const stopped = release.stopped.flatMap((why) => wrap("  - ", why));
  return [
    ...(stopped.length === 0
      ? []
      : ["The last cutover stopped before the flip; the pointer is untouched", ...stopped, ""]),
    ...(blockers.length === 0
      ? wrap("", "Ready: nothing blocks the cutover. `golive release cutover --as USER --confirm` flips the pointer.")
      : ["What blocks the cutover", ...foldBlockers(blockers).flatMap((blocker) => wrap("  - ", blocker.text))]),
  ];
}

/** One line of state, id and sentence, in the columns that all lists of checks share. */
export function row(status: CheckView["status"] | SignOffView["status"], id: string, text: string): string[] {
  const [mark, word] = MARK[status];
  const start = `  ${mark} ${word.padEnd(WORD)} ${id.padEnd(ID)} `;
  // Letters are counted, and a mark may be one or two of them: the text begins in the same column all the same.
  return wrap(start, text, HANG, COLUMNS - (HANG - start.length));
}

/** One check: state, id, and the sentence with its number; whatever isn't a pass says what to do. */
export function checkLines(check: CheckView): string[] {
  const { result, waiver } = check;
  const waived = waiver === null ? "" : `Waived by ${waiver.by.name} until ${utc(waiver.until)}: ${waiver.reason}.`;
  return row(check.status, check.definition.id, [result?.summary, result?.next, waived].filter(Boolean).join(" "));
}

function signOffLines(signOff: SignOffView): string[] {
  const { definition, given, waitingFor, vetoes, missing } = signOff;
  const by = given
    .map(
      (each) =>
        `${each.person.name}${each.person.via === undefined ? "" : ` (by ${each.person.via})`}, ${utc(each.at)}`,
    )
    .join("; ");
  const may = signOff.mayNow.map((person) => person.name).join(", ") || "nobody can at present";
  const quorum = definition.quorum > 1 ? ` (${given.length} of ${definition.quorum})` : "";
  const facts = [
    by,
    missing > 0 ? `${definition.role}: ${may}` : "",
    waitingFor.length > 0 ? `first: ${waitingFor.join(", ")}` : "",
    ...vetoes.map((veto) => `vetoed by ${veto.person.name}: ${veto.reason}`),
  ].filter((fact) => fact !== "");
  return row(signOff.status, definition.id, `${definition.title}${quorum}. ${facts.join(" · ")}`);
}
