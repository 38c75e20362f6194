import type { RagStore } from "#src/rag/store";
import type { Checklist } from "#src/release/checklist";
import type { Pair } from "#src/release/events";
import type { Policy } from "#src/release/policy";
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
 * Starts a release. Without a run: the newest complete one; without a configuration version: the active one, or the
 * newest where the run is already live. Throws `RagStoreError` or `IdentityError` when the store or Slack doesn't answer: then nothing was started.
 */
export function createStartRelease(deps: Deps): (request: StartRequest) => Promise<Outcome> {
  return async (request) => {
    const service = deps.service(request.service);
    if (service === null) throw new Error(`start: no service ${request.service} is configured`);
    const [active, channel] = await Promise.all([service.store.pointer(), deps.identity.channel(service.channel)]);
    const candidate = await chooseCandidate(service, request, active);
    const known = await candidateFacts(service, candidate);
    return deps.decide(service.id, null, request.key, {
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
      facts: known,
      checklist: service.checklist,
      policy: service.policy,
    });
  };
}

/** The pair that would go live. A name that nobody knows is kept as it is: the rules refuse it by name. */
async function chooseCandidate(service: StartableService, request: StartRequest, active: Pair | null): Promise<Pair> {
  const [runs, adopted, configs] = await Promise.all([
    service.store.runs(),
    service.adopted(),
    service.store.configVersions(),
  ]);
  const run = request.run ?? runs.find((each) => each.state === "complete")?.run ?? adopted.at(-1);
  // A new run keeps the configuration that answers now; going live again with the same run means a new configuration.
  const config = request.config ?? (run === active?.run ? undefined : active?.config) ?? configs.at(-1)?.version;
  return { run: run ?? "(no complete run)", config: config ?? "(no configuration)" };
}

async function candidateFacts(service: StartableService, candidate: Pair) {
  const [run, adopted, configs] = await Promise.all([
    service.store.run(candidate.run),
    service.adopted(),
    service.store.configVersions(),
  ]);
  return {
    run: run?.state ?? (adopted.includes(candidate.run) ? "complete" : "missing"),
    config: configs.some((config) => config.version === candidate.config) ? "present" : "missing",
  } as const;
}
