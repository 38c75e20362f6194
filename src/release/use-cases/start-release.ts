import type { RagStore } from "#src/rag/store";
import type { Checklist } from "#src/release/checklist";
import type { Pair } from "#src/release/events";
import type { Policy } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import type { Identity, Outcome, StartRequest } from "#src/release/use-cases";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";

/** What starting a release needs to know of one service. */
export type StartableService = {
  readonly id: string;
  readonly channel: string;
  readonly store: RagStore;
  readonly adopted: () => Promise<readonly string[]>;
  readonly checklist: Checklist;
  readonly policy: Policy;
};

type Deps = {
  readonly decide: DecideIntent;
  readonly identity: Identity;
  readonly service: (id: string) => StartableService | null;
  /** A fresh release id; injected, so that tests and repeats are deterministic. */
  readonly newReleaseId: () => string;
};

/**
 * Starts a release. Without a run: the newest complete one. Without a configuration version: the one that is live; where
 * nothing is, the only one there is. Which of several is newest nobody can tell from their names, so none is guessed. Throws
 * `RagStoreError` or `IdentityError` when the store or Slack doesn't answer: then nothing was started.
 */
export function createStartRelease(deps: Deps): (request: StartRequest) => Promise<Outcome> {
  return async (request) => {
    const service = deps.service(request.service);
    if (service === null) throw new Error(`start: no service ${request.service} is configured`);
    const [active, channel] = await Promise.all([service.store.pointer(), deps.identity.channel(service.channel)]);
    const configs = (await service.store.configVersions()).map(({ version }) => version);
    const candidate = await chooseCandidate(service, request, active, configs);
    const outcome = await deps.decide(service.id, null, request.key, {
      type: "start",
      actor: request.actor,
      members: request.members,
      release: deps.newReleaseId(),
      service: service.id,
      channel: service.channel,
      from: request.from,
      channelSharedExternally: channel === "shared",
      candidate,
      active,
      facts: {
        run: await runFact(service, candidate.run),
        config: configs.includes(candidate.config) ? "present" : "missing",
      },
      checklist: service.checklist,
      policy: service.policy,
    });
    return outcome.ok ? outcome : { ...outcome, refusal: withVersions(outcome.refusal, candidate, configs) };
  };
}

const NO_CONFIG = "(no configuration)";

/** The pair that would go live. A name that nobody knows is kept as it is: the rules refuse it by name. */
async function chooseCandidate(
  service: StartableService,
  request: StartRequest,
  active: Pair | null,
  configs: readonly string[],
): Promise<Pair> {
  const [runs, adopted] = await Promise.all([service.store.runs(), service.adopted()]);
  const run = request.run ?? runs.find((each) => each.state === "complete")?.run ?? adopted.at(-1);
  const config = request.config ?? active?.config ?? (configs.length === 1 ? configs[0] : undefined);
  return { run: run ?? "(no complete run)", config: config ?? NO_CONFIG };
}

async function runFact(service: StartableService, run: string): Promise<"complete" | "incomplete" | "missing"> {
  const [found, adopted] = await Promise.all([service.store.run(run), service.adopted()]);
  return found?.state ?? (adopted.includes(run) ? "complete" : "missing");
}

/** A refusal about the configuration tells which ones there are: who may not start never gets that far. */
function withVersions(refusal: Refusal, candidate: Pair, configs: readonly string[]): Refusal {
  const known = [...configs].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (refusal.kind === "same-as-active") return { ...refusal, known };
  if (refusal.kind !== "config-missing") return refusal;
  return candidate.config === NO_CONFIG ? { kind: "config-unnamed", run: candidate.run, known } : { ...refusal, known };
}
