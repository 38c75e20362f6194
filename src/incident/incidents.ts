import type { Pool } from "pg";
import { canaryIdOf } from "#src/canary/canary-id";
import { canaryStream } from "#src/canary/watch/events";
import { findIncident, type KeptIncident, keepIncident, listIncidents } from "#src/incident/keep-incident";
import type { Journal } from "#src/journal/journal";
import { type Recorded, releaseStream, serviceStream } from "#src/release/events";
import type { ManifestDifference } from "#src/release/manifest-summary";
import { releaseOf } from "#src/release/use-cases/folded";
import { stableManifest } from "#src/release/use-cases/stable-manifest";
import { rollbackStream } from "#src/rollback/events";
import { drawUpIncident, type IncidentFacts } from "#src/rollback/incident/incident";
import { incidentMarkdown } from "#src/rollback/incident/markdown";
import { incidentPage } from "#src/rollback/incident/page";
import type { RollbackState } from "#src/rollback/state";
import { rollbackOf } from "#src/rollback/use-cases/decide-rollback";

export type IncidentFormat = "md" | "html";

/** Incident documents: drawn up from the journal, kept, and read again. */
export type Incidents = {
  /** Draws up and keeps the document about a rollback as it stands; one about this version is there already: that one. Null: no such rollback. */
  keep(rollback: string): Promise<KeptIncident | null>;
  /** The same as a file to attach. */
  file(rollback: string, format: IncidentFormat): Promise<{ readonly name: string; readonly text: string } | null>;
  list(service: string): Promise<readonly KeptIncident[]>;
};

export type IncidentDeps = {
  readonly pool: Pick<Pool, "query">;
  readonly journal: Pick<Journal, "load">;
  /** What differs between two kept manifests; null: one of them is not kept. */
  readonly differences: (service: string, from: string, to: string) => Promise<readonly ManifestDifference[] | null>;
};

export function createIncidents(deps: IncidentDeps): Incidents {
  const { pool, journal } = deps;

  async function keep(id: string): Promise<KeptIncident | null> {
    const stream = await journal.load(rollbackStream(id));
    const rollback = rollbackOf(stream);
    if (rollback === null) return null;
    const { version, service, number } = rollback;
    const kept = await findIncident(pool, id, version);
    if (kept !== null) return kept;
    const incident = drawUpIncident(await collect(rollback, stream));
    const document: KeptIncident = {
      id: incident.id,
      rollback: id,
      version,
      service,
      number,
      title: incident.title,
      openedAt: rollback.requestedAt,
      markdown: incidentMarkdown(incident),
      html: incidentPage(incident),
    };
    await keepIncident(pool, document);
    return document;
  }

  async function collect(rollback: RollbackState, own: readonly Recorded[]): Promise<IncidentFacts> {
    const { service, undoes, plan, requestedAt } = rollback;
    const [ofService, ofRelease, ofCanary] = await Promise.all([
      journal.load(serviceStream(service)),
      undoes === null ? [] : journal.load(releaseStream(undoes.release)),
      undoes === null ? [] : journal.load(canaryStream(canaryIdOf(undoes.release))),
    ]);
    const undone = releaseOf(ofRelease);
    const since = undone?.startedAt ?? requestedAt;
    const stable = await stableManifest(journal, service, plan.to);
    const differences =
      stable === null || undoes === null || undoes.manifest === null
        ? null
        : await deps.differences(service, stable, undoes.manifest);
    return {
      rollback,
      undone,
      differences,
      events: [...ofService.filter(({ at }) => at >= since), ...ofRelease, ...ofCanary, ...own],
    };
  }

  return {
    keep,
    async file(rollback, format) {
      const kept = await keep(rollback);
      return kept === null ? null : { name: `${kept.id}.${format}`, text: format === "md" ? kept.markdown : kept.html };
    },
    list: (service) => listIncidents(pool, service),
  };
}
