import { rollbackOfCanary } from "#src/canary/canary-id";
import type { CanaryMonitor } from "#src/canary/monitor/monitor";
import type { DecideCanary } from "#src/canary/use-cases/decide-canary";
import { subjectsOf } from "#src/canary/watch/consequences";
import { dueEscalations } from "#src/canary/watch/due";
import type { CanaryIntent, Look } from "#src/canary/watch/intents";
import { isHopeless, retryAfterMs } from "#src/canary/watch/rollback-attempts";
import type { CanaryWatch } from "#src/canary/watch/state";
import { JournalError } from "#src/journal/journal-error";
import type { Log } from "#src/log";
import { RagStoreError } from "#src/rag/store-error";
import type { DomainClock } from "#src/release/clock";
import { samePair } from "#src/release/pair";
import type { RoleMembers } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import type { ServiceState } from "#src/release/state";
import type { Identity } from "#src/release/use-cases";
import { sentence } from "#src/release/wording";
import type { RollbackState } from "#src/rollback/state";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";

export type WatchDeps = {
  readonly services: readonly string[];
  readonly state: (service: string) => Promise<ServiceState>;
  readonly canary: (id: string) => Promise<CanaryWatch | null>;
  readonly decide: DecideCanary;
  readonly monitor: Pick<CanaryMonitor, "lookAt">;
  readonly rollbacks: Pick<RollbackUseCases, "trigger" | "rollback">;
  readonly identity: Pick<Identity, "members">;
  /** Messages that show newer numbers, though nothing was decided. */
  readonly repaint: (service: string, subjects: readonly string[]) => Promise<void>;
  readonly clock: DomainClock;
  readonly log: Log;
};

/**
 * One pass over the open canaries of all services: what is stored is looked at, what follows is decided, and a rollback that was triggered is
 * asked for until it is there. Any replica may do it at any moment, any number of times. Returns how many canaries are open. What fails of one
 * service is logged, keeps no other waiting, and is tried again with the next pass.
 */
export function createWatchCanaries(deps: WatchDeps): () => Promise<number> {
  /** What the messages of each canary show, as far as this process saw to it. */
  const shown = new Map<string, string>();
  /** Since when each could not be looked at. */
  const blind = new Map<string, Instant>();
  return async () => {
    const watched = await Promise.all(
      deps.services.map((service) =>
        watchOne(deps, shown, blind, service).catch((err: unknown) => {
          deps.log.warn({ err, service }, "a canary could not be looked at; it is tried again");
          // It may be open: the next look comes soon.
          return true;
        }),
      ),
    );
    return watched.filter(Boolean).length;
  };
}

async function watchOne(
  deps: WatchDeps,
  shown: Map<string, string>,
  blind: Map<string, Instant>,
  service: string,
): Promise<boolean> {
  const state = await deps.state(service);
  const canary = state.canary === null ? null : await deps.canary(state.canary);
  if (canary === null) return false;
  const { look, failed } = await lookAt(deps, state, canary);
  const now = deps.clock.now();
  const unseen = failed === null ? null : { since: blindSince(blind, canary, now), says: failed };
  if (failed === null) blind.delete(canary.id);
  const isTold = dueEscalations(canary).some(({ at }) => at <= now);
  const members = isTold ? await resolve(deps, canary) : null;
  const decided = await deps.decide(service, canary.id, null, {
    type: "watch",
    look,
    asOf: canary.version,
    members,
    ...(unseen === null ? {} : { blind: unseen }),
  });
  const after = await deps.canary(canary.id);
  if (after === null || after.ended !== null) {
    shown.delete(canary.id);
    blind.delete(canary.id);
    return false;
  }
  const isPainted = decided.ok && decided.events.length > 0;
  if (look !== undefined && look !== null && shown.get(canary.id) !== look.finding.digest) {
    if (!isPainted) await deps.repaint(service, subjectsOf(after));
    shown.set(canary.id, look.finding.digest);
  }
  if (after.rollback !== null) await rollBack(deps, after, after.rollback);
  return true;
}

/** Counts anew while it is told: where another replica sees all the same, it is not told again with every pass. */
function blindSince(blind: Map<string, Instant>, canary: CanaryWatch, now: Instant): Instant {
  const isTold = (canary.blind ?? null) !== null;
  const since = isTold ? now : (blind.get(canary.id) ?? now);
  blind.set(canary.id, since);
  return since;
}

type Looked = { readonly look: Look | null | undefined /** Why it could not be. */; readonly failed: string | null };

/** Undefined where nothing is to be looked at, or could be: what is due by the clock comes all the same. */
async function lookAt(
  { monitor, clock, log }: WatchDeps,
  { live }: ServiceState,
  canary: CanaryWatch,
): Promise<Looked> {
  if (canary.standing === "paused" || !samePair(live, canary.candidate)) return { look: undefined, failed: null };
  try {
    return { look: await monitor.lookAt(canary, clock.now()), failed: null };
  } catch (err) {
    log.warn({ err, canary: canary.id }, "what was observed could not be looked at");
    return { look: undefined, failed: err instanceof JournalError ? sentence(err.message) : LOG_NAMES_IT };
  }
}

/** As the roles are now; as they were at the start where the directory doesn't answer. */
async function resolve({ identity, log }: WatchDeps, canary: CanaryWatch): Promise<RoleMembers> {
  try {
    return await identity.members();
  } catch (err) {
    log.warn({ err, canary: canary.id }, "the roles could not be resolved: those of the start are taken");
    return canary.members;
  }
}

type Triggered = NonNullable<CanaryWatch["rollback"]>;
type Progress = Extract<CanaryIntent, { type: "rollback-impeded" | "rollback-begun" | "rollback-given-up" }>;

async function rollBack(deps: WatchDeps, canary: CanaryWatch, triggered: Triggered): Promise<void> {
  const came = await progress(deps, triggered, () => ask(deps, canary, triggered));
  if (came !== null) await deps.decide(canary.service, canary.id, null, came);
}

/** Asks for it unless that was done. One that could not move the pointer is followed by another. Null: nothing is news. */
async function ask(deps: WatchDeps, canary: CanaryWatch, triggered: Triggered): Promise<Progress | null> {
  const { kpi, why, reason, by, rollback } = triggered;
  const before = canary.givenUp?.attempts ?? 0;
  const { attempt, newest } = await newestAttempt(deps, canary.id, before);
  if (newest !== null && newest.standing !== "refused") return begun(canary, rollback, newest.id);
  if (newest !== null) {
    const says = sayRefused(newest);
    if (newest.flip === null) return { type: "rollback-given-up", rollback, says, attempts: attempt };
    const due = (newest.ended?.at ?? 0) + retryAfterMs(attempt - before);
    if (deps.clock.now() < due) return { type: "rollback-impeded", rollback, says };
  }
  const decided = await deps.rollbacks.trigger({
    service: canary.service,
    rollback: rollbackOfCanary(canary.id, attempt + 1),
    trigger: { canary: canary.id, kpi },
    from: canary.candidate,
    to: canary.baseline,
    by: why === "person" ? by : null,
    members: await resolve(deps, canary),
    reason,
  });
  if (decided.ok) {
    // Somebody else's may be the one; none is where the pointer was moved meanwhile.
    const runs = await deps.rollbacks.rollback(decided.rollback);
    return runs === null ? null : begun(canary, rollback, decided.rollback);
  }
  const says = refusalText(decided.refusal, namesFrom(null));
  return isHopeless(decided.refusal)
    ? { type: "rollback-given-up", rollback, says, attempts: attempt + 1 }
    : { type: "rollback-impeded", rollback, says };
}

/** The newest that was asked for since the last that was given up, and how many there were over the canary's whole life. */
async function newestAttempt({ rollbacks }: WatchDeps, canary: string, before: number) {
  let newest: RollbackState | null = null;
  for (let attempt = before; ; attempt++) {
    const next = (await rollbacks.rollback(rollbackOfCanary(canary, attempt + 1)))?.rollback ?? null;
    if (next === null) return { attempt, newest };
    newest = next;
    if (next.standing !== "refused") return { attempt: attempt + 1, newest };
  }
}

const begun = ({ impeded }: CanaryWatch, rollback: string, runs: string): Progress | null =>
  runs === rollback && impeded === null ? null : { type: "rollback-begun", rollback, runs };

/** The same for each that fails for the same reason: it is told once. */
function sayRefused({ steps, ended }: RollbackState): string {
  const why = steps.flatMap(({ status, result }) => (status === "failed" && result !== null ? [result.detail] : []));
  return sentence(why.join(" ") || (ended?.says ?? "The pointer was not moved"));
}

/** What came of asking; what failed is an impediment, in a sentence. */
async function progress(
  { log }: WatchDeps,
  { rollback }: Triggered,
  asking: () => Promise<Progress | null>,
): Promise<Progress | null> {
  try {
    return await asking();
  } catch (error) {
    // Without Golive's own database nothing can be told either.
    if (error instanceof JournalError) throw error;
    log.warn({ err: error }, "a canary's rollback could not be asked for; it is tried again");
    const isStore = error instanceof RagStoreError;
    const says = isStore ? sentence(error.message) : LOG_NAMES_IT;
    return { type: "rollback-impeded", rollback, says };
  }
}

const LOG_NAMES_IT = "It failed for a reason that the log names.";
