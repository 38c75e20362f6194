import type { Journal } from "#src/journal/journal";
import { type Pair, type Recorded, releaseStream, serviceStream } from "#src/release/events";
import { digestOf } from "#src/release/hash";
import { samePair } from "#src/release/pair";
import type { Person, RoleMembers } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import { releaseOf, serviceEvents, serviceOf } from "#src/release/use-cases/folded";
import type { RollbackChoices } from "#src/rollback/choices";
import { type RollbackPlan, type RollbackTarget, type RollbackTrigger, rollbackStream } from "#src/rollback/events";
import type { RollbackPersonIntent } from "#src/rollback/intents";
import type { RollbackState } from "#src/rollback/state";
import { previousPair } from "#src/rollback/target";
import { type DecideRollback, type RollbackDecided, rollbackOf } from "#src/rollback/use-cases/decide-rollback";
import { planRollback, type RollbackSources } from "#src/rollback/use-cases/plan-rollback";
import { type RollbackView, rollbackView } from "#src/rollback/view";

export type RollbackRequest = {
  readonly actor: Person;
  readonly members: RoleMembers;
  readonly service: string;
  readonly target: RollbackTarget;
  /** `seen` of the plan that the person confirmed. Null: it is made now (the command line). */
  readonly seen: string | null;
  readonly reason: string;
  /** Intake key: the same click or command delivered twice has the same key. */
  readonly key: string | null;
};

/** What a canary asks for. The same `rollback` asked for again is the same rollback. */
export type TriggeredRollback = {
  readonly service: string;
  readonly rollback: string;
  readonly trigger: RollbackTrigger;
  /** What is watched: where something else answers by now, nothing is undone. */
  readonly from: Pair;
  /** What was live before, and is to be live again. */
  readonly to: Pair;
  /** Who gave the canary up; null: its policy asks. */
  readonly by: Person | null;
  readonly members: RoleMembers;
  readonly reason: string;
};

/** A plan with a short digest of it: what was confirmed is what is done, or nothing. */
export type SeenPlan =
  | { readonly ok: true; readonly plan: RollbackPlan; readonly seen: string }
  | { readonly ok: false; readonly refusal: Refusal };

/** Everything a command, a button, a modal or the command line can ask of the rollback room. */
export interface RollbackUseCases {
  choices(service: string): Promise<RollbackChoices>;
  /** What it would do. Changes nothing. Throws `RagStoreError` when the store doesn't answer. */
  plan(service: string, target: RollbackTarget): Promise<SeenPlan>;
  request(request: RollbackRequest): Promise<RollbackDecided>;
  /**
   * A canary's: asked for and confirmed at once. A wish of somebody's for the same that waits is confirmed instead, one for something else or
   * from before something went live is withdrawn; one that is under way is left to it. Throws `RagStoreError` when the store doesn't answer.
   */
  trigger(wish: TriggeredRollback): Promise<RollbackDecided>;
  act(rollback: string, key: string | null, intent: RollbackPersonIntent): Promise<RollbackDecided>;
  rollback(id: string): Promise<RollbackView | null>;
  /** The rollback of a service that waits or is under way, else its newest, else null. */
  currentRollback(service: string): Promise<RollbackView | null>;
}

export type RollbackUseCaseDeps = {
  readonly journal: Journal;
  readonly decide: DecideRollback;
  readonly newRollbackId: () => string;
  /** Machine clock, milliseconds. */
  readonly now: () => number;
  /** Throws for a service that golive.yaml doesn't name. */
  readonly service: (id: string) => {
    readonly channel: string;
    readonly policy: Policy;
    readonly sources: RollbackSources;
  };
};

export function createRollbackUseCases(deps: RollbackUseCaseDeps): RollbackUseCases {
  const { journal, decide } = deps;
  const serviceState = async (id: string) => serviceOf(id, await journal.load(serviceStream(id)));
  const load = async (id: string): Promise<RollbackState | null> => rollbackOf(await journal.load(rollbackStream(id)));
  const viewed = async (id: string): Promise<RollbackView | null> => {
    const rollback = await load(id);
    return rollback === null ? null : rollbackView(rollback);
  };

  const openOf = async (service: string) => {
    const state = await serviceState(service);
    const release = state.openRelease === null ? null : releaseOf(await journal.load(releaseStream(state.openRelease)));
    return { state, release };
  };
  /** Plans that somebody is looking at: confirming one must not wait until all chunks were read once more. */
  const shown = new Map<
    string,
    { readonly plan: RollbackPlan; readonly at: number; readonly release: string | null; readonly live: Pair | null }
  >();
  const plan = async (service: string, target: RollbackTarget): Promise<SeenPlan> => {
    const { state, release } = await openOf(service);
    const planned = await planRollback(deps.service(service).sources, state, release, target);
    if (!planned.ok) return planned;
    const seen = digestOf({ service, target, plan: planned.plan }).slice(0, SEEN);
    for (const [key, { at }] of shown) if (deps.now() - at > SHOWN_MS) shown.delete(key);
    shown.set(seen, { plan: planned.plan, at: deps.now(), release: state.openRelease, live: state.live });
    return { ...planned, seen };
  };
  /** The plan as it was confirmed; made anew where another process showed it, or it is long ago. */
  const confirmedPlan = async (service: string, target: RollbackTarget, seen: string | null): Promise<SeenPlan> => {
    const known = seen === null ? undefined : shown.get(seen);
    if (known !== undefined && seen !== null && deps.now() - known.at <= SHOWN_MS) {
      const now = await serviceState(service);
      const isSame = now.openRelease === known.release && samePair(now.live, known.live);
      if (isSame) return { ok: true, plan: known.plan, seen };
    }
    const planned = await plan(service, target);
    if (!planned.ok || seen === null || planned.seen === seen) return planned;
    return { ok: false, refusal: { kind: "view-outdated", what: "The rollback" } };
  };

  /** Somebody else's for the same: confirmed where it waits, left to it where it is under way. Null: it is for something else by now. */
  const join = async (
    open: string,
    { service, to, by, reason }: TriggeredRollback,
  ): Promise<RollbackDecided | null> => {
    const other = await load(open);
    if (other?.standing !== "waiting") return { ok: true, rollback: open, events: [] };
    if (!samePair(other.plan.to, to)) return null;
    const decided = await decide(service, open, null, { type: "confirm-by-canary", by, reason });
    return decided.ok ? decided : null;
  };

  return {
    async choices(service) {
      const { sources } = deps.service(service);
      const [{ state, release }, live, backups] = await Promise.all([
        openOf(service),
        sources.pointer(),
        sources.backups(),
      ]);
      return { live, previous: previousPair(state, release), backups };
    },
    plan,
    async request({ actor, members, service, target, seen, reason, key }) {
      const planned = await confirmedPlan(service, target, seen);
      if (!planned.ok) return { ok: false, refusal: planned.refusal };
      const { channel, policy } = deps.service(service);
      const intent = { type: "request", actor, members, policy, channel, target, reason } as const;
      const rollback = deps.newRollbackId();
      return decide(service, rollback, key, { ...intent, rollback, plan: planned.plan });
    },
    async trigger(wish) {
      const { service, rollback, from, to, reason, ...asked } = wish;
      if ((await load(rollback)) !== null) return { ok: true, rollback, events: [] };
      const open = (await serviceState(service)).rollback;
      const joined = open === null ? null : await join(open, wish);
      if (joined !== null) return joined;
      const planned = await plan(service, { kind: "previous" });
      if (!planned.ok) return planned;
      // Somebody moved the pointer past Golive, which is about to notice.
      if (!samePair(planned.plan.from, from)) return { ok: true, rollback, events: [] };
      if (!samePair(planned.plan.to, to))
        return { ok: false, refusal: { kind: "view-outdated", what: "The rollback" } };
      const { channel, policy } = deps.service(service);
      const intent = { type: "trigger", ...asked, rollback, channel, policy, plan: planned.plan, reason } as const;
      return decide(service, rollback, null, intent);
    },
    async act(id, key, intent) {
      const rollback = await load(id);
      const refusal: Refusal = { kind: "no-rollback", service: id };
      return rollback === null ? { ok: false, refusal } : decide(rollback.service, id, key, intent);
    },
    rollback: viewed,
    async currentRollback(service) {
      const newest = newestRollback(await journal.load(serviceStream(service)));
      return newest === null ? null : viewed(newest);
    },
  };
}

const SEEN = 12;
/** Somebody who looks at a plan for longer is shown it anew. */
const SHOWN_MS = 10 * 60_000;

function newestRollback(stream: readonly Recorded[]): string | null {
  const opened = serviceEvents(stream).findLast(({ event }) => event.type === "rollback-opened")?.event;
  return opened?.type === "rollback-opened" ? opened.rollback : null;
}
