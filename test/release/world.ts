import type { CheckDefinition, Checklist, SignOffDefinition } from "#src/release/checklist";
import { decide } from "#src/release/decide";
import type { Authored, Decision } from "#src/release/decision";
import type { CheckResult, Pair, Recorded, Verdict } from "#src/release/events";
import { evolveRelease, foldService } from "#src/release/evolve";
import { evolveService } from "#src/release/evolve-service";
import { digestOf } from "#src/release/hash";
import type { Intent } from "#src/release/intents";
import type { Person, PersonKind, RoleMembers } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import type { ReleaseState, ServiceState } from "#src/release/state";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const T0 = 1_700_000_000_000;

export const person = (id: string, name: string, kind: PersonKind = "member"): Person => ({ id, name, kind });
export const rosa = person("U-ROSA", "Rosa Lind");
export const dan = person("U-DAN", "Dan Ito");
export const mei = person("U-MEI", "Mei Sato");
export const ines = person("U-INES", "Ines Falk");
export const tom = person("U-TOM", "Tom Adeyemi");
export const omar = person("U-OMAR", "Omar Reyes");
export const guest = person("U-GUEST", "Gus Guest", "guest");

export const members: RoleMembers = {
  "release-manager": [rosa],
  "data-lead": [dan, mei],
  approver: [ines, tom, rosa],
  "on-call": [omar, ines],
};

const check = (id: string, title: string, waivable: boolean): CheckDefinition => ({
  id,
  title,
  version: 1,
  freshForMs: HOUR,
  waivable,
});
const signOff = (id: string, title: string, role: string, quorum: number, covers: string[]): SignOffDefinition => ({
  id,
  title,
  role,
  quorum,
  covers,
});

export const checklist: Checklist = {
  sections: [{ id: "gates", title: "Health gates" }],
  items: [
    {
      id: "prefix",
      section: "gates",
      phase: "before",
      text: "Prefix leakage",
      proof: { kind: "check", check: "prefix-leakage" },
    },
    {
      id: "previous",
      section: "gates",
      phase: "before",
      text: "Previous run",
      proof: { kind: "check", check: "previous-run-intact" },
    },
    {
      id: "models",
      section: "gates",
      phase: "before",
      text: "Models answer",
      proof: { kind: "not-built", check: "models" },
    },
    {
      id: "quality",
      section: "gates",
      phase: "before",
      text: "Data quality",
      proof: { kind: "sign-off", signOff: "data-quality" },
    },
  ],
  checks: [
    check("prefix-leakage", "Prefix leakage", true),
    check("backup", "Backup", true),
    check("previous-run-intact", "Previous run intact", false),
  ],
  signOffs: [
    signOff("data-quality", "Data quality", "data-lead", 1, ["prefix-leakage"]),
    signOff("go-ahead", "Go-ahead", "approver", 2, ["prefix-leakage", "backup", "previous-run-intact"]),
    signOff("team-notified", "Team notified", "on-call", 1, []),
  ],
};

export const policy: Policy = {
  roles: {
    "release-manager": { users: ["U-ROSA"], groups: [] },
    "data-lead": { users: ["U-DAN", "U-MEI"], groups: [] },
    approver: { users: [], groups: ["S-APPROVERS"] },
    "on-call": { users: ["U-OMAR", "U-INES"], groups: [] },
  },
  rights: {
    start: ["release-manager"],
    cancel: ["release-manager", "approver"],
    cutover: ["release-manager", "approver"],
    waive: ["approver"],
    rollback: ["on-call"],
    canary: ["on-call"],
    unlock: ["approver"],
    mute: ["on-call"],
  },
  requesterMaySign: false,
  onePersonManyRoles: false,
  breakGlass: ["approver", "on-call"],
  firstGoLiveRole: "approver",
  waiverMaxMs: 24 * HOUR,
  freezeWindows: [],
};

export const runA: Pair = { run: "run-a", config: "c1" };
export const runB: Pair = { run: "run-b", config: "c1" };

/** A check's result whose evidence hash depends on verdict and inputs alone. */
export function result(verdict: Verdict, summary = `${verdict} indeed`, inputs = "run-b"): CheckResult {
  const evidenceHash = digestOf([verdict, inputs]);
  return { verdict, summary, value: "v", bar: "b", numbers: {}, how: "SELECT 1", next: "", evidenceHash };
}

export type StartIntent = Extract<Intent, { type: "start" }>;
export const start = (change: Partial<StartIntent> = {}): StartIntent => ({
  type: "start",
  actor: rosa,
  members,
  release: "r1",
  service: "docs",
  channel: "C1",
  from: "C1",
  channelSharedExternally: false,
  candidate: runB,
  active: runA,
  facts: { run: "complete", config: "present" },
  checklist,
  policy,
  ...change,
});

/** A service and its newest release, told by intents. */
export type Story = {
  readonly service: ServiceState;
  readonly release: ReleaseState | null;
  readonly now: number;
  readonly journal: readonly Recorded[];
};

export const beginning: Story = { service: foldService("docs", []), release: null, now: T0, journal: [] };

/** The story with these facts appended at its `now`. A `release-started` begins another release. */
export function append(story: Story, events: readonly Authored[]): Story {
  let { service, release } = story;
  const journal = [...story.journal];
  for (const entry of events) {
    if (entry.to === "release") {
      const base = entry.event.type === "release-started" ? null : release;
      const recorded = { ...entry, at: story.now, version: (base?.version ?? 0) + 1 };
      release = evolveRelease(base, recorded);
      journal.push(recorded);
    } else {
      const recorded = { ...entry, at: story.now, version: service.version + 1 };
      service = evolveService(service, recorded);
      journal.push(recorded);
    }
  }
  return { ...story, service, release, journal };
}

export function attempt(story: Story, intent: Intent): { readonly decision: Decision; readonly story: Story } {
  const decision = decide(story.service, story.release, intent, story.now);
  return { decision, story: append(story, decision.events) };
}

/** Plays intents that must all be accepted. */
export function play(story: Story, ...intents: readonly Intent[]): Story {
  return intents.reduce((current, intent) => {
    const { decision, story: next } = attempt(current, intent);
    if (!decision.ok) throw new Error(`${intent.type} was refused: ${JSON.stringify(decision.refusal)}`);
    return next;
  }, story);
}

/** The refusal of an intent that must be refused. */
export function refusalOf(story: Story, intent: Intent): Refusal {
  const { decision } = attempt(story, intent);
  if (decision.ok) throw new Error(`${intent.type} was accepted: ${JSON.stringify(decision.events)}`);
  return decision.refusal;
}

/** Types of the facts that an intent causes, in their order. */
export function factsOf(story: Story, intent: Intent): readonly string[] {
  return attempt(story, intent).decision.events.map(({ event }) => event.type);
}

export const later = (story: Story, ms: number): Story => ({ ...story, now: story.now + ms });

export function releaseOf(story: Story): ReleaseState {
  if (story.release === null) throw new Error("no release in this story");
  return story.release;
}

export const sign = (actor: Person, id: string, change: { members?: RoleMembers; seen?: string } = {}): Intent => ({
  type: "sign",
  actor,
  members: change.members ?? members,
  signOff: id,
  seen: change.seen ?? null,
});
export const freeze = (hash: string): Intent => ({ type: "freeze-manifest", hash, changes: [`hash is ${hash}`] });
export const finish = (story: Story, id: string, outcome: CheckResult): Intent => ({
  type: "finish-check",
  check: id,
  attempt: releaseOf(story).checks[id]?.attempt ?? 0,
  result: outcome,
});
/** Asks for one check again and finishes it. */
export function rerun(story: Story, id: string, outcome: CheckResult): Story {
  const asked = play(story, { type: "refresh-check", check: id });
  return play(asked, finish(asked, id, outcome));
}
/** Finishes every check that is under way. */
export function finishAll(story: Story, outcome: CheckResult = result("pass")): Story {
  const ids = Object.entries(releaseOf(story).checks).filter(([, { status }]) => status !== "finished");
  return ids.reduce((current, [id]) => play(current, finish(current, id, outcome)), story);
}
export const cutOver = (actor: Person, change: { members?: RoleMembers; seen?: string } = {}): Intent => ({
  type: "cut-over",
  actor,
  members: change.members ?? members,
  seen: change.seen ?? null,
});
export const intendFlip = (flip: string, manifest = "m1", fresh: RoleMembers = members): Intent => ({
  type: "intend-flip",
  flip,
  members: fresh,
  manifest,
});

export const started = play(beginning, start());
/** Manifest frozen, every check green. */
export const green = finishAll(play(started, freeze("m1")));
/** Every sign-off stands. */
export const ready = play(
  green,
  sign(dan, "data-quality"),
  sign(ines, "go-ahead"),
  sign(tom, "go-ahead"),
  sign(omar, "team-notified"),
);
