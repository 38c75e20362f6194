import type { CheckId, SignOffDefinition } from "#src/release/checklist";
import { type Authored, after, onRelease } from "#src/release/decision";
import type { VoidReason } from "#src/release/events";
import { inDoubt } from "#src/release/flip-doubt";
import { bindingOf, digestOf, policyHash } from "#src/release/hash";
import type { Instant } from "#src/release/policy";
import { isIn } from "#src/release/rights";
import type { ReleaseState, SignOff } from "#src/release/state";
import { nameChanges, shortHash } from "#src/release/wording";

/**
 * These facts, and after them one `sign-off-voided` for each sign-off that they leave without what it was given for (rule 1):
 * exactly those, with the difference that did it. While a flip's outcome is unknown nothing is voided, since what was signed
 * is what may be live already; settling the flip catches up.
 */
export function withVoids(release: ReleaseState, events: readonly Authored[], now: Instant): readonly Authored[] {
  const next = after(release, events, now);
  if (next.ended !== null || inDoubt(next)) return events;
  const changes = events.flatMap(({ event }) => (event.type === "manifest-frozen" ? event.changes : []));
  const voids = next.signOffs.flatMap((entry) => {
    const because = reasonToVoid(release, next, entry, changes);
    if (because === null) return [];
    return [onRelease(release, { type: "sign-off-voided", signOff: entry.signOff, person: entry.person, because })];
  });
  return [...events, ...voids];
}

function reasonToVoid(
  before: ReleaseState,
  next: ReleaseState,
  entry: SignOff,
  changes: readonly string[],
): VoidReason | null {
  const { binding, signOff } = entry;
  const definition = next.checklist.signOffs.find(({ id }) => id === signOff);
  const manifest = next.manifest?.hash ?? "";
  if (manifest !== binding.manifest) {
    const what = changes.length > 0 ? nameChanges(changes) : `manifest ${short(binding.manifest)} → ${short(manifest)}`;
    return { kind: "manifest", from: binding.manifest, to: manifest, what };
  }
  const policy = policyHash(next, signOff);
  if (policy !== binding.policy || definition === undefined) {
    return { kind: "policy", from: binding.policy, to: policy, what: policyDifference(before, next, signOff) };
  }
  if (next.members[definition.role] !== undefined && !isIn(next.members, definition.role, entry.person.id)) {
    return { kind: "left-role", role: definition.role };
  }
  const evidence = bindingOf(next, signOff)?.evidence ?? "";
  if (evidence === binding.evidence) return null;
  return { kind: "evidence", from: binding.evidence, to: evidence, what: evidenceDifference(before, next, definition) };
}

function policyDifference(before: ReleaseState, next: ReleaseState, signOff: string): string {
  const old = before.checklist.signOffs.find(({ id }) => id === signOff);
  const now = next.checklist.signOffs.find(({ id }) => id === signOff);
  if (now === undefined) return "this sign-off is no longer on the checklist";
  const parts: string[] = [];
  if (old !== undefined) {
    if (old.role !== now.role) parts.push(`role ${old.role} → ${now.role}`);
    if (old.quorum !== now.quorum) parts.push(`quorum ${old.quorum} → ${now.quorum}`);
    if (digestOf(old.covers) !== digestOf(now.covers)) parts.push("the checks it covers");
    if (old.title !== now.title) parts.push(`title "${old.title}" → "${now.title}"`);
  }
  const texts = [before, next].map(({ policy }) => digestOf(policy.roles[now.role] ?? null));
  if (texts[0] !== texts[1]) parts.push(`who ${now.role} names`);
  if (before.policy.requesterMaySign !== next.policy.requesterMaySign) {
    parts.push(next.policy.requesterMaySign ? "the requester may sign now" : "the requester may no longer sign");
  }
  if (before.policy.onePersonManyRoles !== next.policy.onePersonManyRoles) {
    parts.push(next.policy.onePersonManyRoles ? "one person may fill two roles now" : "one role per person now");
  }
  return parts.length > 0 ? parts.join("; ") : "the rules of this sign-off";
}

function evidenceDifference(before: ReleaseState, next: ReleaseState, definition: SignOffDefinition): string {
  const parts = definition.covers.flatMap((check) => {
    const [from, to] = [evidenceWord(before, check), evidenceWord(next, check)];
    if (from.hash === to.hash) return [];
    return [
      from.word === to.word ? `${check}: still ${to.word}, over other inputs` : `${check}: ${from.word} → ${to.word}`,
    ];
  });
  return parts.length > 0 ? parts.join("; ") : "the evidence behind it";
}

function evidenceWord(release: ReleaseState, check: CheckId): { readonly word: string; readonly hash: string } {
  const result = release.checks[check]?.result;
  if (result === undefined || result === null) return { word: "no result", hash: "" };
  const waiver = release.waivers.find((entry) => entry.check === check && entry.evidence === result.evidenceHash);
  if (waiver === undefined) return { word: result.verdict, hash: result.evidenceHash };
  const hash = digestOf([result.evidenceHash, waiver.by.id, waiver.reason, waiver.until]);
  return { word: `${result.verdict}, waived by ${waiver.by.name}`, hash };
}

function short(hash: string): string {
  return hash === "" ? "none" : shortHash(hash);
}
