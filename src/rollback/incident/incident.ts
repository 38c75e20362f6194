import type { Recorded } from "#src/release/events";
import type { ManifestDifference } from "#src/release/manifest-summary";
import { pairText } from "#src/release/pair";
import { GOLIVE, type Person } from "#src/release/people";
import { holdersOf } from "#src/release/rights";
import type { ReleaseState } from "#src/release/state";
import { sayEvent } from "#src/rollback/incident/say-event";
import { exactTime, spanText } from "#src/rollback/incident/times";
import { STEP_TITLES, whoConfirmed } from "#src/rollback/says";
import type { RollbackState } from "#src/rollback/state";

/** What an incident's document is made from. */
export type IncidentFacts = {
  readonly rollback: RollbackState;
  /** Facts of the service, of the release that is undone, of its canary and of the rollback, in any order. */
  readonly events: readonly Recorded[];
  /** The release that made live what is gone back from; null: none of Golive's did. */
  readonly undone: ReleaseState | null;
  /** Against the manifest of the run that is gone back to. Null: one of both is not kept. */
  readonly differences: readonly ManifestDifference[] | null;
};

export type TimelineEntry = { readonly at: number; readonly by: string; readonly text: string };
export type Figure = {
  readonly step: string;
  readonly name: string;
  readonly value: string;
  readonly share: number | null;
};

/** An incident as data; `incidentMarkdown` and `incidentPage` write it. Every text is plain and not escaped. */
export type Incident = {
  readonly id: string;
  readonly title: string;
  /** What happened, in two or three sentences. */
  readonly summary: readonly string[];
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly timeline: readonly TimelineEntry[];
  readonly people: readonly (readonly [name: string, deeds: string])[];
  readonly evidence: readonly (readonly [what: string, outcome: string, detail: string])[];
  readonly figures: readonly Figure[];
  /** Null: the manifests could not be compared. */
  readonly changes: readonly string[] | null;
  readonly actions: readonly (readonly [what: string, who: string])[];
};

export const incidentId = (rollback: string): string => `inc_${rollback.replace(/^rb_/, "")}`;

/** Draws up the document. The same facts always make the same document. */
export function drawUpIncident(given: IncidentFacts): Incident {
  const { rollback, undone, differences } = given;
  const { service, number, plan, reason } = rollback;
  const events = inOrder(given.events).filter(({ at }) => at <= (rollback.ended?.at ?? Number.POSITIVE_INFINITY));
  return {
    id: incidentId(rollback.id),
    title: `Incident: ${service} was taken back to ${pairText(plan.to)} (rollback #${number})`,
    summary: [
      `${service} answered from ${pairText(plan.from)} and was to be taken back to ${pairText(plan.to)}${reason === "" ? "." : `, because: ${reason}`}`,
      rollback.ended?.says ?? "The rollback has not ended yet.",
    ],
    facts: factsOf(rollback, undone),
    timeline: timelineOf(events),
    people: peopleOf(events),
    evidence: [...stepEvidence(rollback), ...checkEvidence(undone)],
    figures: figuresOf(rollback),
    changes: differences === null ? null : differences.map(({ text }) => text),
    actions: actionsOf(rollback),
  };
}

/** Facts of one instant: what was decided about the rollback, then what follows from it elsewhere, each stream in its order. */
function inOrder(events: readonly Recorded[]): readonly Recorded[] {
  const rank = ({ stream }: Recorded): number => STREAMS.findIndex((start) => stream.startsWith(start));
  return [...events].sort((a, b) => a.at - b.at || rank(a) - rank(b) || a.version - b.version);
}

const STREAMS = ["canary/", "rollback/", "service/", "release/"];

function factsOf(rollback: RollbackState, undone: ReleaseState | null): Incident["facts"] {
  const { confirmed, flip, ended, requester, requestedAt, target } = rollback;
  const wentLive = undone?.standing === "live" ? (undone.ended?.at ?? null) : null;
  const flipped = flip?.outcome === "flipped" ? flip.settledAt : null;
  return [
    ["Service", rollback.service],
    ["Rollback", `#${rollback.number} (${rollback.id})`],
    ["Target", target.kind === "previous" ? "what was live before" : `backup ${target.backup}`],
    ["Asked for", `${requester.name}, ${exactTime(requestedAt)}`],
    ...(confirmed === null
      ? []
      : [
          [
            confirmed.how === "break-glass" ? "Glass broken" : "Confirmed",
            `${whoConfirmed(confirmed)}, ${exactTime(confirmed.at)}`,
          ] as const,
        ]),
    ...(flipped === null || confirmed === null
      ? []
      : [["From confirmation to flip", spanText(flipped - confirmed.at)] as const]),
    ...(wentLive === null || flipped === null
      ? []
      : [["Live before the flip back", spanText(flipped - wentLive)] as const]),
    ["Outcome", rollback.standing],
    ["Live after it", ended === null ? "not known yet" : pairText(ended.live)],
    ["Release undone", undone === null ? "none of Golive's" : `#${undone.number} (${undone.id})`],
  ];
}

function timelineOf(events: readonly Recorded[]): readonly TimelineEntry[] {
  return events.flatMap(({ at, by, event }) => {
    const text = sayEvent(event);
    return text === null ? [] : [{ at, by: by.via === undefined ? by.name : `${by.name} (by ${by.via})`, text }];
  });
}

/** Everybody who did something, with how often and what, in the order of their first deed. */
function peopleOf(events: readonly Recorded[]): Incident["people"] {
  const deeds = new Map<string, { readonly person: Person; readonly did: Map<string, number> }>();
  for (const { by, event } of events) {
    if (by.id === GOLIVE.id) continue;
    const known = deeds.get(by.id) ?? { person: by, did: new Map<string, number>() };
    known.did.set(event.type, (known.did.get(event.type) ?? 0) + 1);
    deeds.set(by.id, known);
  }
  return [...deeds.values()].map(({ person, did }) => [
    person.name,
    [...did].map(([what, times]) => `${what.replaceAll("-", " ")}${times > 1 ? ` (${times} times)` : ""}`).join(", "),
  ]);
}

function stepEvidence({ steps }: RollbackState): Incident["evidence"] {
  return steps.map(({ id, status, result }) => [STEP_TITLES[id], status, result?.detail ?? ""]);
}

/** What the checks said of the release that is undone: all of them, since one of them missed it. */
function checkEvidence(undone: ReleaseState | null): Incident["evidence"] {
  if (undone === null) return [];
  return Object.entries(undone.checks).flatMap(([check, { result }]) =>
    result === null ? [] : [[`Release #${undone.number}: ${check}`, result.verdict, result.summary]],
  );
}

function figuresOf({ steps }: RollbackState): readonly Figure[] {
  return steps.flatMap(({ id, result }) =>
    Object.entries(result?.facts ?? {}).flatMap(([name, value]): Figure[] => {
      if (typeof value !== "number" || !Number.isFinite(value)) return [];
      const isShare = value >= 0 && value <= 1 && !Number.isInteger(value);
      const text = Number.isInteger(value) ? String(value) : value.toFixed(3);
      return [{ step: STEP_TITLES[id], name, value: text, share: isShare ? value : null }];
    }),
  );
}

function actionsOf(rollback: RollbackState): Incident["actions"] {
  const { policy, members, service, standing, ended, confirmed } = rollback;
  const who = (right: "unlock" | "rollback"): string => {
    const names = holdersOf(policy, right, members).map(({ name }) => name);
    return names.length > 0 ? names.join(", ") : `nobody is in ${policy.rights[right].join(", ")}: fill it first`;
  };
  return [
    ...(standing === "incomplete" || standing === "refused" ? [[ended?.says ?? "", who("rollback")] as const] : []),
    [
      "Find the root cause: why the checks and the sign-offs let it through, and what will catch it next time",
      who("unlock"),
    ],
    [`Unlock go-lives with the root cause: /golive unlock ${service}`, who("unlock")],
    ...(confirmed?.how === "break-glass"
      ? [["Look at why nobody with the right could be had, since the glass was broken", who("rollback")] as const]
      : []),
  ];
}
