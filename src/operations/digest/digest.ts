import { nameOf } from "#src/canary/words/names";
import { type Change, changesOf } from "#src/operations/digest/changes";
import type { ServicePicture, Unread } from "#src/operations/digest/picture";
import type { SloNews } from "#src/operations/digest/slo-news";
import { type Waiting, waitingOf } from "#src/operations/digest/waiting";
import type { SkipReason } from "#src/operations/events";
import { KINDS } from "#src/operations/kinds";
import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import { weekSubject } from "#src/operations/week";
import type { Recorded, Verdict } from "#src/release/events";
import { GOLIVE } from "#src/release/people";
import type { Instant } from "#src/release/policy";

/** How far a digest has told: versions of the service's stream and its agenda, and when they were read. */
export type DigestCursor = { readonly service: number; readonly agenda: number; readonly at: Instant };

export type RanOperation = {
  readonly kind: OperationKind;
  readonly operation: string;
  /** Whose message tells of it: its own, or that of its week. */
  readonly subject: string | null;
  /** Null: it was opened before this program kept numbers. */
  readonly number: number | null;
  readonly verdict: Verdict;
  readonly summary: string;
  readonly at: Instant;
  /** Fires that it made up for. */
  readonly missed: number;
};
export type SkippedFires = {
  readonly kind: OperationKind;
  readonly fires: number;
  readonly due: Instant;
  readonly because: SkipReason;
  readonly says: string;
};

/** One morning of a service, as data: the outbox keeps it, and it is worded when it is sent. */
export type DigestNote = {
  readonly kind: "digest";
  readonly service: string;
  readonly since: Instant;
  readonly until: Instant;
  readonly ran: readonly RanOperation[];
  readonly running: readonly { readonly kind: OperationKind; readonly number: number; readonly since: Instant }[];
  readonly skipped: readonly SkippedFires[];
  readonly changed: readonly Change[];
  /** `mentioned` false: who can act has been told already, and is named only. Left out by older programs: they are mentioned. */
  readonly waiting: readonly (Waiting & { readonly mentioned?: boolean })[];
  readonly slos: readonly SloNews[];
  readonly next: ServicePicture["next"];
  readonly unread: readonly Unread[];
};

type Facts = { readonly service: readonly Recorded[]; readonly agenda: readonly Recorded[] };

/** Where the first digest of a service begins: with what was recorded after this moment. */
export const cursorAt = ({ service, agenda }: Facts, at: Instant): DigestCursor => ({
  service: versionAt(service, at),
  agenda: versionAt(agenda, at),
  at,
});

/** How far a digest of these facts tells: all of them, whatever another copy's clock says of the newest. */
export const cursorAfter = ({ service, agenda }: Facts, at: Instant): DigestCursor => ({
  service: service.at(-1)?.version ?? 0,
  agenda: agenda.at(-1)?.version ?? 0,
  at,
});

const versionAt = (stream: readonly Recorded[], at: Instant): number =>
  stream.findLast((fact) => fact.at <= at)?.version ?? 0;

/** Whether there is nothing to say but that. */
export const isQuiet = (note: DigestNote): boolean =>
  [note.ran, note.running, note.skipped, note.changed, note.waiting, note.unread].every((part) => part.length === 0) &&
  note.slos.every(({ standing }) => standing === "kept" || standing === "unknown");

/**
 * What happened since `since`, and what waits now. `facts`: of the picture, which could be read. `isFirst`: no digest was sent before, so nobody
 * has been told of anything.
 */
export function digestOf(
  picture: ServicePicture,
  facts: Facts,
  since: DigestCursor,
  now: Instant,
  isFirst = false,
): DigestNote {
  const news = facts.agenda.filter(({ version }) => version > since.agenda);
  return {
    kind: "digest",
    service: picture.service,
    since: since.at,
    until: now,
    ran: news.flatMap((fact) => ranIn(fact, facts.agenda, picture.service)),
    running: runningIn(picture),
    skipped: news.flatMap(skippedIn),
    changed: [...changesOf(facts, since), ...breachesSince(picture, since.at)].sort((a, b) => a.at - b.at),
    waiting: waitingOf(picture).map((waiting) => ({
      ...waiting,
      // A lock stands as long as its cause isn't found, and calls everybody who may unlock: once.
      mentioned: waiting.kind !== "unlock" || isFirst || isLockedSince(facts, since),
    })),
    slos: picture.slos,
    next: picture.next,
    unread: picture.unread,
  };
}

const isLockedSince = ({ service }: Facts, since: DigestCursor): boolean =>
  service.some(({ event, version }) => event.type === "service-locked" && version > since.service);

function ranIn({ event, at }: Recorded, agenda: readonly Recorded[], service: string): RanOperation[] {
  if (event.type !== "operation-closed" || event.kind === "digest") return [];
  const { kind, operation, verdict, summary } = event;
  const opened = agenda.find((fact) => fact.event.type === "operation-opened" && fact.event.operation === operation);
  const began = opened?.event.type === "operation-opened" ? opened.event : null;
  const week = began === null ? null : weekSubject(service, began.week);
  const subject = KINDS[kind].told === "own" ? operation : week;
  return [
    { kind, operation, subject, verdict, summary, at, number: began?.number ?? null, missed: began?.missed ?? 0 },
  ];
}

function skippedIn({ event }: Recorded): SkippedFires[] {
  if (event.type !== "fire-skipped" || event.kind === "digest") return [];
  const { kind, fires, due, because, says } = event;
  return [{ kind, fires, due, because, says }];
}

function runningIn({ agenda }: ServicePicture): DigestNote["running"] {
  if (agenda === null) return [];
  return OPERATIONS.filter((kind) => kind !== "digest").flatMap((kind) => {
    const { open } = agenda.entries[kind];
    return open === null ? [] : [{ kind, number: open.number, since: open.since }];
  });
}

/** A breach is a fact of its canary, not of the service. */
function breachesSince({ canary: view }: ServicePicture, since: Instant): Change[] {
  if (view === null) return [];
  const { canary } = view;
  return canary.breaches
    .filter(({ foundAt }) => foundAt > since)
    .map(({ kpi, foundAt }) => ({
      kind: "breach",
      kpi: nameOf(view, kpi),
      at: foundAt,
      by: GOLIVE,
      subject: canary.id,
    }));
}
