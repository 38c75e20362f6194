import { z } from "zod";
import { canaryIdOf } from "#src/canary/canary-id";
import type { DecideCanary } from "#src/canary/use-cases/decide-canary";
import type { CanaryStart } from "#src/canary/watch/intents";
import type { NoCanaryNote } from "#src/canary/watch/notes";
import type { RunningJob } from "#src/jobs/create-jobs";
import type { Journal } from "#src/journal/journal";
import { releaseStream } from "#src/release/events";
import type { ReleaseState } from "#src/release/state";
import type { Identity } from "#src/release/use-cases";

const jobSchema = z.object({ service: z.string(), release: z.string() });

/** What a service's canary is held to, and what is known of the two runs before it begins. */
export type CanaryTerms = Pick<
  CanaryStart,
  "policy" | "response" | "rights" | "onCall" | "questions" | "caution" | "changes"
>;

type Deps = {
  readonly decide: DecideCanary;
  readonly release: (id: string) => Promise<ReleaseState | null>;
  readonly terms: (release: ReleaseState) => Promise<CanaryTerms>;
  readonly identity: Pick<Identity, "members">;
  readonly journal: Pick<Journal, "transact">;
};

const FIRST: NoCanaryNote = {
  kind: "no-canary",
  because: "Nothing was live before, so there is nothing that the answers could be compared with",
};

/**
 * Begins the canary of a release that went live. Done twice, it begins once. Throws while the canary before is still open: then the job is
 * tried again.
 */
export function createStartCanary(deps: Deps): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, release: id } = jobSchema.parse(job.data);
    const release = await deps.release(id);
    if (release === null || release.standing !== "live" || release.ended === null) return;
    const baseline = release.flip === null ? release.active : release.flip.from;
    if (baseline === null) {
      const key = `${releaseStream(id)}/${FIRST.kind}`;
      const post = { key, to: { kind: "thread", subject: id }, note: FIRST } as const;
      await deps.journal.transact(service, null, [], () => ({ ...NOTHING, posts: [post] }));
      return;
    }
    const [terms, members] = await Promise.all([deps.terms(release), deps.identity.members()]);
    const canary = canaryIdOf(id);
    const decided = await deps.decide(service, canary, null, {
      type: "start",
      canary,
      service,
      channel: release.channel,
      release: id,
      candidate: release.candidate,
      baseline,
      members,
      from: release.ended.at,
      ...terms,
    });
    if (!decided.ok) throw new Error(`the canary of ${id} has to wait: another one of ${service} is still open`);
  };
}

const NOTHING = { outcome: null, events: [], jobs: [], repaint: [], posts: [] };
