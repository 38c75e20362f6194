import { eligibleOf, mayNow, missingOf } from "#src/release/approvers";
import { asks, isUnderWay, newlyAsked } from "#src/release/asked";
import type { Recorded, ReleaseEvent } from "#src/release/events";
import { checkStatus, opensGate, waiverInForce } from "#src/release/evidence";
import type { Note, NotedAsk, NotedCheck, NotedVoid } from "#src/release/notes";
import type { Person } from "#src/release/people";
import type { ReleaseState } from "#src/release/state";

type Fact = Recorded<ReleaseEvent>;
type Told = { readonly cause: Fact; readonly note: Note };
type Of<T extends ReleaseEvent["type"]> = Extract<ReleaseEvent, { type: T }>;

/**
 * The story that these facts add to the release's thread. Failures are told at once; passes once, when the last check of
 * their round is in; all sign-offs that one decision voids are one note, and so are all that can be given for the first time.
 */
export function notesOf(before: ReleaseState | null, after: ReleaseState, facts: readonly Fact[]): readonly Told[] {
  const told = facts.flatMap((cause): Told[] => {
    const note = noteOf(before, after, cause);
    return note === null ? [] : [{ cause, note }];
  });
  const round = roundNote(before, after, facts);
  const voids = voidsNote(after, facts);
  const asked = askedNote(before, after, facts);
  return [...told, ...[round, voids, asked].filter((each) => each !== null)];
}

function noteOf(before: ReleaseState | null, after: ReleaseState, { event, by }: Fact): Note | null {
  switch (event.type) {
    case "release-started": {
      const { number, candidate, active, checklist } = event;
      const toSign = checklist.signOffs.reduce((sum, { quorum }) => sum + quorum, 0);
      return { kind: "started", number, by, candidate, active, checks: checklist.checks.length, toSign };
    }
    case "manifest-frozen": {
      const { hash, changes } = event;
      const from = before?.manifest?.hash;
      return from === undefined ? { kind: "manifest-frozen", hash } : { kind: "manifest-changed", from, hash, changes };
    }
    case "check-finished":
      return failureNote(after, event);
    case "evaluation-started":
      return { kind: "evaluation-started", evaluation: event.evaluation, plan: event.plan };
    case "evaluation-stopped":
      return { kind: "evaluation-stopped", by };
    case "evaluation-ended": {
      const { evaluation, end, known } = event;
      return { kind: "evaluation-ended", evaluation, end, known };
    }
    case "signed":
      return { kind: "signed", ...signOff(after, event), by, missing: missingAfter(after, event.signOff) };
    case "sign-off-withdrawn":
      return { kind: "withdrawn", ...signOff(after, event), by };
    case "vetoed":
      return { kind: "vetoed", ...signOff(after, event), by, reason: event.reason };
    case "veto-lifted":
      return { kind: "veto-lifted", ...signOff(after, event), by };
    case "break-glass-asked":
      return { kind: "break-glass-asked", ...signOff(after, event), by };
    case "glass-broken": {
      const held = before?.vetoes.filter((veto) => veto.signOff === event.signOff) ?? [];
      const vetoers = held.map(({ person }) => person);
      const { people, reason } = event;
      return { kind: "glass-broken", loud: true, ...signOff(after, event), people, reason, vetoers };
    }
    case "waived": {
      const { check, reason, until } = event;
      const summary = after.checks[check]?.result?.summary ?? "";
      return { kind: "waived", check, title: checkTitle(after, check), by, reason, until, summary };
    }
    case "policy-changed":
      return { kind: "policy-changed", changes: event.changes };
    case "paused":
      return { kind: "paused", because: event.because, number: after.number, service: after.service };
    case "resumed":
      return { kind: "resumed" };
    case "cutover-requested":
      return { kind: "cutover-requested", by, from: after.active, to: after.candidate };
    case "cutover-stopped":
      return { kind: "cutover-stopped", because: event.because };
    case "went-live":
      return { kind: "live", live: event.live, before: event.before, by: after.cutover?.by ?? by };
    case "release-cancelled":
      return { kind: "cancelled", by, reason: event.reason };
    case "release-failed":
      return { kind: "failed", reason: event.reason };
    default:
      return null;
  }
}

/** A failure that is waived already is no news, and neither is one that Golive itself finds again when its evidence ages. */
function failureNote(after: ReleaseState, event: Of<"check-finished">): Note | null {
  const { check, result, attempt } = event;
  const { verdict, summary, next } = result;
  const definition = after.checklist.checks.find(({ id }) => id === check);
  if (verdict === "pass" || definition === undefined) return null;
  if (waiverInForce(after, definition, after.checks[check]?.finishedAt ?? 0) !== null) return null;
  const { evidenceHash } = result;
  if (after.round.some((one) => one.check === check && one.refresh && one.before === evidenceHash)) return null;
  return { kind: "check-failed", check, title: definition.title, verdict, summary, next, attempt };
}

/** Told when the last check of a round is in; passes that only confirm what was known (a refresh) are not told again. */
function roundNote(before: ReleaseState | null, after: ReleaseState, facts: readonly Fact[]): Told | null {
  const cause = facts.findLast(({ event }) => event.type === "check-finished");
  if (cause === undefined || isUnderWay(after) || before === null || !isUnderWay(before)) return null;
  const passed = after.round.flatMap(({ check, before: known }): NotedCheck[] => {
    const result = after.checks[check]?.result;
    if (result?.verdict !== "pass" || result.evidenceHash === known) return [];
    return [{ check, title: checkTitle(after, check), summary: result.summary }];
  });
  if (passed.length === 0) return null;
  const { checks } = after.checklist;
  const reasons = new Map(checks.map(({ id, notApplicable }) => [id, notApplicable]));
  const green = checks.filter((definition) => opensGate(checkStatus(after, definition, cause.at))).length;
  const note: Note = {
    kind: "checks-passed",
    passed: passed.filter(({ check }) => reasons.get(check) === undefined),
    notApplicable: passed.flatMap((one) => {
      const summary = reasons.get(one.check);
      return summary === undefined ? [] : [{ ...one, summary }];
    }),
    green,
    total: checks.length,
  };
  return { cause, note };
}

function voidsNote(after: ReleaseState, facts: readonly Fact[]): Told | null {
  const causes = facts.filter(({ event }) => event.type === "sign-off-voided");
  const [cause] = causes;
  if (cause === undefined) return null;
  const voids = causes.flatMap(({ event }): NotedVoid[] => {
    if (event.type !== "sign-off-voided") return [];
    const { person, because } = event;
    return [{ ...signOff(after, event), person, because, again: peopleToAsk(after, event.signOff, person) }];
  });
  return { cause, note: { kind: "voided", voids } };
}

/** Whoever has to sign is mentioned once, when it can be done; who had signed before is named where the void is told. */
function askedNote(before: ReleaseState | null, after: ReleaseState, facts: readonly Fact[]): Told | null {
  const cause = facts.findLast(({ event }) => asks(event));
  if (cause === undefined || before === null) return null;
  const items = newlyAsked(after, before.asked, cause.at).map((definition): NotedAsk => {
    const { id, title } = definition;
    return { signOff: id, title, missing: missingOf(after, definition), who: mayNow(after, definition) };
  });
  return items.length === 0 ? null : { cause, note: { kind: "signatures-asked", asks: items } };
}

/** The person who signed, if that person still may; else everybody who may stand in. */
function peopleToAsk(after: ReleaseState, id: string, person: Person): readonly Person[] {
  const definition = after.checklist.signOffs.find((entry) => entry.id === id);
  if (definition === undefined || missingOf(after, definition) === 0) return [];
  const eligible = eligibleOf(after, definition, after.members);
  const same = eligible.filter(({ id: other }) => other === person.id);
  return same.length > 0 ? same : eligible;
}

function missingAfter(release: ReleaseState, id: string): number {
  const definition = release.checklist.signOffs.find((entry) => entry.id === id);
  return definition === undefined ? 0 : missingOf(release, definition);
}

function signOff(release: ReleaseState, event: { readonly signOff: string }): { signOff: string; title: string } {
  const definition = release.checklist.signOffs.find(({ id }) => id === event.signOff);
  return { signOff: event.signOff, title: definition?.title ?? event.signOff };
}

function checkTitle(release: ReleaseState, check: string): string {
  return release.checklist.checks.find(({ id }) => id === check)?.title ?? check;
}
