import type { VoidReason } from "#src/release/events";
import type { CheckView, ReleaseView, SignOffView } from "#src/release/view";
import type { Density } from "#src/slack/blocks/density";
import { when } from "#src/slack/blocks/times";
import { awaited, MARKS, marked, name, number, shortHash, shortHashes } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";

type Room = Pick<Density, "signOffChars" | "nameChars" | "idChars">;

/** A sign-off in a few lines: what and how it stands, who signed, what was voided, who is awaited and on what evidence. */
export function signOffLines(view: ReleaseView, one: SignOffView, room: Room): string[] {
  const short = (text: string) => shorten(text, room.signOffChars);
  return [
    headLine(one, room),
    ...one.vetoes
      .slice(-2)
      .map((veto) => short(`⏸ held by ${name(veto.person, room.nameChars)} ${when(veto.at)}: ${line(veto.reason)}`)),
    ...one.voided.slice(-2).map((gone) => {
      return short(
        `🔁 re-asked: ${name(gone.person, room.nameChars)}'s sign-off no longer counts, ${voidWords(gone.because)}`,
      );
    }),
    ...(one.status === "signed" || one.status === "vetoed"
      ? []
      : [needLine(view, one, room), ...measuredLines(view, one.definition)].map(short)),
  ];
}

function headLine(one: SignOffView, room: Room): string {
  const title = bold(one.definition.title, Math.max(30, room.signOffChars / 2));
  const signers = one.given.slice(0, 3).map((given) => `${name(given.person, room.nameChars)} ${when(given.at)}`);
  const hidden = one.given.length - signers.length;
  const by = signers.length === 0 ? "" : ` by ${signers.join(", ")}${hidden > 0 ? ` and ${hidden} more` : ""}`;
  const { quorum } = one.definition;
  const tally = quorum > 1 || one.given.length > 1 ? ` · ${number(one.given.length)} of ${number(quorum)} signed` : "";
  return `${marked(SHORT_MARKS[one.status])} · ${title}${tally}${by}`;
}

/** A row is about a sign-off already: its state needs one word less. */
const SHORT_MARKS = {
  ...MARKS,
  waiting: { ...MARKS.waiting, word: "to sign" },
  "waiting-for-evidence": { ...MARKS["waiting-for-evidence"], word: "not yet" },
} as const;

/** A sign-off that nobody can give yet, in one line: "⏳ *Data quality* · Dan Ito or Mei Sato, as soon as Token budget passes". */
export function quietLine(one: SignOffView, room: Room): string {
  const title = bold(one.definition.title, Math.max(30, room.signOffChars / 2));
  return `${MARKS["waiting-for-evidence"].emoji} ${title} · ${shorten(waitingWords(one, room), room.signOffChars)}`;
}

function waitingWords(one: SignOffView, room: Room): string {
  const checks = one.waitingFor.map(line);
  if (one.mayNow.length === 0) {
    return `nobody of ${code(one.definition.role, room.idChars)} can give it; evidence missing: ${checks.join(", ")}`;
  }
  const what = checks.length > MOST_NAMED ? `${number(checks.length)} checks pass` : passing(checks);
  return `${awaited(one.mayNow, one.missing, room.nameChars)}, as soon as ${what}`;
}

/** Who is awaited, in which role, on what evidence; or what has to pass before anybody can sign. */
function needLine(view: ReleaseView, one: SignOffView, room: Room): string {
  if (one.status === "waiting-for-evidence" && one.waitingFor.length > 0) return waitingWords(one, room);
  const role = code(one.definition.role, room.idChars);
  if (one.mayNow.length === 0) return `Nobody of ${role} can give a sign-off that counts now`;
  return `${awaited(one.mayNow, one.missing, room.nameChars)} (${role}) · ${evidenceLine(view, one)}`;
}

const MOST_NAMED = 3;

/** "Token budget passes", "Token budget and Prefix leakage pass". */
function passing(titles: readonly string[]): string {
  const last = titles.at(-1) ?? "";
  const head = titles.slice(0, -1).join(", ");
  return head === "" ? `${last} passes` : `${head} and ${last} pass`;
}

/** More checks than this are counted, with those that don't pass named; Details has all values. */
const MOST_VALUES = 1;

/** The evidence a signature would be bound to: one check with value and bar, several by name; in full, all values. */
export function evidenceLine(view: ReleaseView, one: SignOffView, inFull = false): string {
  if (one.definition.covers.length === 0) return "no check stands behind this: the signature is the evidence";
  if (one.status === "waiting-for-evidence" && one.waitingFor.length > 0) {
    return `evidence missing: ${one.waitingFor.map(line).join(", ")}`;
  }
  const known = new Map(view.checks.map((check) => [check.definition.id, check]));
  if (one.definition.covers.length > MOST_VALUES && !inFull) return tally(one.definition.covers, known);
  const parts = one.definition.covers.map((id) => {
    const check = known.get(id);
    return check === undefined ? `${line(id)} unknown` : checkWords(check);
  });
  return `evidence: ${parts.join("; ")}`;
}

function tally(covers: readonly string[], known: ReadonlyMap<string, CheckView>): string {
  const titleOf = (id: string): string => line(known.get(id)?.definition.title ?? id);
  const others = covers.filter((id) => known.get(id)?.status !== "pass");
  const named = others.map((id) => `${titleOf(id)}: ${MARKS[known.get(id)?.status ?? "pending"].word}`);
  const green = `evidence: ${number(covers.length - others.length)} of ${number(covers.length)} checks pass`;
  if (named.length > 0) return `${green}; ${named.join(", ")}`;
  return covers.length > MOST_TITLES ? green : `${green} (${covers.map(titleOf).join(", ")})`;
}

/** A sign-off over more checks than this is about the whole, not about the answers' quality. */
const MOST_MEASURED = 12;

/** What an evaluation found is what a signature about accuracy is about: its numbers stand beside the button, a line for each check. */
function measuredLines(view: ReleaseView, { covers }: SignOffView["definition"]): string[] {
  if (covers.length > MOST_MEASURED) return [];
  return view.checks.flatMap(({ definition, result, status }) => {
    const isMeasured = definition.restsOn === "evaluation" && covers.includes(definition.id);
    if (!isMeasured || result === null || status === "not-applicable") return [];
    return [`${line(definition.title)}: ${line(result.value)}`];
  });
}

const MOST_TITLES = 4;

function checkWords(check: CheckView): string {
  const title = line(check.definition.title);
  if (check.result === null || check.status !== "pass") return `${title} ${MARKS[check.status].word}`;
  const value = line(check.result.value);
  const bar = line(check.result.bar);
  return `${title} ${value === "" ? "pass" : value}${bar === "" ? "" : ` (bar ${bar})`}`;
}

/** Which difference voided a sign-off. */
export function voidWords(because: VoidReason): string {
  if (because.kind === "left-role") return `they left the role ${code(because.role, 50)}`;
  const hashes = `${shortHash(because.from)} → ${shortHash(because.to)}`;
  const what = line(shortHashes(because.what));
  return `the ${because.kind} changed${what === "" ? "" : ` (${shorten(what, 160)})`}: ${hashes}`;
}
