import { isoOrNull } from "#src/cli/times";
import type { Pair } from "#src/release/events";
import type { ResourcesNow } from "#src/release/resources-line";
import type { ReleaseView } from "#src/release/view";

/** What the pointer says; `unknown`: the RAG store didn't answer, and why. */
export type LivePair = { readonly pair: Pair | null } | { readonly unknown: string };

/** The one JSON document of `golive release … --json`. `ok`: the command exits with 0. Times are ISO 8601 UTC. */
export function releaseJson(
  ok: boolean,
  service: string,
  live: LivePair,
  view: ReleaseView | null,
  resources: ResourcesNow,
) {
  const pointer = "pair" in live ? { live: live.pair } : { live: null, live_unknown: live.unknown };
  return { ok, service, ...pointer, release: view === null ? null : release(view), resources: own(resources) };
}

/** How Golive itself does; of several processes the worst of each. */
function own({ processes, silent, eventLoopLagMs, rssBytes, cpuShare, jobsWaiting, models }: ResourcesNow) {
  return {
    processes,
    silent_processes: silent,
    event_loop_lag_p99_ms: eventLoopLagMs,
    rss_bytes: rssBytes,
    cpu_share: cpuShare,
    jobs_waiting: jobsWaiting,
    models:
      models === null
        ? null
        : {
            in_flight: models.inFlight,
            in_flight_max: models.maxInFlight,
            waiting: models.waiting,
            rate_booked_s: models.bookedMs / 1_000,
          },
  };
}

function release(view: ReleaseView) {
  const { release } = view;
  return {
    id: release.id,
    number: release.number,
    phase: view.phase,
    requester: release.requester.id,
    started_at: isoOrNull(release.startedAt),
    candidate: release.candidate,
    active_at_start: release.active,
    manifest: release.manifest?.hash ?? null,
    progress: {
      checks_done: view.progress.checksDone,
      checks_total: view.progress.checksTotal,
      signed: view.progress.signed,
      to_sign: view.progress.toSign,
    },
    blockers: view.blockers,
    cutover_stopped: release.stopped,
    checks: view.checks.map((check) => ({
      id: check.definition.id,
      status: check.status,
      attempt: check.attempt,
      finished_at: isoOrNull(check.finishedAt),
      fresh_until: isoOrNull(check.freshUntil),
      result: check.result === null ? null : result(check.result),
    })),
    evaluation: view.evaluation === null ? null : evaluation(view.evaluation),
    sign_offs: view.signOffs.map((signOff) => ({
      id: signOff.definition.id,
      role: signOff.definition.role,
      quorum: signOff.definition.quorum,
      status: signOff.status,
      given: signOff.given.map((given) => ({ by: given.person.id, at: isoOrNull(given.at) })),
      may_sign: signOff.mayNow.map((person) => person.id),
      vetoes: signOff.vetoes.map((veto) => ({ by: veto.person.id, at: isoOrNull(veto.at), reason: veto.reason })),
    })),
    after_cutover: view.sections.flatMap((section) =>
      section.items.filter((item) => item.status === "after-cutover").map((item) => item.item.text),
    ),
    not_built: view.sections.flatMap((section) =>
      section.items.filter((item) => item.status === "not-built").map((item) => item.item.text),
    ),
    ended: release.ended === null ? null : { at: isoOrNull(release.ended.at), reason: release.ended.reason },
  };
}

function evaluation({ run, status, manifest, plan, progress, end }: NonNullable<ReleaseView["evaluation"]>) {
  return {
    id: run,
    status,
    manifest,
    plan,
    progress:
      progress === null
        ? null
        : {
            planned: progress.planned,
            done: progress.done,
            without_a_score: progress.lost,
            seconds_left: progress.secondsLeft,
          },
    end,
  };
}

function result({ evidenceHash, ...rest }: NonNullable<ReleaseView["checks"][number]["result"]>) {
  return { ...rest, evidence_hash: evidenceHash };
}
