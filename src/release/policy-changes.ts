import type { Checklist } from "#src/release/checklist";
import { digestOf } from "#src/release/hash";
import { type Policy, RIGHTS } from "#src/release/policy";

type Rules = { readonly checklist: Checklist; readonly policy: Policy };

/** What differs between two sets of rules, one short line each, in a stable order. */
export function policyChanges(before: Rules, now: Rules): readonly string[] {
  return [
    ...listChanges("sign-off", before.checklist.signOffs, now.checklist.signOffs),
    ...listChanges("check", before.checklist.checks, now.checklist.checks),
    ...listChanges("item", before.checklist.items, now.checklist.items),
    ...listChanges("role", asList(before.policy.roles), asList(now.policy.roles)),
    ...RIGHTS.filter((right) => differ(before.policy.rights[right], now.policy.rights[right])).map(
      (right) => `right ${right} changed`,
    ),
    ...flagChanges(before.policy, now.policy),
  ];
}

function flagChanges(before: Policy, now: Policy): readonly string[] {
  const flags: readonly [string, unknown, unknown][] = [
    ["requester may sign", before.requesterMaySign, now.requesterMaySign],
    ["one person, many roles", before.onePersonManyRoles, now.onePersonManyRoles],
    ["break-glass roles", before.breakGlass, now.breakGlass],
    ["longest waiver", before.waiverMaxMs, now.waiverMaxMs],
    ["freeze windows", before.freezeWindows, now.freezeWindows],
    ["role of a first go-live", before.firstGoLiveRole ?? null, now.firstGoLiveRole ?? null],
  ];
  return flags.filter(([, old, fresh]) => differ(old, fresh)).map(([name]) => `${name} changed`);
}

type Named = { readonly id: string };

function listChanges(noun: string, before: readonly Named[], now: readonly Named[]): readonly string[] {
  const ids = [...new Set([...before, ...now].map(({ id }) => id))];
  return ids.flatMap((id) => {
    const [old, fresh] = [before, now].map((list) => list.find((entry) => entry.id === id));
    if (old === undefined) return [`${noun} ${id} added`];
    if (fresh === undefined) return [`${noun} ${id} removed`];
    return differ(old, fresh) ? [`${noun} ${id} changed`] : [];
  });
}

function asList(roles: Policy["roles"]): readonly Named[] {
  return Object.entries(roles).map(([id, text]) => ({ id, ...text }));
}

function differ(a: unknown, b: unknown): boolean {
  return digestOf(a) !== digestOf(b);
}
