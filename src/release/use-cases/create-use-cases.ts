import type { Journal } from "#src/journal/journal";
import type { RagStore } from "#src/rag/store";
import type { DomainClock } from "#src/release/clock";
import { releaseStream, serviceStream } from "#src/release/events";
import type { ReleaseState, ServiceState } from "#src/release/state";
import type { Identity, ReleaseUseCases } from "#src/release/use-cases";
import { createAdoptRun } from "#src/release/use-cases/adopt-run";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";
import { releaseOf, serviceEvents, serviceOf } from "#src/release/use-cases/folded";
import { createStartRelease, type StartableService } from "#src/release/use-cases/start-release";
import type { EvaluationProgress, ReleaseView } from "#src/release/view";
import { viewOf } from "#src/release/view-of";

export type UseCaseDeps = {
  readonly journal: Journal;
  readonly clock: DomainClock;
  readonly identity: Identity;
  readonly decide: DecideIntent;
  /** Null for a service that golive.yaml doesn't name. */
  readonly service: (id: string) => (StartableService & { readonly store: RagStore }) | null;
  readonly newReleaseId: () => string;
  /** How far an evaluation is; null when nobody can say. */
  readonly evaluationProgress: (run: string) => Promise<EvaluationProgress | null>;
};

/** Everything a command, a button, a modal or the CLI can ask of the release room. Wired in `compose.ts`. */
export function createUseCases(deps: UseCaseDeps): ReleaseUseCases {
  const { journal, clock, decide, identity } = deps;

  const serviceState = async (id: string): Promise<ServiceState> =>
    serviceOf(id, await journal.load(serviceStream(id)));
  const releaseState = async (id: string): Promise<ReleaseState | null> =>
    releaseOf(await journal.load(releaseStream(id)));
  const configured = (id: string) => {
    const service = deps.service(id);
    if (service === null) throw new Error(`no service ${id} is configured`);
    return service;
  };
  const storeOf = (id: string): RagStore => configured(id).store;

  async function view(release: ReleaseState | null, service?: ServiceState): Promise<ReleaseView | null> {
    if (release === null) return null;
    const { evaluation } = release;
    const running = evaluation?.status === "running" ? evaluation.run : null;
    const [state, progress] = await Promise.all([
      service ?? serviceState(release.service),
      running === null ? null : deps.evaluationProgress(running),
    ]);
    return viewOf(state, release, clock.now(), progress);
  }

  /** An intent about a release that exists; its service is read from its own first event. */
  async function onRelease(id: string, key: string | null, intent: Parameters<DecideIntent>[3]) {
    const release = await releaseState(id);
    if (release === null) return { ok: false, refusal: { kind: "no-open-release", service: id } } as const;
    return decide(release.service, id, key, intent);
  }

  return {
    startRelease: createStartRelease({
      decide,
      identity,
      service: deps.service,
      newReleaseId: deps.newReleaseId,
    }),
    actOnRelease: onRelease,
    adoptRun: createAdoptRun({ decide, serviceOf: configured }),
    unlockService: ({ actor, members, service, reason, rootCause, key }) =>
      decide(service, null, key, {
        type: "unlock",
        actor,
        members,
        policy: configured(service).policy,
        reason,
        rootCause,
      }),
    pauseRelease: (release, because) => onRelease(release, null, { type: "pause", because }),
    resumeRelease: (release) => onRelease(release, null, { type: "resume" }),
    async refreshMembers(service) {
      const { openRelease } = await serviceState(service);
      if (openRelease === null) return { ok: true, release: null, events: [] };
      return onRelease(openRelease, null, { type: "refresh-members", members: await identity.members() });
    },
    async currentRelease(service) {
      const stream = await journal.load(serviceStream(service));
      const opened = serviceEvents(stream).findLast((recorded) => recorded.event.type === "release-opened")?.event;
      if (opened?.type !== "release-opened") return null;
      return view(await releaseState(opened.release), serviceOf(service, stream));
    },
    release: async (id) => view(await releaseState(id)),
    service: serviceState,
    livePair: (service) => storeOf(service).pointer(),
    async candidates(service) {
      const store = storeOf(service);
      const [runs, active, { adopted }] = await Promise.all([store.runs(), store.pointer(), serviceState(service)]);
      const listed = runs.map((run) => ({
        run: run.run,
        chunks: run.chunks,
        finishedAt: run.finishedAt,
        state: run.state,
        active: run.run === active?.run,
      }));
      const others = Object.entries(adopted).filter(([run]) => !runs.some((each) => each.run === run));
      return [
        ...listed,
        ...others.map(([run, { chunks, at }]) => ({
          run,
          chunks,
          finishedAt: at,
          state: "complete" as const,
          active: run === active?.run,
        })),
      ];
    },
  };
}
