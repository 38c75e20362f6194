import type { Pair } from "#src/release/events";
import type { ReleaseView } from "#src/release/view";

/** The one JSON document of `golive release … --json`. Times are ISO 8601 UTC. */
export function releaseJson(service: string, live: Pair | null, view: ReleaseView | null) {
  if (view === null) return { service, live, release: null };
  const { release } = view;
  return {
    service,
    live,
    release: {
      id: release.id,
      number: release.number,
      phase: view.phase,
      requester: release.requester.id,
      started_at: iso(release.startedAt),
      candidate: release.candidate,
      active_at_start: release.active,
      manifest: release.manifest?.hash ?? null,
      progress: view.progress,
      blockers: view.blockers,
      checks: view.checks.map((check) => ({
        id: check.definition.id,
        status: check.status,
        attempt: check.attempt,
        finished_at: iso(check.finishedAt),
        fresh_until: iso(check.freshUntil),
        result: check.result,
      })),
      sign_offs: view.signOffs.map((signOff) => ({
        id: signOff.definition.id,
        role: signOff.definition.role,
        quorum: signOff.definition.quorum,
        status: signOff.status,
        given: signOff.given.map((given) => ({ by: given.person.id, at: iso(given.at) })),
        may_sign: signOff.mayNow.map((person) => person.id),
      })),
      not_built: view.sections.flatMap((section) =>
        section.items.filter((item) => item.status === "not-built").map((item) => item.item.text),
      ),
      ended: release.ended === null ? null : { at: iso(release.ended.at), reason: release.ended.reason },
    },
  };
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
