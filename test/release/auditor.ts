import type { Authored } from "#src/release/decision";
import type { ReleaseEvent, ServiceEvent, VoidReason } from "#src/release/events";
import type { Intent } from "#src/release/intents";
import type { Person, RoleMembers } from "#src/release/people";
import { ground, type Ledger, type Signature, take } from "#test/release/ledger";

type Ask = { readonly intent: Intent; readonly now: number };
type Say = (rule: number, problem: string) => void;

/** Takes one decision's events in and says which rules they break. */
export function audit(
  ledger: Ledger,
  events: readonly Authored[],
  ask: Ask,
): { readonly ledger: Ledger; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const say: Say = (rule, problem) => problems.push(`rule ${rule}: ${problem}`);
  let next = ledger;
  for (const { event, by } of events) {
    judge(next, event, by, ask, say);
    next = take(next, event, by);
  }
  judgeVoids(ledger, next, events, say);
  judgeStanding(next, say);
  return { ledger: next, problems };
}

function judge(ledger: Ledger, event: ReleaseEvent | ServiceEvent, by: Person, ask: Ask, say: Say): void {
  const { intent } = ask;
  const fresh: RoleMembers = "members" in intent ? intent.members : {};
  const { policy } = ledger;
  const isIn = (role: string, id: string): boolean =>
    (fresh[role] ?? []).some((member) => member.id === id && member.kind === "member");
  const holds = (roles: readonly string[] | undefined, id: string): boolean =>
    (roles ?? []).some((role) => isIn(role, id));
  const isBarred = by.id === ledger.requester && policy?.requesterMaySign !== true;
  const needsMember = (): void => {
    if (by.kind !== "member") say(2, `${event.type} by ${by.name}, who is no member`);
  };
  if (ledger.standing === "ended" && isOfRelease(event)) say(7, `${event.type} after the end`);
  switch (event.type) {
    case "signed": {
      needsMember();
      const definition = ledger.checklist.signOffs.find(({ id }) => id === event.signOff);
      if (definition === undefined || event.role !== definition.role || !isIn(event.role, by.id)) {
        say(2, `${by.name} signed ${event.signOff} outside the role`);
      }
      if (isBarred) say(2, `the requester signed ${event.signOff}`);
      const own = ledger.signatures.filter(({ person }) => person === by.id);
      if (own.some(({ signOff }) => signOff === event.signOff)) say(2, `${by.name} signed ${event.signOff} twice`);
      if (policy?.onePersonManyRoles !== true && own.some(({ role }) => role !== event.role)) {
        say(2, `${by.name} fills two roles`);
      }
      if (!event.members.includes(by.id)) say(2, "the resolved members were not recorded");
      if (ledger.vetoes.some(({ signOff }) => signOff === event.signOff)) say(3, "signed while vetoed");
      for (const check of definition?.covers ?? []) {
        if (!isOpen(ledger, check, ask.now)) say(1, `signed ${event.signOff} without green, fresh ${check}`);
      }
      if (ledger.manifest === null || event.binding.manifest !== ledger.manifest) say(1, "signed no frozen manifest");
      if (ledger.paused || ledger.standing !== "open") say(1, "signed while held");
      return;
    }
    case "vetoed":
      needsMember();
      if (!holds(rolesOf(ledger, event.signOff), by.id)) say(3, "a veto from outside the role");
      return;
    case "veto-lifted":
      if (
        by.id !== event.person ||
        !ledger.vetoes.some((veto) => veto.signOff === event.signOff && veto.person === by.id)
      ) {
        say(3, `${by.name} lifted a veto of somebody else`);
      }
      return;
    case "glass-broken": {
      const people = new Set(event.people.map(({ id }) => id));
      if (people.size !== event.people.length || (people.size < 2 && event.reason.trim().length < 10)) {
        say(3, "glass broken by one person without a reason");
      }
      for (const person of people) {
        if (!holds(policy?.breakGlass, person)) say(3, "glass broken from outside the roles");
        if (person === ledger.requester && policy?.requesterMaySign !== true) say(3, "the requester broke the glass");
        const hasAsked = ledger.asked.some((entry) => entry.signOff === event.signOff && entry.person === person);
        if (person !== by.id && !hasAsked) say(3, "somebody broke the glass who never asked to");
      }
      return;
    }
    case "waived": {
      needsMember();
      const found = ledger.evidence[event.check];
      const definition = ledger.checklist.checks.find(({ id }) => id === event.check);
      if (!holds(policy?.rights.waive, by.id) || isBarred) say(3, `${by.name} waived without the right`);
      if (event.reason.trim().length < 10) say(3, "waived without a reason");
      if (event.until <= ask.now || event.until > ask.now + (policy?.waiverMaxMs ?? 0)) say(3, "a waiver without end");
      if (definition?.waivable !== true || ["backup", "previous-run-intact"].includes(event.check)) {
        say(3, `${event.check} can't be waived`);
      }
      if (found?.done !== true || found.verdict === "pass" || found.hash !== event.evidence) {
        say(3, "waived what nobody has seen");
      }
      return;
    }
    case "cutover-requested":
      needsMember();
      if (!holds(policy?.rights.cutover, by.id)) say(6, `${by.name} cut over without the right`);
      judgeCutover(ledger, by.id, fresh, ask.now, say);
      return;
    case "flip-intended":
      if (ledger.standing !== "cutting") say(4, `flip intended while ${ledger.standing}`);
      if (ledger.flipped > 0) say(4, "a second flip of one release");
      if (JSON.stringify([event.from, event.to]) !== JSON.stringify([ledger.active, ledger.candidate])) {
        say(4, "the flip is not the one that was reviewed");
      }
      if (intent.type !== "intend-flip" || intent.manifest !== ledger.manifest) say(5, "flipped another manifest");
      if (!holds(policy?.rights.cutover, ledger.cutBy ?? "")) say(6, "whoever cut over has lost the right");
      judgeCutover(ledger, ledger.cutBy ?? "", fresh, ask.now, say);
      return;
    case "flip-settled":
      if (ledger.standing !== "doubt") say(4, "settled a flip that was not in doubt");
      if (event.outcome === "flipped" && ledger.flipped > 0) say(4, "flipped twice");
      return;
    case "went-live":
      if (ledger.flipped !== 1) say(4, "live without exactly one flip");
      return;
    case "release-cancelled":
      needsMember();
      if (ledger.standing === "doubt") say(4, "cancelled while the pointer may be moving");
      if (by.id !== ledger.requester && !holds(policy?.rights.cancel, by.id)) say(6, "cancelled without the right");
      return;
    case "release-opened":
      if (ledger.openReleases > 0) say(6, "two open releases");
      if (ledger.locked) say(4, "opened while locked");
      return;
    case "service-unlocked":
      needsMember();
      if (event.rootCause.trim().length < 10) say(4, "unlocked without a root cause");
      if (intent.type === "unlock" && !holds(intent.policy.rights.unlock, by.id)) say(6, "unlocked without the right");
      return;
    default:
      return;
  }
}

/** Rule 5 (and 2, 3, 4, 6 as far as the cutover rests on them), with the members as resolved now. */
function judgeCutover(ledger: Ledger, by: string, fresh: RoleMembers, now: number, say: Say): void {
  const { checklist, policy, requester } = ledger;
  for (const { id } of checklist.checks) if (!isOpen(ledger, id, now)) say(5, `cutover with ${id} closed`);
  for (const { id, quorum, role } of checklist.signOffs) {
    const people = ledger.signatures.filter(
      (entry) =>
        entry.signOff === id &&
        entry.ground === ground(ledger, id) &&
        (fresh[role] ?? []).some((member) => member.id === entry.person && member.kind === "member"),
    );
    if (new Set(people.map(({ person }) => person)).size < quorum) say(5, `cutover without the quorum of ${id}`);
    if (ledger.vetoes.some(({ signOff }) => signOff === id)) say(3, `cutover over a veto on ${id}`);
  }
  if (ledger.locked) say(5, "cutover while locked");
  if (ledger.paused) say(5, "cutover while paused");
  if (ledger.manifest === null || ledger.rolledBack.includes(ledger.manifest))
    say(4, "cutover of a rolled-back manifest");
  if (policy?.freezeWindows.some(({ from, to }) => from <= now && now < to)) say(5, "cutover in a freeze window");
  if (by === requester && !ledger.signatures.some(({ person }) => person !== requester)) say(6, "the requester alone");
}

/** Rule 1: a void has its difference, and is exactly where the difference is. */
function judgeVoids(before: Ledger, next: Ledger, events: readonly Authored[], say: Say): void {
  for (const { event } of events) {
    if (event.type !== "sign-off-voided") continue;
    const entry = before.signatures.find(
      ({ signOff, person }) => signOff === event.signOff && person === event.person.id,
    );
    if (entry === undefined) say(1, `voided ${event.signOff}, which ${event.person.name} never gave`);
    else if (!differs(event.because, entry, next))
      say(1, `voided ${event.signOff} for ${event.because.kind}: unfounded`);
  }
}

function differs(because: VoidReason, entry: Signature, next: Ledger): boolean {
  const [manifest, covered, ...rules] = parts(entry.ground);
  const [manifestNow, coveredNow, ...rulesNow] = parts(ground(next, entry.signOff));
  switch (because.kind) {
    case "manifest":
      return manifest !== manifestNow;
    case "evidence":
      return covered !== coveredNow;
    case "policy":
      return rules.join() !== rulesNow.join();
    case "left-role":
      return !(next.members[because.role] ?? []).some(({ id, kind }) => id === entry.person && kind === "member");
  }
}

function parts(text: string): readonly string[] {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.map((part) => JSON.stringify(part)) : [];
}

/** Invariants of every state: what stands, stands on what there is now, given by distinct people of one role each. */
function judgeStanding(ledger: Ledger, say: Say): void {
  if (ledger.standing !== "open" && ledger.standing !== "cutting") return;
  for (const entry of ledger.signatures) {
    const { signOff, person, role } = entry;
    if (entry.ground !== ground(ledger, signOff)) say(1, `${signOff} stands on what is no longer so`);
    const known = ledger.members[role];
    if (known !== undefined && !known.some(({ id, kind }) => id === person && kind === "member")) {
      say(2, `${signOff} stands by somebody who left ${role}`);
    }
  }
}

function isOpen(ledger: Ledger, check: string, now: number): boolean {
  const found = ledger.evidence[check];
  if (found?.done !== true || now >= found.until) return false;
  const waiver = ledger.waivers[check];
  return found.verdict === "pass" || (waiver !== undefined && waiver.evidence === found.hash && now < waiver.until);
}

function rolesOf(ledger: Ledger, signOff: string): readonly string[] {
  return ledger.checklist.signOffs.filter(({ id }) => id === signOff).map(({ role }) => role);
}

function isOfRelease(event: ReleaseEvent | ServiceEvent): event is ReleaseEvent {
  return (
    !["release-opened", "release-closed", "run-adopted", "pointer-flipped"].includes(event.type) &&
    !event.type.startsWith("service-") &&
    event.type !== "release-started"
  );
}
