import type { VoidReason } from "#src/release/events";
import type { CheckView, ReleaseView, SignOffView } from "#src/release/view";
import type { Density } from "#src/slack/blocks/density";
import { when } from "#src/slack/blocks/times";
import { MARKS, marked, name, names, number, shortHash } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";

type Room = Pick<Density, "signOffChars" | "nameChars" | "idChars">;

/** A sign-off in a few lines: what and how it stands, who signed, what was voided, the evidence, who may. */
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
    ...(one.status === "signed" ? [] : [short(evidenceLine(view, one)), ...whoLine(one, room).map(short)]),
  ];
}

function headLine(one: SignOffView, room: Room): string {
  const title = bold(one.definition.title, Math.max(30, room.signOffChars / 2));
  const signers = one.given.slice(0, 3).map((given) => `${name(given.person, room.nameChars)} ${when(given.at)}`);
  const hidden = one.given.length - signers.length;
  const by = signers.length === 0 ? "" : ` by ${signers.join(", ")}${hidden > 0 ? ` and ${hidden} more` : ""}`;
  const { quorum } = one.definition;
  const tally = quorum > 1 || one.given.length > 1 ? ` · ${number(one.given.length)} of ${number(quorum)} signed` : "";
  if (one.status === "signed") return `${marked(MARKS.signed)} · ${title}${tally}${by}`;
  return `${marked(MARKS[one.status])} · ${title}${tally}${by}`;
}

/** More checks than this are counted, with those that don't pass named; Details has all values. */
const MOST_VALUES = 4;

/** The evidence a signature would be bound to, value against bar. */
export function evidenceLine(view: ReleaseView, one: SignOffView, inFull = false): string {
  if (one.definition.covers.length === 0) return "Evidence: no check stands behind this; the signature is the evidence";
  if (one.status === "waiting-for-evidence" && one.waitingFor.length > 0) {
    return `Evidence missing: ${one.waitingFor.map(line).join(", ")}`;
  }
  const known = new Map(view.checks.map((check) => [check.definition.id, check]));
  if (one.definition.covers.length > MOST_VALUES && !inFull) return tally(one.definition.covers, known);
  const parts = one.definition.covers.map((id) => {
    const check = known.get(id);
    return check === undefined ? `${line(id)} unknown` : checkWords(check);
  });
  return `Evidence: ${parts.join("; ")}`;
}

function tally(covers: readonly string[], known: ReadonlyMap<string, CheckView>): string {
  const others = covers.filter((id) => known.get(id)?.status !== "pass");
  const named = others.map((id) => {
    const check = known.get(id);
    return check === undefined ? `${line(id)} unknown` : checkWords(check);
  });
  const passing = `${number(covers.length - others.length)} of ${number(covers.length)} covered checks pass`;
  return `Evidence: ${passing}${named.length === 0 ? "" : `; not: ${named.join(", ")}`}`;
}

function checkWords(check: CheckView): string {
  const title = line(check.definition.title);
  if (check.result === null || check.status !== "pass") return `${title} ${MARKS[check.status].word}`;
  const value = line(check.result.value);
  const bar = line(check.result.bar);
  return `${title} ${value === "" ? "pass" : value}${bar === "" ? "" : ` (bar ${bar})`}`;
}

function whoLine(one: SignOffView, room: Room): string[] {
  if (one.status === "vetoed") return [];
  const role = code(one.definition.role, room.idChars);
  if (one.mayNow.length === 0) return one.missing > 0 ? [`Nobody of ${role} can give a sign-off that counts now`] : [];
  return [`Who may (${role}): ${names(one.mayNow, 4, room.nameChars)}`];
}

/** Which difference voided a sign-off. */
export function voidWords(because: VoidReason): string {
  if (because.kind === "left-role") return `they left the role ${code(because.role, 50)}`;
  const hashes = `${shortHash(because.from)} → ${shortHash(because.to)}`;
  const what = line(because.what);
  return `the ${because.kind} changed${what === "" ? "" : ` (${shorten(what, 160)})`}: ${hashes}`;
}
