import type { Config } from "#src/config/load-config";
import type { Log } from "#src/log";
import { createDirectory } from "#src/slack/directory";
import { createIdentity, type SlackIdentity } from "#src/slack/identity";
import { createSlackWeb, type SlackWeb } from "#src/slack/web";
import { createSlackCall } from "#src/slack/web-client";

/** Slack's view of who people are, and the way out to it. Asks once who we are: throws `SlackError` when that fails. */
export async function composeIdentity(options: {
  readonly token: string;
  readonly apiUrl: string | undefined;
  readonly config: Config;
  readonly log: Log;
  /** How long Slack may take to answer. */
  readonly timeoutMs?: number;
}): Promise<{ identity: SlackIdentity; web: SlackWeb; self: Awaited<ReturnType<SlackWeb["whoAmI"]>> }> {
  const { token, apiUrl, config, log, timeoutMs } = options;
  const call = createSlackCall({
    token,
    log,
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const web = createSlackWeb(call);
  const self = await web.whoAmI();
  const identity = createIdentity({
    directory: createDirectory(call),
    team: self.teamId,
    roles: config.golive.roles,
    now: Date.now,
    log,
  });
  return { identity, web, self };
}
