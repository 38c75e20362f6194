import type { Pool } from "pg";
import type { LocalSlack, SlackOptions } from "#sandbox/slack/start";
import { createPool } from "#src/journal/pool";
import { createLog, type Log } from "#src/log";
import { createSlackWeb, type SlackWeb } from "#src/slack/web";
import { createSlackCall, type SlackCall } from "#src/slack/web-client";
import { type Releasers, startTestSlack, TOKENS } from "#test/sandbox/bolt-app";
import { createTestDatabase } from "#test/support/postgres";

export const CHANNEL = "C0RELEASE";
export const SELF = { userId: "U0GOLIVE", botId: "B0GOLIVE", teamId: "T0GOLIVE" };
export const quiet: Log = createLog({ level: "silent", secrets: [] });

/** A clock that only moves when told to. */
export type HandClock = { now: () => number; pass: (ms: number) => void };

export function handClock(start = Date.now()): HandClock {
  let at = start;
  return {
    now: () => at,
    pass: (ms) => {
      at += ms;
    },
  };
}

export type WireBench = { readonly slack: LocalSlack; readonly call: SlackCall; readonly web: SlackWeb };

/** The local Slack and our real client on it. `timeoutMs`: how long an answer may take. */
export async function wire(
  releasers: Releasers,
  options: Partial<SlackOptions> & { timeoutMs?: number } = {},
): Promise<WireBench> {
  const { timeoutMs = 2_000, ...slackOptions } = options;
  const slack = await startTestSlack(releasers, { mode: "http", ...slackOptions });
  const call = createSlackCall({ token: TOKENS.botToken, apiUrl: slack.apiUrl, timeoutMs, log: quiet });
  return { slack, call, web: createSlackWeb(call) };
}

/** A migrated database of this test alone, seen through the role the bot runs as. */
export async function database(releasers: Releasers): Promise<Pool> {
  const test = await createTestDatabase();
  const pool = createPool({ url: test.appUrl, name: "test-slack", max: 6 });
  releasers.push(async () => {
    await pool.end();
    await test.drop();
  });
  return pool;
}

/** What people see in the channel: not in threads, not ephemeral. */
export function posted(slack: LocalSlack, channel = CHANNEL) {
  return slack.workspace
    .messages(channel, "U0ROSA")
    .filter((message) => message.user === SELF.userId && message.threadTs === null && message.ephemeralFor === null);
}

export function callsOf(slack: LocalSlack, method: string): number {
  return slack.calls.filter((call) => call.method === method).length;
}
