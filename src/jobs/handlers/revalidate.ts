import type { RunningJob } from "#src/jobs/create-jobs";
import { releaseJobSchema } from "#src/jobs/handlers/freeze-manifest";
import { type Checklist, evaluationChecks } from "#src/release/checklist";
import type { DomainClock } from "#src/release/clock";
import { digestOf } from "#src/release/hash";
import type { Policy } from "#src/release/policy";
import type { ReleaseState } from "#src/release/state";
import type { Identity } from "#src/release/use-cases";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";
import type { ReleaseView } from "#src/release/view";

type Deps = {
  readonly decide: DecideIntent;
  readonly release: (id: string) => Promise<ReleaseState | null>;
  readonly identity: Identity;
  readonly clock: DomainClock;
  /** Pauses or resumes as the release channel stands now: its events may have come while nobody listened. */
  readonly followChannel: (channel: string) => Promise<void>;
  readonly view: (release: string) => Promise<ReleaseView | null>;
  readonly repaint: (service: string, release: string) => Promise<void>;
  /** The checklist and policy as configured now. Null when the service is no longer configured. */
  readonly configured: (service: string) => { readonly checklist: Checklist; readonly policy: Policy } | null;
};

/** Evidence is refreshed this long before it expires, as a share of its life: a green release stays green. */
export const REFRESH_AT = 0.1;

/**
 * Looks after an open release: resolves people again (who left a role loses the sign-off), takes over an edited policy
 * (which voids exactly what it touches), re-runs checks whose evidence is about to age out, and has the message painted when
 * time alone changed what it says. Repeating it changes nothing.
 */
export function createRevalidate(deps: Deps): (job: RunningJob) => Promise<void> {
  const painted = new Map<string, string>();
  return async (job) => {
    const { service, release: id } = releaseJobSchema.parse(job.data);
    const release = await deps.release(id);
    if (release === null || release.ended !== null) return;
    await deps.followChannel(release.channel);
    const members = await deps.identity.members();
    await deps.decide(service, id, null, { type: "refresh-members", members });
    const configured = deps.configured(service);
    if (configured !== null) await deps.decide(service, id, null, { type: "change-policy", ...configured, members });
    for (const check of expiring(release, deps.clock.now())) {
      await deps.decide(service, id, null, { type: "refresh-check", check });
    }
    // A freeze window that ends and a waiver that runs out are no events, and still change what people may press.
    const view = await deps.view(id);
    if (view === null) return;
    const now = digestOf([view.phase, view.blockers.map(({ text }) => text), view.checks.map(({ status }) => status)]);
    if (painted.get(id) !== now) await deps.repaint(service, id);
    painted.set(id, now);
  };
}

/**
 * Checks whose result ends within the last tenth of its life, whatever it is. One that rests on an evaluation only where it passed: to
 * measure again what was too poor costs, and is for people to ask.
 */
function expiring(release: ReleaseState, now: number): readonly string[] {
  const resting = new Set(evaluationChecks(release.checklist).map(({ id }) => id));
  return release.checklist.checks
    .filter(({ id, freshForMs }) => {
      const check = release.checks[id];
      if (check?.status !== "finished" || check.freshUntil === null) return false;
      if (resting.has(id) && check.result?.verdict !== "pass") return false;
      return check.freshUntil - now < freshForMs * REFRESH_AT;
    })
    .map(({ id }) => id);
}
