import { z } from "zod";
import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import type { Config } from "#src/config/load-config";
import type { Log } from "#src/log";
import { ManifestError } from "#src/manifest/manifest-error";
import type { ProposalUseCases } from "#src/operations/use-cases";
import type { ManifestDifference, ManifestSummary } from "#src/release/manifest-summary";
import type { Note, NotedFile } from "#src/release/notes";
import type { ReleaseState } from "#src/release/state";
import { storySoFar } from "#src/release/story-so-far";
import type { ReleaseUseCases } from "#src/release/use-cases";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";
import type { Message } from "#src/slack/blocks/elements";
import { lostChannelMessage } from "#src/slack/blocks/lost-channel-message";
import { NOTHING_KNOWN, type NotedManifest } from "#src/slack/blocks/manifest-lines";
import { noteMessage } from "#src/slack/blocks/note-message";
import { releaseMessage } from "#src/slack/blocks/release-message";
import type { StoredNote } from "#src/slack/outbox-rows";
import type { Painting } from "#src/slack/paint";
import { canaryNote } from "#src/slack/render-canary";
import { type OperationNotes, operationNote } from "#src/slack/render-operations";
import { proposalNote } from "#src/slack/render-proposal";
import { rollbackNote } from "#src/slack/render-rollback";
import { sloNote } from "#src/slack/render-slos";
import type { OutgoingFile } from "#src/slack/web";

/** The painter's `render`: a release's message as of now. `now`: domain clock. */
export function createReleaseRenderer(
  useCases: Pick<ReleaseUseCases, "release">,
  now: () => number,
): (subject: string) => Promise<Painting | null> {
  return async (subject) => {
    const view = await useCases.release(subject);
    return view === null ? null : { ...releaseMessage(view, now()), channel: view.release.channel };
  };
}

/** Our own rows, written in the transaction of the decision: only that it is a note at all is checked. */
const noteSchema = z.custom<Note>((value) => z.looseObject({ kind: z.string() }).safeParse(value).success);

/** A wish for the story so far, as `message-rows` leaves it: worded from the release's state when it is sent. */
const storySchema = z.object({ kind: z.literal("posted-again"), release: z.string() });

const fileSchema: z.ZodType<NotedFile> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("manifest-file"), release: z.string(), hash: z.string() }),
  z.object({ kind: z.literal("evaluation-report"), release: z.string(), evaluation: z.string() }),
  z.object({ kind: z.literal("incident-document"), rollback: z.string(), format: z.enum(["md", "html"]) }),
]);

type NamedText = { readonly name: string; readonly text: string };

/** Reading kept manifests, as the notes about them need it. Null: not kept. Throws `ManifestError`. */
export type KeptManifests = {
  summary(service: string, hash: string): Promise<ManifestSummary | null>;
  differences(service: string, from: string, to: string): Promise<readonly ManifestDifference[] | null>;
};

type NoteRendererDeps = {
  readonly config: Pick<Config, "golive" | "checklist">;
  readonly manifests: KeptManifests;
  readonly useCases: Pick<ReleaseUseCases, "release">;
  readonly rollbacks: Pick<RollbackUseCases, "rollback">;
  readonly canaries: Pick<CanaryUseCases, "canary" | "currentCanary">;
  readonly proposals: Pick<ProposalUseCases, "proposal">;
  readonly operations: OperationNotes;
  readonly log: Log;
};

/** The outbox's `render`: the words of a stored note, with what it leaves to the kept manifest. */
export function createNoteRenderer(deps: NoteRendererDeps): (stored: StoredNote) => Promise<Message> {
  const { config, manifests, useCases, rollbacks, canaries, proposals, operations, log } = deps;
  const titles = new Map(config.checklist.checks.map(({ id, title }) => [id, title]));
  return async (stored) => {
    const { note, service, to } = stored;
    const other =
      (await rollbackNote(rollbacks, stored)) ??
      (await canaryNote(canaries, stored)) ??
      (await proposalNote(proposals, stored)) ??
      (await operationNote(operations, stored)) ??
      sloNote(stored);
    if (other !== null) return other;
    const story = storySchema.safeParse(note).data;
    if (story !== undefined) {
      const view = await useCases.release(story.release);
      if (view === null) throw new Error(`there is no release ${story.release} whose story could be told`);
      return noteMessage(storySoFar(view), service);
    }
    const known = noteSchema.parse(note);
    if (to === "person" && known.kind === "paused") {
      return lostChannelMessage(known, config.golive.services[service]?.channel ?? "unknown");
    }
    return noteMessage(known, service, await aboutManifest(known, service));
  };

  async function aboutManifest(note: Note, service: string): Promise<NotedManifest> {
    try {
      if (note.kind === "manifest-frozen") {
        return { ...NOTHING_KNOWN, summary: await manifests.summary(service, note.hash) };
      }
      if (note.kind !== "manifest-changed") return NOTHING_KNOWN;
      const differences = await manifests.differences(service, note.from, note.hash);
      return { ...NOTHING_KNOWN, differences: differences?.map(withTitles) ?? null };
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      // A document that was tampered with must not hold up the thread: the note says what the journal knows.
      log.error({ err: error, service }, "a note about a manifest goes without its document");
      return NOTHING_KNOWN;
    }
  }

  /** `manifest` looks at everything: it is named only where nothing else looks. */
  function withTitles({ text, checks }: ManifestDifference): ManifestDifference {
    const others = checks.filter((check) => check !== "manifest");
    return { text, checks: (others.length > 0 ? others : checks).map((check) => titles.get(check) ?? check) };
  }
}

/** The outbox's `renderFile`: null when there is nothing to attach. */
export function createFileRenderer(deps: {
  readonly useCases: Pick<ReleaseUseCases, "release">;
  readonly manifest: (release: ReleaseState, hash: string) => Promise<NamedText | null>;
  readonly evaluation: (run: string) => Promise<NamedText | null>;
  readonly incident: (rollback: string, format: "md" | "html") => Promise<NamedText | null>;
}): (stored: StoredNote) => Promise<OutgoingFile | null> {
  return async ({ note }) => {
    const wanted = fileSchema.parse(note);
    if (wanted.kind === "evaluation-report") {
      const page = await deps.evaluation(wanted.evaluation);
      return page === null ? null : { ...page, title: `Evaluation ${wanted.evaluation}` };
    }
    if (wanted.kind === "incident-document") {
      const document = await deps.incident(wanted.rollback, wanted.format);
      return document === null ? null : { ...document, title: `Incident ${wanted.rollback} (${wanted.format})` };
    }
    const view = await deps.useCases.release(wanted.release);
    const found = view === null ? null : await deps.manifest(view.release, wanted.hash);
    return found === null ? null : { ...found, title: `Run manifest ${wanted.hash.slice(0, 8)}` };
  };
}
