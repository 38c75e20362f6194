import type { SignOffDefinition } from "#src/release/checklist";
import { flipIdOf } from "#src/release/consequences";
import type { Authored } from "#src/release/decision";
import { evolveRelease, foldService } from "#src/release/evolve";
import { evolveService } from "#src/release/evolve-service";
import { GOLIVE, type Person, type RoleMembers } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import type { ReleaseState } from "#src/release/state";
import { audit } from "#test/release/auditor";
import { advance, type Move, type Node } from "#test/release/exploration";
import { emptyLedger } from "#test/release/ledger";
import { policy as full, HOUR, person, result, runA, runB, T0 } from "#test/release/world";

/** Three people, three items: a gate, a sign-off over it, a plain sign-off. Small enough to visit every state. */
export const ann = person("A", "Ann");
export const bob = person("B", "Bob");
export const cy = person("C", "Cy");
const PEOPLE = [ann, bob, cy] as const;
const ITEMS = ["s1", "s2"] as const;

export const everybody: RoleMembers = { r1: [ann, bob, cy], r2: [ann, bob, cy] };
/** Cy has left the first role. */
export const withoutCy: RoleMembers = { r1: [ann, bob], r2: [ann, bob, cy] };

/** The variants of policy that make different releases possible. `quorum` is that of the covering sign-off. */
export type Variant = {
  readonly requesterMaySign: boolean;
  readonly roleOfPlain: "r1" | "r2";
  readonly quorum: number;
};

/** Two people for one item; two roles and one person for each; the requester may sign everything. */
export const VARIANTS = {
  quorum: { requesterMaySign: false, roleOfPlain: "r1", quorum: 2 },
  roles: { requesterMaySign: false, roleOfPlain: "r2", quorum: 1 },
  requester: { requesterMaySign: true, roleOfPlain: "r1", quorum: 1 },
} as const satisfies Record<string, Variant>;

const PASS = result("pass");
const FAIL = result("fail");
const REASON = "a long enough reason";

function policyOf(variant: Variant): Policy {
  return {
    ...full,
    roles: { r1: { users: ["A", "B", "C"], groups: [] }, r2: { users: ["A", "B", "C"], groups: [] } },
    rights: { ...full.rights, start: ["r2"], cancel: ["r2"], cutover: ["r1"], waive: ["r2"], unlock: ["r2"] },
    requesterMaySign: variant.requesterMaySign,
    breakGlass: ["r2"],
    waiverMaxMs: HOUR,
  };
}

/** A release that has just been opened by Ann, who requested it; `active` null keeps the checklist at three items. */
export function opened(variant: Variant): Node {
  const { quorum, roleOfPlain } = variant;
  const signOffs: readonly SignOffDefinition[] = [
    { id: "s1", title: "First", role: "r1", quorum, covers: ["g"] },
    { id: "s2", title: "Second", role: roleOfPlain, quorum: 1, covers: [] },
  ];
  const checks = [{ id: "g", title: "Gate", version: 1, freshForMs: HOUR, waivable: true }];
  const events: readonly Authored[] = [
    { to: "service", stream: "service/t", by: ann, event: { type: "release-opened", release: "t", number: 1 } },
    {
      to: "release",
      stream: "release/t",
      by: ann,
      event: {
        type: "release-started",
        release: "t",
        number: 1,
        service: "t",
        channel: "C",
        candidate: runB,
        active: runA,
        checklist: { sections: [], items: [], checks, signOffs },
        policy: policyOf(variant),
        members: everybody,
      },
    },
  ];
  let service = foldService("t", []);
  let release: ReleaseState | null = null;
  for (const entry of events) {
    if (entry.to === "release") release = evolveRelease(release, { ...entry, at: T0, version: 1 });
    else service = evolveService(service, { ...entry, at: T0, version: 1 });
  }
  if (release === null) throw new Error("nothing opened");
  const intent = { type: "resume" } as const;
  return { service, release, now: T0, ledger: audit(emptyLedger, events, { intent, now: T0 }).ledger };
}

/** The same with the manifest frozen and the gate green: where signing begins. */
export function evidenced(variant: Variant): Node {
  const node = opened(variant);
  const events: readonly Authored[] = [
    { to: "release", stream: "release/t", by: GOLIVE, event: { type: "manifest-frozen", hash: "m1", changes: [] } },
    { to: "release", stream: "release/t", by: GOLIVE, event: { type: "check-requested", check: "g", attempt: 1 } },
    {
      to: "release",
      stream: "release/t",
      by: GOLIVE,
      event: { type: "check-finished", check: "g", attempt: 1, result: PASS, freshUntil: T0 + HOUR },
    },
  ];
  const intent = { type: "resume" } as const;
  return { ...advance(node, events), ledger: audit(node.ledger, events, { intent, now: T0 }).ledger };
}

/** Every move that somebody or something could make in this state, also those that must be refused. */
export function movesOf({ release, service, now }: Node): readonly Move[] {
  if (release.ended !== null) return ended(release);
  const { members } = release;
  const check = release.checks.g;
  const attempt = check?.attempt ?? 0;
  const flip = flipIdOf("t", release.version);
  const inFlight = release.flip?.id ?? flip;
  const of = (name: string, intent: Extract<Move, { intent: unknown }>["intent"]): Move => ({ name, intent });
  return [
    ...["m1", "m2"].map((hash) => of(`freeze ${hash}`, { type: "freeze-manifest", hash, changes: [] })),
    of("rerun", { type: "request-check", actor: ann, members, check: "g" }),
    of("check starts", { type: "start-check", check: "g", attempt }),
    of("check passes", { type: "finish-check", check: "g", attempt, result: PASS }),
    of("check fails", { type: "finish-check", check: "g", attempt, result: FAIL }),
    of("late result", { type: "finish-check", check: "g", attempt: attempt - 1, result: FAIL }),
    ...(isAnythingYoung(release, now) ? [{ name: "an hour passes", pass: HOUR }] : []),
    ...ITEMS.flatMap((signOff) => PEOPLE.flatMap((actor) => personMoves(signOff, actor, members))),
    of("bob waives", { type: "waive", actor: bob, members, check: "g", reason: REASON, until: now + HOUR }),
    of("ann waives", { type: "waive", actor: ann, members, check: "g", reason: REASON, until: now + HOUR }),
    of("everybody is back", { type: "refresh-members", members: everybody }),
    of("cy has left", { type: "refresh-members", members: withoutCy }),
    of("pause", { type: "pause", because: "bot-removed" }),
    of("resume", { type: "resume" }),
    ...PEOPLE.map((actor) => of(`${actor.name} cuts over`, { type: "cut-over", actor, members, seen: null })),
    of("cy has left, bob cuts over", { type: "cut-over", actor: bob, members: withoutCy, seen: null }),
    ...["m1", "m2"].map((manifest) => of(`flip ${manifest}`, { type: "intend-flip", flip, members, manifest })),
    of("cy has left, flip m1", { type: "intend-flip", flip, members: withoutCy, manifest: "m1" }),
    of("the flip again", { type: "intend-flip", flip: inFlight, members, manifest: "m1" }),
    of("flipped", { type: "settle-flip", flip: inFlight, outcome: "flipped", live: runB }),
    of("refused", { type: "settle-flip", flip: inFlight, outcome: "refused", live: null }),
    of("flip called back", { type: "settle-flip", flip: inFlight, outcome: "cancelled", live: runA }),
    of("cancel", { type: "cancel", actor: ann, members, reason: "" }),
    of("lock", { type: "lock", reason: "breach", manifest: null }),
    of("lock after rollback of m2", { type: "lock", reason: "breach", manifest: "m2" }),
    of("unlock", { type: "unlock", actor: cy, members, reason: "ok", rootCause: REASON, policy: release.policy }),
    ...(service.openRelease === null ? [] : [startAgain(release)]),
  ];
}

function personMoves(signOff: "s1" | "s2", actor: Person, members: RoleMembers): readonly Move[] {
  const name = `${actor.name} ${signOff}`;
  return [
    { name: `${name} signs`, intent: { type: "sign", actor, members, signOff, seen: null } },
    { name: `${name} withdraws`, intent: { type: "withdraw", actor, signOff } },
    // One vetoer per item and both kinds of glass keep the space finite in minutes; everybody tries to lift.
    ...(actor === (signOff === "s1" ? cy : bob)
      ? [{ name: `${name} vetoes`, intent: { type: "veto", actor, members, signOff, reason: "no" } } as const]
      : []),
    { name: `${name} lifts`, intent: { type: "lift-veto", actor, signOff } },
    { name: `${name} asks for the hammer`, intent: { type: "break-glass", actor, members, signOff, reason: "" } },
    ...(actor === bob
      ? [{ name: `${name} breaks`, intent: { type: "break-glass", actor, members, signOff, reason: REASON } } as const]
      : []),
  ];
}

function startAgain(release: ReleaseState): Move {
  const { checklist, policy, members } = release;
  return {
    name: "another start",
    intent: {
      type: "start",
      actor: ann,
      members,
      release: "t2",
      service: "t",
      channel: "C",
      from: "C",
      channelSharedExternally: false,
      candidate: runB,
      active: runA,
      facts: { run: "complete", config: "present" },
      checklist,
      policy,
    },
  };
}

/** After the end nothing moves any more; everything that would is tried once. */
function ended(release: ReleaseState): readonly Move[] {
  const { members } = release;
  const flip = release.flip?.id ?? "none";
  return [
    { name: "a late signature", intent: { type: "sign", actor: bob, members, signOff: "s1", seen: null } },
    { name: "a late result", intent: { type: "finish-check", check: "g", attempt: 1, result: FAIL } },
    { name: "a late manifest", intent: { type: "freeze-manifest", hash: "m3", changes: [] } },
    { name: "a late flip", intent: { type: "intend-flip", flip, members, manifest: "m1" } },
    { name: "a late outcome", intent: { type: "settle-flip", flip, outcome: "flipped", live: runB } },
    { name: "a late cutover", intent: { type: "cut-over", actor: bob, members, seen: null } },
  ];
}

function isAnythingYoung(release: ReleaseState, now: number): boolean {
  const { freshUntil } = release.checks.g ?? { freshUntil: null };
  return (freshUntil !== null && now < freshUntil) || release.waivers.some(({ until }) => now < until);
}

/**
 * A state without its ids, times, versions and history: what decides the future is in it, what only tells the past (voided
 * entries, reasons, attempts) is not. All ended states of one kind are one.
 */
export function fingerprint({ service, release, now, ledger }: Node): string {
  if (release.ended !== null) return `ended ${release.standing}`;
  const check = release.checks.g;
  const evidence = check?.result?.evidenceHash ?? null;
  const fresh = check?.freshUntil !== null && check !== undefined && now < check.freshUntil;
  const waiver = release.waivers[0];
  const doubt = release.flip !== null && release.flip.outcome === null;
  return [
    // A release never changes its rules here, but several with different rules may be explored at once.
    release.policy.requesterMaySign,
    ...release.checklist.signOffs.map(({ quorum, role }) => quorum + role),
    ledger.flipped,
    release.standing,
    release.cutover?.by.id ?? "",
    doubt ? "?" : "",
    release.manifest?.hash ?? "",
    check?.attempt === 0 ? "never" : (check?.status ?? ""),
    check?.result?.verdict ?? "",
    check?.status === "finished" && fresh ? "fresh" : "",
    waiver === undefined ? "" : `${waiver.by.id}${waiver.evidence === evidence}${now < waiver.until}`,
    setOf(release.signOffs),
    setOf(release.vetoes),
    setOf(release.breakGlass),
    release.paused ?? "",
    (release.members.r1 ?? []).length,
    service.lock === null ? "" : (service.lock.manifest ?? "locked"),
    service.rolledBack.join("+"),
  ].join("|");
}

function setOf(entries: readonly { readonly signOff: string; readonly person: Person }[]): string {
  return entries
    .map(({ signOff, person: { id } }) => signOff + id)
    .sort()
    .join(",");
}
