import { sweepServers } from "#test/support/global-postgres";

export const HOME_PREFIX = "golive-kill-";

/** vitest globalSetup: a killed run of these tests leaves its databases running. */
export async function setup(): Promise<void> {
  await sweepServers(HOME_PREFIX);
}
