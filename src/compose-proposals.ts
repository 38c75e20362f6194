import type { Governed } from "#src/compose-manifests";
import type { Config } from "#src/config/load-config";
import { listServices, toPolicy } from "#src/config/to-policy";
import { toProposals } from "#src/config/to-proposals";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { Jobs, RunningJob } from "#src/jobs/create-jobs";
import { createApplyProposal } from "#src/jobs/handlers/apply-proposal";
import type { Journal } from "#src/journal/journal";
import type { Log } from "#src/log";
import { createProposeFound, type ProposeFound } from "#src/operations/nudges/work/propose-found";
import type { ProposalState } from "#src/operations/proposals/state";
import { liveConfig } from "#src/operations/proposals/work/live-config";
import type { ProposalUseCases } from "#src/operations/use-cases";
import { createDecideProposal } from "#src/operations/use-cases/decide-proposal";
import { createProposalUseCases } from "#src/operations/use-cases/proposals";
import type { DomainClock } from "#src/release/clock";
import type { Identity, ReleaseUseCases } from "#src/release/use-cases";

export type ComposedProposals = {
  readonly useCases: ProposalUseCases;
  readonly applyProposal: (job: RunningJob) => Promise<void>;
  /** Ends what nobody decided in time or whose base changed, and tries again what failed every time it was carried out. */
  readonly lookAfter: () => Promise<void>;
  /** Searches on an evaluation and proposes what is found. */
  readonly proposeFound: ProposeFound;
};

type Deps = {
  readonly config: Config;
  readonly journal: Journal;
  readonly clock: DomainClock;
  readonly identity: Identity;
  readonly governed: (service: string) => Governed;
  readonly startRelease: ReleaseUseCases["startRelease"];
  /** What a version needs beside itself before it is written. */
  readonly prepare: (proposal: ProposalState) => Promise<string | null>;
  readonly jobs: Pick<Jobs, "redrive">;
  readonly evaluations: Pick<EvaluationStore, "cases" | "run">;
  readonly log: Log;
};

/** A store that doesn't answer must keep neither the look at the others nor whoever clicks waiting. */
const LIVE_MS = 10_000;

/** Proposals: how one is made, who accepts it, and the job that carries an accepted one out. */
export function composeProposals({
  config,
  journal,
  clock,
  identity,
  governed,
  log,
  ...deps
}: Deps): ComposedProposals {
  const decide = createDecideProposal({ journal, clock });
  const live = (id: string) => liveConfig(governed(id).store, AbortSignal.timeout(LIVE_MS));
  const useCases = createProposalUseCases({
    journal,
    clock,
    decide,
    identity,
    service(id) {
      const { service } = governed(id);
      const policy = toPolicy(config, service);
      return { channel: service.channel, policy, ...toProposals(service), live: () => live(id) };
    },
  });
  const applyProposal = createApplyProposal({
    decide,
    proposal: useCases.proposal,
    live,
    store: (id) => governed(id).store,
    startRelease: deps.startRelease,
    prepare: deps.prepare,
    identity,
  });

  async function lookAt(service: string): Promise<void> {
    await useCases.lookAt(service);
    for (const { id, agreed } of await useCases.open(service)) {
      if (agreed !== null) await deps.jobs.redrive({ service, proposal: id });
    }
  }

  return {
    useCases,
    applyProposal,
    proposeFound: createProposeFound({
      evaluations: deps.evaluations,
      service(id) {
        const { service, store } = governed(id);
        return { store, facts: service.configuration_facts };
      },
      proposals: useCases,
    }),
    async lookAfter() {
      for (const { id } of listServices(config)) {
        await lookAt(id).catch((error: unknown) =>
          log.warn({ err: error, service: id }, "open proposals could not be looked after"),
        );
      }
    },
  };
}
