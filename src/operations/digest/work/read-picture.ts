import { z } from "zod";
import { borderWords } from "#src/border-words";
import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import type { Journal } from "#src/journal/journal";
import type { Log } from "#src/log";
import type { CardedRun, PictureParts, ServicePicture, Unread } from "#src/operations/digest/picture";
import { sloNews } from "#src/operations/digest/slo-news";
import { agendaStream } from "#src/operations/events";
import type { SloUseCases } from "#src/operations/slo/use-cases";
import type { AgendaState } from "#src/operations/state";
import type { OperationUseCases, ProposalUseCases } from "#src/operations/use-cases";
import { type Recorded, serviceStream } from "#src/release/events";
import type { Policy } from "#src/release/policy";
import type { Identity, ReleaseUseCases } from "#src/release/use-cases";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";

/** Runs whose SOP cards are looked at: people work on the newest one, and finish what they began on the one before. */
const CARDS_OF = 3;
/** What a weekly run found, as far as its cards go. */
const cardsSchema = z.object({
  cards: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      owner: z.string(),
      steps: z.array(z.object({ id: z.string(), title: z.string() })),
    }),
  ),
});
/** A part that hangs is one that could not be read: whoever opened their Home is waiting. */
const PATIENCE_MS = 8_000;

export type PictureDeps = {
  readonly journal: Pick<Journal, "load">;
  readonly useCases: Pick<ReleaseUseCases, "service" | "currentRelease" | "livePair">;
  readonly rollbacks: Pick<RollbackUseCases, "currentRollback">;
  readonly canaries: Pick<CanaryUseCases, "currentCanary">;
  readonly operations: Pick<OperationUseCases, "agenda" | "operation">;
  readonly proposals: Pick<ProposalUseCases, "open">;
  readonly slos: Pick<SloUseCases, "readSlos">;
  readonly next: (agenda: AgendaState) => PictureParts["next"];
  readonly identity: Pick<Identity, "members">;
  readonly service: (id: string) => { readonly channel: string; readonly policy: Policy };
  readonly log: Pick<Log, "warn">;
  /** Default: 8 s. */
  readonly patienceMs?: number;
};

/** Reads everything that is known of a service, part by part. Never rejects: what fails or hangs is left out and said. */
export function createReadPicture(deps: PictureDeps): (service: string) => Promise<ServicePicture> {
  const { journal, operations, log } = deps;
  const patienceMs = deps.patienceMs ?? PATIENCE_MS;

  return async (service) => {
    const unread: Unread[] = [];
    const part = async <T>(what: string, without: T, read: () => Promise<T>): Promise<T> => {
      try {
        return await inTime(read, patienceMs);
      } catch (err) {
        log.warn({ err, service, what }, "a part of a service's picture could not be read");
        unread.push({ what, why: err instanceof NoAnswer ? err.message : borderWords(err) });
        return without;
      }
    };
    const [facts, state, live, release, canary, rollback, agenda, proposals, slos, members] = await Promise.all([
      part("What happened", null, async () => {
        const [ofService, ofAgenda] = await Promise.all(
          [serviceStream(service), agendaStream(service)].map((stream) => journal.load(stream)),
        );
        return { service: ofService ?? [], agenda: ofAgenda ?? [] };
      }),
      part("The service", null, () => deps.useCases.service(service)),
      part("What is live", null, () => deps.useCases.livePair(service)),
      part("The release", null, () => deps.useCases.currentRelease(service)),
      part("The canary", null, () => deps.canaries.currentCanary(service)),
      part("The rollback", null, () => deps.rollbacks.currentRollback(service)),
      part("The agenda", null, () => operations.agenda(service)),
      part("Proposals", [], () => deps.proposals.open(service)),
      part("SLOs", [], async () => sloNews(await deps.slos.readSlos(service))),
      part("Who may do what", {}, () => deps.identity.members()),
    ]);
    const carded = await part("SOP cards", [], () => withCards(facts?.agenda ?? []));
    const { channel, policy } = deps.service(service);
    const next = agenda === null ? [] : deps.next(agenda);
    return {
      ...{
        service,
        channel,
        policy,
        state,
        live,
        facts,
        release,
        canary,
        rollback,
        agenda,
        proposals,
        slos,
        members,
        next,
      },
      carded,
      unread,
    };
  };

  async function withCards(agenda: readonly Recorded[]): Promise<readonly CardedRun[]> {
    const newest = agenda
      .flatMap(({ event }) => (event.type === "operation-closed" && event.kind === "weekly" ? [event.operation] : []))
      .slice(-CARDS_OF)
      .reverse();
    const found = await Promise.all(newest.map((id) => operations.operation(id)));
    return found
      .filter((operation) => operation !== null)
      .map((run) => ({ run, cards: cardsSchema.safeParse(run.finished?.result).data?.cards ?? [] }));
  }
}

class NoAnswer extends Error {}

async function inTime<T>(read: () => Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new NoAnswer(`no answer within ${ms / 1_000} s`)), ms);
  try {
    return await Promise.race([read(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
