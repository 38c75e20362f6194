import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { type LocalSlack, type SlackOptions, startSlack } from "#sandbox/slack/start";

export const TOKENS = { signingSecret: "sandbox-signing", botToken: "xoxb-sandbox", appToken: "xapp-sandbox" } as const;

/** What tests start and must stop again, in reverse order. */
export type Releasers = (() => Promise<unknown>)[];

export async function release(releasers: Releasers): Promise<void> {
  for (const stop of releasers.splice(0).reverse()) await stop();
}

export async function startTestSlack(
  releasers: Releasers,
  options: Partial<SlackOptions> & { mode: SlackOptions["mode"] },
): Promise<LocalSlack> {
  const slack = await startSlack({ ...TOKENS, ...options });
  releasers.push(slack.stop);
  return slack;
}

/** A real Bolt app on the local Slack; with HTTP it also becomes the request URL. */
export async function startBolt(
  releasers: Releasers,
  slack: LocalSlack,
  mode: SlackOptions["mode"],
  options: { retries?: number; timeoutMs?: number } = {},
): Promise<App> {
  const clientOptions = {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: options.retries ?? 0, minTimeout: 10, maxTimeout: 20 },
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  };
  const quiet = { logLevel: LogLevel.ERROR };
  const http = mode === "http" ? new HTTPReceiver({ signingSecret: TOKENS.signingSecret, ...quiet }) : null;
  const receiver =
    http ?? new SocketModeReceiver({ appToken: TOKENS.appToken, installerOptions: { clientOptions }, ...quiet });
  const app = new App({ token: TOKENS.botToken, receiver, clientOptions, ...quiet });
  if (http) {
    const server = await http.start({ port: 0, host: "127.0.0.1" });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The Bolt app has no port.");
    slack.setRequestUrl(`http://127.0.0.1:${address.port}/slack/events`);
    releasers.push(() => http.stop());
  } else {
    await app.start();
    releasers.push(() => app.stop());
  }
  return app;
}

/** Polls until the condition holds; fails loudly after the deadline. */
export async function until(what: string, holds: () => boolean, ms = 5_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Waited ${ms} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
