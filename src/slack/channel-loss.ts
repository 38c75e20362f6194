import type { Pool } from "pg";
import { breachOfSubject } from "#src/canary/canary-id";
import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import type { GoliveConfig } from "#src/config/service-config";
import type { SloNote } from "#src/operations/slo/notes";
import type { OperationUseCases } from "#src/operations/use-cases";
import { weekOfSubject } from "#src/operations/week";
import type { PauseReason } from "#src/release/events";
import type { Note } from "#src/release/notes";
import { mayDecide, type RoleMembers } from "#src/release/people";
import { holdersOf, peopleOf } from "#src/release/rights";
import type { Identity, ReleaseUseCases } from "#src/release/use-cases";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";
import { alertOf, type SlosShown } from "#src/slack/render-slos";
import { tellPeople } from "#src/slack/tell-people";

export type ChannelLossDeps = {
  readonly config: GoliveConfig;
  readonly useCases: Pick<ReleaseUseCases, "pauseRelease" | "release">;
  readonly identity: Pick<Identity, "members">;
  readonly pool: Pool;
};

/**
 * Pauses a release whose channel can't be used, and tells the people on call by direct message; the requester hears of
 * it from the decision itself. Called again while it lasts: only the call that paused tells anybody.
 */
export function createPauseForChannel(deps: ChannelLossDeps): (release: string, why: PauseReason) => Promise<void> {
  const { config, useCases, identity, pool } = deps;
  return async (release, why) => {
    const outcome = await useCases.pauseRelease(release, why);
    if (!outcome.ok || !outcome.events.includes("paused") || why === "channel-shared-externally") return;
    const view = await useCases.release(release);
    if (view === null) return;
    const { service, number, requester, version, members } = view.release;
    const resolved: RoleMembers = { ...members, ...(await identity.members()) };
    const onCall = (config.services[service]?.on_call ?? []).flatMap((role) => resolved[role] ?? []);
    const users = onCall.filter((person) => mayDecide(person) && person.id !== requester.id).map(({ id }) => id);
    const note: Note = { kind: "paused", because: why, number, service };
    await tellPeople(pool, { key: `release/${release}/${version}/paused/on-call`, service, users, note });
  };
}

/**
 * Tells the requester and the people on call, once each, that a rollback's message can't be shown. The rollback itself goes on:
 * production comes before its message.
 */
export function createTellOfUnseenRollback(
  deps: Pick<ChannelLossDeps, "config" | "identity" | "pool"> & {
    readonly rollbacks: Pick<RollbackUseCases, "rollback">;
  },
): (rollback: string, because: "channel-archived" | "bot-removed") => Promise<void> {
  return async (id, because) => {
    const view = await deps.rollbacks.rollback(id);
    if (view === null) return;
    const { service, requester, members } = view.rollback;
    const resolved: RoleMembers = { ...members, ...(await deps.identity.members()) };
    const onCall = (deps.config.services[service]?.on_call ?? []).flatMap((role) => resolved[role] ?? []);
    const users = [requester, ...view.approvers, ...onCall].filter(mayDecide).map((person) => person.id);
    const note = { kind: "rollback-unseen", rollback: id, because };
    await tellPeople(deps.pool, { key: `rollback/${id}/unseen`, service, users, note });
  };
}

/**
 * Tells whoever may decide about a canary and the people on call, once each, that a message of it can't be shown: its own, or a breach's. The
 * watch itself goes on.
 */
export function createTellOfUnseenCanary(
  deps: Pick<ChannelLossDeps, "identity" | "pool"> & { readonly canaries: Pick<CanaryUseCases, "canary"> },
): (subject: string, because: "channel-archived" | "bot-removed") => Promise<void> {
  return async (subject, because) => {
    const id = breachOfSubject(subject)?.canary ?? subject;
    const view = await deps.canaries.canary(id);
    if (view === null || view.canary.ended !== null) return;
    const { service, rights, members, onCall } = view.canary;
    const resolved: RoleMembers = { ...members, ...(await deps.identity.members()) };
    const told = [...holdersOf(rights, "canary", resolved), ...peopleOf(resolved, onCall)];
    const users = told.map((person) => person.id);
    const note = { kind: "canary-unseen", canary: id, because };
    await tellPeople(deps.pool, { key: `canary/${subject}/unseen`, service, users, note });
  };
}

/**
 * Tells the people on call, once each, that what runs by the clock can't be shown: a week's message, or a run's own. The runs themselves go
 * on. Of proposals nothing is known here: their approvers see them where they are asked.
 */
export function createTellOfUnseenOperation(
  deps: Pick<ChannelLossDeps, "config" | "identity" | "pool"> & {
    readonly operations: Pick<OperationUseCases, "operation">;
  },
): (subject: string, because: "channel-archived" | "bot-removed") => Promise<void> {
  return async (subject, because) => {
    const service = weekOfSubject(subject)?.service ?? (await deps.operations.operation(subject))?.service;
    const configured = service === undefined ? undefined : deps.config.services[service];
    if (service === undefined || configured === undefined) return;
    const users = peopleOf(await deps.identity.members(), configured.on_call).map(({ id }) => id);
    const note = { kind: "operations-unseen", because, channel: configured.channel };
    await tellPeople(deps.pool, { key: `operations/${subject}/unseen`, service, users, note });
  };
}

/** Tells the people on call, once each, of an SLO's alert that the channel can't show. */
export function createTellOfUnseenAlert(
  deps: Pick<ChannelLossDeps, "config" | "identity" | "pool"> & { readonly slos: Pick<SlosShown, "state"> },
): (subject: string, because: "channel-archived" | "bot-removed") => Promise<void> {
  return async (subject, because) => {
    const found = await alertOf(deps.slos, subject);
    if (found === null || found.alert.calm !== null) return;
    const { service, alert } = found;
    const roles = deps.config.services[service]?.on_call ?? [];
    const users = peopleOf(await deps.identity.members(), roles).map(({ id }) => id);
    const note: SloNote = { kind: "slo-unseen", slo: alert.burn.slo, says: alert.says, because };
    await tellPeople(deps.pool, { key: `slo/${subject}/unseen`, service, users, note });
  };
}
