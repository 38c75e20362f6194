import type { Pool } from "pg";
import type { GoliveConfig } from "#src/config/service-config";
import type { PauseReason } from "#src/release/events";
import type { Note } from "#src/release/notes";
import { mayDecide, type RoleMembers } from "#src/release/people";
import type { Identity, ReleaseUseCases } from "#src/release/use-cases";

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
    const told = new Set(
      onCall.filter((person) => mayDecide(person) && person.id !== requester.id).map(({ id }) => id),
    );
    const note: Note = { kind: "paused", because: why, number, service };
    for (const user of told) {
      await pool.query(
        `INSERT INTO golive.outbox (key, service, target, note) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING`,
        [`release/${release}/${version}/paused/on-call/${user}`, service, { kind: "person", user }, note],
      );
    }
  };
}
