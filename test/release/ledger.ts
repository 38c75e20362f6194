import type { Checklist } from "#src/release/checklist";
import type { Pair, ReleaseEvent, ServiceEvent } from "#src/release/events";
import type { Person, RoleMembers } from "#src/release/people";
import type { Policy } from "#src/release/policy";

/**
 * A second reading of the seven rules, from the events alone: it shares no code with `decide`, `evolve` or the hashes. What a
 * sign-off rests on is kept as plain text (`ground`) and compared as text.
 */
export type Ledger = {
  readonly openReleases: number;
  readonly locked: boolean;
  readonly rolledBack: readonly string[];
  readonly standing: "none" | "open" | "cutting" | "doubt" | "ended";
  readonly requester: string;
  readonly candidate: Pair | null;
  readonly active: Pair | null;
  readonly checklist: Checklist;
  readonly policy: Policy | null;
  readonly manifest: string | null;
  readonly members: RoleMembers;
  readonly evidence: Readonly<Record<string, Evidence>>;
  readonly waivers: Readonly<
    Record<string, { readonly evidence: string; readonly until: number; readonly text: string }>
  >;
  readonly signatures: readonly Signature[];
  readonly vetoes: readonly { readonly signOff: string; readonly person: string }[];
  readonly asked: readonly { readonly signOff: string; readonly person: string }[];
  readonly paused: boolean;
  readonly cutBy: string | null;
  readonly flipped: number;
};
type Evidence = { readonly done: boolean; readonly verdict: string; readonly hash: string; readonly until: number };
export type Signature = {
  readonly signOff: string;
  readonly person: string;
  readonly role: string;
  readonly ground: string;
};

export const emptyLedger: Ledger = {
  openReleases: 0,
  locked: false,
  rolledBack: [],
  standing: "none",
  requester: "",
  candidate: null,
  active: null,
  checklist: { sections: [], items: [], checks: [], signOffs: [] },
  policy: null,
  manifest: null,
  members: {},
  evidence: {},
  waivers: {},
  signatures: [],
  vetoes: [],
  asked: [],
  paused: false,
  cutBy: null,
  flipped: 0,
};

/** The ledger's own bookkeeping. */
export function take(ledger: Ledger, event: ReleaseEvent | ServiceEvent, by: Person): Ledger {
  switch (event.type) {
    case "release-opened":
      return { ...ledger, openReleases: ledger.openReleases + 1 };
    case "release-closed":
      return { ...ledger, openReleases: ledger.openReleases - 1 };
    case "service-locked": {
      const rolledBack = event.manifest === null ? ledger.rolledBack : [...ledger.rolledBack, event.manifest];
      return { ...ledger, locked: true, rolledBack };
    }
    case "service-unlocked":
      return { ...ledger, locked: false, rolledBack: [] };
    case "release-started": {
      const { candidate, active, checklist, policy, members } = event;
      const { openReleases, locked, rolledBack } = ledger;
      const service = { openReleases, locked, rolledBack };
      return {
        ...emptyLedger,
        ...service,
        standing: "open",
        requester: by.id,
        candidate,
        active,
        checklist,
        policy,
        members,
      };
    }
    case "manifest-frozen":
      return { ...ledger, manifest: event.hash };
    case "check-requested":
      return withEvidence(ledger, event.check, { done: false });
    case "check-finished": {
      const { verdict, evidenceHash: hash } = event.result;
      return withEvidence(ledger, event.check, { done: true, verdict, hash, until: event.freshUntil });
    }
    case "signed": {
      const { signOff, role } = event;
      const signature = { signOff, role, person: by.id, ground: ground(ledger, signOff) };
      return { ...ledger, signatures: [...ledger.signatures, signature] };
    }
    case "sign-off-withdrawn":
      return { ...ledger, signatures: drop(ledger.signatures, event.signOff, by.id) };
    case "sign-off-voided":
      return { ...ledger, signatures: drop(ledger.signatures, event.signOff, event.person.id) };
    case "vetoed":
      return { ...ledger, vetoes: [...ledger.vetoes, { signOff: event.signOff, person: by.id }] };
    case "veto-lifted":
      return { ...ledger, vetoes: drop(ledger.vetoes, event.signOff, event.person) };
    case "break-glass-asked":
      return { ...ledger, asked: [...ledger.asked, { signOff: event.signOff, person: by.id }] };
    case "glass-broken":
      return {
        ...ledger,
        vetoes: ledger.vetoes.filter(({ signOff }) => signOff !== event.signOff),
        asked: ledger.asked.filter(({ signOff }) => signOff !== event.signOff),
      };
    case "waived": {
      const text = JSON.stringify([by.id, event.reason, event.until]);
      const waiver = { evidence: event.evidence, until: event.until, text };
      return { ...ledger, waivers: { ...ledger.waivers, [event.check]: waiver } };
    }
    case "members-resolved":
      return { ...ledger, members: { ...ledger.members, ...event.members } };
    case "policy-changed":
      return { ...ledger, checklist: event.checklist, policy: event.policy };
    case "paused":
      return { ...ledger, paused: true };
    case "resumed":
      return { ...ledger, paused: false };
    case "cutover-requested":
      return { ...ledger, standing: "cutting", cutBy: by.id, members: { ...ledger.members, ...event.members } };
    case "cutover-stopped":
      return { ...ledger, standing: "open", cutBy: null };
    case "flip-intended":
      return { ...ledger, standing: "doubt" };
    case "flip-settled":
      return { ...ledger, standing: "cutting", flipped: ledger.flipped + (event.outcome === "flipped" ? 1 : 0) };
    case "went-live":
    case "release-cancelled":
    case "release-failed":
      return { ...ledger, standing: "ended" };
    default:
      return ledger;
  }
}

function withEvidence(ledger: Ledger, check: string, change: Partial<Evidence>): Ledger {
  const before = ledger.evidence[check] ?? { done: false, verdict: "none", hash: "none", until: 0 };
  return { ...ledger, evidence: { ...ledger.evidence, [check]: { ...before, ...change } } };
}

function drop<T extends { readonly signOff: string; readonly person: string }>(
  list: readonly T[],
  signOff: string,
  person: string,
): readonly T[] {
  return list.filter((entry) => entry.signOff !== signOff || entry.person !== person);
}

/** What a signature of this item rests on, as text. */
export function ground(ledger: Ledger, signOff: string): string {
  const { policy, checklist } = ledger;
  const definition = checklist.signOffs.find(({ id }) => id === signOff);
  const covered = (definition?.covers ?? []).map((check) => {
    const hash = ledger.evidence[check]?.hash ?? "none";
    const waiver = ledger.waivers[check];
    return [check, hash, waiver !== undefined && waiver.evidence === hash ? waiver.text : ""];
  });
  const role = definition === undefined ? null : policy?.roles[definition.role];
  return JSON.stringify([
    ledger.manifest,
    covered,
    definition,
    role,
    policy?.requesterMaySign,
    policy?.onePersonManyRoles,
  ]);
}
