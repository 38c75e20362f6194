import type { JobRequest, Post } from "#src/journal/journal";
import { type DomainEvent, type Recorded, type ReleaseEvent, releaseStream, serviceStream } from "#src/release/events";
import type { EvaluationReportFile, ManifestFile, Note } from "#src/release/notes";
import { notesOf } from "#src/release/notes-of";
import type { ReleaseState } from "#src/release/state";

export type Consequences = {
  readonly jobs: readonly JobRequest[];
  /** Ids of releases whose message must be painted again. */
  readonly repaint: readonly string[];
  readonly posts: readonly Post[];
};

/**
 * What follows from facts that were just decided, to be committed with them: jobs, messages to repaint, notes for the
 * release's thread. `before` and `after` are the release's states around these facts. Keys and causes are made of stream and
 * version, so the same facts never cause anything twice.
 */
export function consequencesOf(
  before: ReleaseState | null,
  after: ReleaseState | null,
  recorded: readonly Recorded[],
): Consequences {
  if (after === null || recorded.length === 0) return { jobs: [], repaint: [], posts: [] };
  const facts = recorded.filter(isOfRelease);
  return {
    jobs: facts.flatMap((fact) => jobsOf(before, after, fact)),
    repaint: [after.id],
    posts: notesOf(before, after, facts).flatMap(({ cause, note }) => {
      const key = `${causeOf(cause)}/${note.kind}`;
      const thread: Post = { key, to: { kind: "thread", subject: after.id }, note };
      // The thread of an archived or lost channel can't be reached: the requester hears of it directly.
      const direct: readonly Post[] =
        note.kind === "paused" && note.because !== "channel-shared-externally"
          ? [{ key: `${key}/requester`, to: { kind: "person", user: after.requester.id }, note }]
          : [];
      return [thread, ...direct, ...attachmentOf(after, note)];
    }),
  };
}

/** What a channel is told of its service, apart from any release. */
export function announcementsOf(recorded: readonly Recorded[]): readonly Post[] {
  return recorded.flatMap((fact): Post[] => {
    const { event, stream } = fact;
    if (event.type !== "pointer-moved") return [];
    const { from, to, channel } = event;
    const service = stream.slice(serviceStream("").length);
    return [
      {
        key: `${causeOf(fact)}/pointer-moved`,
        to: { kind: "channel", channel },
        note: { kind: "pointer-moved", service, from, to },
      },
    ];
  });
}

/** The document itself, once per release: one that comes back after a change lies in the thread already. */
function attachmentOf(release: ReleaseState, note: Note): readonly Post[] {
  const file = fileOf(release.id, note);
  if (file === null) return [];
  const what = file.kind === "manifest-file" ? file.hash : file.evaluation;
  const to = { kind: "thread", subject: release.id } as const;
  return [{ key: `${releaseStream(release.id)}/${file.kind}/${what}`, to, note: file }];
}

function fileOf(release: string, note: Note): ManifestFile | EvaluationReportFile | null {
  switch (note.kind) {
    case "manifest-frozen":
    case "manifest-changed":
      return { kind: "manifest-file", release, hash: note.hash };
    case "evaluation-ended":
      // Without a single graded answer there is no table to look at: the note says why.
      return note.evaluation === null || note.end.graded === 0
        ? null
        : { kind: "evaluation-report", release, evaluation: note.evaluation };
    default:
      return null;
  }
}

/** The flip that a cutover would make: one id per requested cutover, so that each attempt has its own ledger row. */
export function flipIdOf(release: string, version: number): string {
  return `flip/${release}/${version}`;
}

function jobsOf(
  before: ReleaseState | null,
  release: ReleaseState,
  fact: Recorded<ReleaseEvent>,
): readonly JobRequest[] {
  const { event } = fact;
  const cause = causeOf(fact);
  const about = { service: release.service, release: release.id };
  switch (event.type) {
    case "release-started":
      return [{ queue: "freeze-manifest", cause, data: about }];
    case "check-requested":
      return [{ queue: "run-check", cause, data: { ...about, check: event.check, attempt: event.attempt } }];
    case "evaluation-requested":
      return [...givenUp(before, cause), { queue: "evaluate", cause, data: { ...about, manifest: event.manifest } }];
    case "evaluation-stopped":
    case "release-cancelled":
    case "release-failed":
      return givenUp(before, cause);
    case "went-live":
      return [...givenUp(before, cause), { queue: "start-canary", cause, data: about }];
    case "cutover-requested":
      return [{ queue: "cut-over", cause, data: { ...about, flip: flipIdOf(release.id, fact.version) } }];
    default:
      return [];
  }
}

/** The evaluation that was under way until now is for nothing any more: nobody goes on paying for it. */
function givenUp(before: ReleaseState | null, cause: string): readonly JobRequest[] {
  if (before === null || before.evaluation === null || before.evaluation.status === "ended") return [];
  const { manifest, run } = before.evaluation;
  const data = { service: before.service, release: before.id, manifest, evaluation: run };
  return [{ queue: "stop-evaluation", cause, data }];
}

function causeOf(fact: Recorded): string {
  return `${fact.stream}/${fact.version}`;
}

function isOfRelease(fact: Recorded<DomainEvent>): fact is Recorded<ReleaseEvent> {
  return fact.stream.startsWith("release/");
}
