import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import type { Governed } from "#src/compose-manifests";
import type { Operations } from "#src/compose-operations";
import type { Config } from "#src/config/load-config";
import { toPolicy } from "#src/config/to-policy";
import type { Journal } from "#src/journal/journal";
import type { Log } from "#src/log";
import type { ServicePicture } from "#src/operations/digest/picture";
import { createReadPicture } from "#src/operations/digest/work/read-picture";
import { OPERATIONS } from "#src/operations/operation";
import { nextRun } from "#src/operations/schedule/due";
import type { SloUseCases } from "#src/operations/slo/use-cases";
import type { ProposalUseCases } from "#src/operations/use-cases";
import type { Identity, ReleaseUseCases } from "#src/release/use-cases";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";

type Deps = {
  readonly config: Config;
  readonly journal: Pick<Journal, "load">;
  readonly governed: (service: string) => Governed;
  readonly useCases: ReleaseUseCases;
  readonly rollbacks: RollbackUseCases;
  readonly canaries: CanaryUseCases;
  readonly operations: Pick<Operations, "useCases" | "calendar">;
  readonly proposals: ProposalUseCases;
  readonly slos: SloUseCases;
  readonly identity: Identity;
  readonly log: Log;
};

/** What is known of a service at one moment, for the morning's digest and for App Home. Never rejects. */
export function composePictures(deps: Deps): (service: string) => Promise<ServicePicture> {
  const { config, governed, operations } = deps;
  return createReadPicture({
    ...deps,
    operations: operations.useCases,
    service(id) {
      const { service } = governed(id);
      return { channel: service.channel, policy: toPolicy(config, service) };
    },
    next: (agenda) =>
      OPERATIONS.flatMap((kind) => {
        const at = nextRun(agenda.service, kind, agenda.entries[kind], operations.calendar);
        return at === null ? [] : [{ kind, at }];
      }).sort((a, b) => a.at - b.at),
  });
}
