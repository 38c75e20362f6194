import fc from "fast-check";
import { cutoverSeenOf, seenOf } from "#src/release/hash";
import type { Intent } from "#src/release/intents";
import type { Person, RoleMembers } from "#src/release/people";
import * as w from "#test/release/world";

/** An intent that depends on the state it meets: attempts, digests and flips are read there. */
export type Wish = (story: w.Story) => Intent | number;

export const people: readonly Person[] = [w.rosa, w.dan, w.mei, w.ines, w.tom, w.omar, w.guest];
const actor = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...people) },
  fc.constant({ ...w.dan, kind: "stranger" } as const),
);
const memberships: fc.Arbitrary<RoleMembers> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(w.members) },
  fc.constantFrom<RoleMembers>(
    { ...w.members, "data-lead": [w.mei] },
    { ...w.members, approver: [w.ines, w.rosa] },
    { ...w.members, "on-call": [{ ...w.omar, kind: "guest" }, w.ines] },
    { "data-lead": [w.dan, w.mei], approver: [w.ines, w.tom, w.rosa], "release-manager": [w.rosa] },
    { ...w.members, "release-manager": [w.tom], approver: [w.ines, w.tom] },
  ),
);
const item = fc.constantFrom("data-quality", "go-ahead", "team-notified", "first-go-live", "nonsense");
const check = fc.constantFrom("prefix-leakage", "backup", "previous-run-intact");
const verdict = fc.oneof(
  { weight: 4, arbitrary: fc.constant("pass" as const) },
  fc.constantFrom("fail" as const, "inconclusive" as const, "error" as const),
);
const reason = fc.constantFrom("", "no", "a reason with enough words");
const manifest = fc.oneof({ weight: 4, arbitrary: fc.constant("m1") }, fc.constant("m2"));
const policies = fc.constantFrom(
  w.policy,
  { ...w.policy, requesterMaySign: true },
  { ...w.policy, onePersonManyRoles: true },
  { ...w.policy, roles: { ...w.policy.roles, "on-call": { users: ["U-OMAR"], groups: [] } } },
  { ...w.policy, freezeWindows: [{ name: "Weekend", from: w.T0 + w.HOUR, to: w.T0 + 3 * w.HOUR }] },
);
const flipOf = (story: w.Story): string => {
  const flip = story.release?.flip;
  return flip !== null && flip !== undefined && flip.outcome === null ? flip.id : `f${story.journal.length}`;
};
/** A wish that prints as what it is about, so that a counterexample can be read. */
const of = <T>(arbitrary: fc.Arbitrary<T>, grant: (value: T, story: w.Story) => Intent | number): fc.Arbitrary<Wish> =>
  arbitrary.map((value) => {
    const made: Wish = (story) => grant(value, story);
    return Object.assign(made, { [fc.toStringMethod]: () => JSON.stringify(grant(value, w.green)) });
  });

const wish: fc.Arbitrary<Wish> = fc.oneof(
  {
    weight: 1,
    arbitrary: of(fc.tuple(policies, fc.boolean()), ([policy, first], { journal }) =>
      w.start({ policy, release: `r${journal.length}`, active: first ? null : w.runA }),
    ),
  },
  { weight: 2, arbitrary: of(manifest, (hash) => w.freeze(hash)) },
  {
    weight: 10,
    arbitrary: of(fc.tuple(check, verdict, fc.integer({ min: -1, max: 0 })), ([id, outcome, back], story) => ({
      type: "finish-check",
      check: id,
      attempt: (story.release?.checks[id]?.attempt ?? 0) + back,
      result: w.result(outcome),
    })),
  },
  {
    weight: 2,
    arbitrary: of(check, (id, { release }) => ({
      type: "start-check",
      check: id,
      attempt: release?.checks[id]?.attempt ?? 0,
    })),
  },
  {
    weight: 2,
    arbitrary: of(fc.tuple(actor, memberships, check), ([who, members, id]) => ({
      type: "request-check",
      actor: who,
      members,
      check: id,
    })),
  },
  { weight: 1, arbitrary: of(check, (id) => ({ type: "refresh-check", check: id })) },
  {
    weight: 16,
    arbitrary: of(fc.tuple(actor, memberships, item, fc.boolean()), ([who, members, signOff, looks], { release }) => ({
      type: "sign",
      actor: who,
      members,
      signOff,
      seen: looks && release !== null ? seenOf(release, signOff) : null,
    })),
  },
  { weight: 1, arbitrary: of(fc.tuple(actor, item), ([who, signOff]) => ({ type: "withdraw", actor: who, signOff })) },
  {
    weight: 2,
    arbitrary: of(fc.tuple(actor, memberships, item, reason), ([who, members, signOff, why]) => ({
      type: "veto",
      actor: who,
      members,
      signOff,
      reason: why,
    })),
  },
  { weight: 3, arbitrary: of(fc.tuple(actor, item), ([who, signOff]) => ({ type: "lift-veto", actor: who, signOff })) },
  {
    weight: 3,
    arbitrary: of(fc.tuple(actor, memberships, item, reason), ([who, members, signOff, why]) => ({
      type: "break-glass",
      actor: who,
      members,
      signOff,
      reason: why,
    })),
  },
  {
    weight: 3,
    arbitrary: of(
      fc.tuple(actor, memberships, check, reason, fc.integer({ min: -1, max: 30 })),
      ([who, members, id, why, hours], { now }) => ({
        type: "waive",
        actor: who,
        members,
        check: id,
        reason: why,
        until: now + hours * w.HOUR,
      }),
    ),
  },
  { weight: 1, arbitrary: of(memberships, (members) => ({ type: "refresh-members", members })) },
  {
    weight: 1,
    arbitrary: of(fc.tuple(policies, memberships), ([policy, members]) => ({
      type: "change-policy",
      checklist: w.checklist,
      policy,
      members,
    })),
  },
  {
    weight: 1,
    arbitrary: of(
      fc.constantFrom<Intent>({ type: "pause", because: "bot-removed" }, { type: "resume" }),
      (intent) => intent,
    ),
  },
  {
    weight: 6,
    arbitrary: of(fc.tuple(actor, memberships, fc.boolean()), ([who, members, looks], { release }) => ({
      type: "cut-over",
      actor: who,
      members,
      seen: looks && release !== null ? cutoverSeenOf(release) : null,
    })),
  },
  {
    weight: 4,
    arbitrary: of(fc.tuple(memberships, manifest), ([members, hash], story) => ({
      type: "intend-flip",
      flip: flipOf(story),
      members,
      manifest: hash,
    })),
  },
  {
    weight: 2,
    arbitrary: of(
      fc.constantFrom(
        "flipped" as const,
        "flipped" as const,
        "flipped" as const,
        "refused" as const,
        "cancelled" as const,
      ),
      (outcome, story) => ({
        type: "settle-flip",
        flip: flipOf(story),
        outcome,
        live: null,
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: of(fc.tuple(actor, memberships, reason), ([who, members, why]) => ({
      type: "cancel",
      actor: who,
      members,
      reason: why,
    })),
  },
  {
    weight: 1,
    arbitrary: of(fc.constantFrom(null, "m1", "m2"), (hash) => ({ type: "lock", reason: "breach", manifest: hash })),
  },
  {
    weight: 2,
    arbitrary: of(fc.tuple(actor, reason), ([who, why]) => ({
      type: "unlock",
      actor: who,
      members: w.members,
      reason: "ok",
      rootCause: why,
      policy: w.policy,
    })),
  },
  { weight: 1, arbitrary: fc.constantFrom(w.MINUTE, w.HOUR, 6 * w.HOUR).map((ms) => () => ms) },
);
/** Long enough to go live, from any of four points of a release's life. */
export const life = fc.record({
  from: fc.constantFrom(w.beginning, w.started, w.green, w.ready),
  wishes: fc.array(wish, { minLength: 1, maxLength: 60, size: "max" }),
});
