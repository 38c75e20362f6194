import { createHands, type SandboxHands } from "#sandbox/slack/acting/hands";
import { createDispatcher, type Dispatcher } from "#sandbox/slack/delivery/dispatcher";
import { createHttpTransport } from "#sandbox/slack/delivery/http-transport";
import { createSocketTransport, type SocketTransport } from "#sandbox/slack/delivery/socket-transport";
import type { Attempt } from "#sandbox/slack/delivery/transport";
import { createFaults, type Faults } from "#sandbox/slack/faults";
import { LIFETIMES } from "#sandbox/slack/limits";
import { harborDocs, type Seed } from "#sandbox/slack/people";
import { createResponseUrls } from "#sandbox/slack/response-urls";
import { createTriggers } from "#sandbox/slack/triggers";
import { createUploads } from "#sandbox/slack/uploads";
import type { Platform } from "#sandbox/slack/web-api/call";
import { ALL_SCOPES } from "#sandbox/slack/web-api/dispatch";
import { createRateLimits } from "#sandbox/slack/web-api/rate-limits";
import { type Call, createApiServer } from "#sandbox/slack/web-api/server";
import { createWorkspace, type Workspace } from "#sandbox/slack/workspace";

export type SlackOptions = {
  readonly signingSecret: string;
  readonly botToken: string;
  readonly appToken: string;
  /** How the app hears of things: signed requests to `requestUrl`, or Socket Mode. */
  readonly mode: "http" | "socket";
  /** 0 or left out: any free port. */
  readonly port?: number;
  /** The app's `/slack/events`; can be set later with `setRequestUrl`. */
  readonly requestUrl?: string;
  /** Epoch milliseconds: message timestamps, triggers, response URLs. Signatures and sockets use the real clock. */
  readonly now?: () => number;
  readonly seed?: Seed;
  /** The bot token's scopes; all by default. Give the manifest's, and a missing one shows. */
  readonly scopes?: readonly string[];
  /** Subscribed events, named as in the manifest (`message.channels`, …); all by default. */
  readonly events?: readonly string[];
  /** True: Slack's rate limits per method, on the real clock. Off by default. */
  readonly rateLimits?: boolean;
  /** 3,000 by default, as in Slack. */
  readonly ackMs?: number;
  /** Between two pings of a socket; the client gives up after 30 seconds without one. */
  readonly pingMs?: number;
  /** Waits before the Events API tries again: at once, a minute, five minutes. */
  readonly eventRetryDelaysMs?: readonly number[];
};

export type LocalSlack = {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** What `clientOptions.slackApiUrl` takes. */
  readonly apiUrl: string;
  readonly workspace: Workspace;
  readonly hands: SandboxHands;
  readonly faults: Faults;
  /** Every Web API call, oldest first. */
  readonly calls: readonly Call[];
  /** Every attempt to tell the app something, oldest first. */
  readonly attempts: readonly Attempt[];
  setRequestUrl(url: string): void;
  /** Sends a payload of the caller's own making. */
  readonly deliver: Dispatcher["send"];
  /** Resolves when each event so far was tried once. */
  eventsTried(): Promise<void>;
  /** HTTP only: the last signed request once more, byte for byte; the app's status. */
  replayLast(): Promise<number | null>;
  /** HTTP only: true when the app answers Slack's challenge. */
  verifyRequestUrl(): Promise<boolean>;
  readonly sockets: Pick<SocketTransport, "openSockets" | "refresh" | "cut">;
  stop(): Promise<void>;
};

/** Starts a local Slack on the loopback interface. */
export async function startSlack(options: SlackOptions): Promise<LocalSlack> {
  const now = options.now ?? Date.now;
  const ackMs = options.ackMs ?? LIFETIMES.ack;
  const workspace = createWorkspace(options.seed ?? harborDocs(), now);
  const triggers = createTriggers(now);
  const uploads = createUploads(now);
  const faults = createFaults();
  const calls: Call[] = [];
  const attempts: Attempt[] = [];
  let port = options.port ?? 0;
  let requestUrl = options.requestUrl ?? null;
  const origin = () => `http://127.0.0.1:${port}`;
  const record = (attempt: Omit<Attempt, "at">) => attempts.push({ ...attempt, at: Date.now() });

  const platform: Platform = { workspace, triggers, uploads, origin, connectSocket: () => sockets.connectUrl() };
  const fileReady = uploads.isReady;
  const responseUrls = createResponseUrls({ workspace, now, origin, fileReady });
  const credentials = {
    botToken: options.botToken,
    appToken: options.appToken,
    scopes: options.scopes ?? ALL_SCOPES,
  };
  const rateLimits = options.rateLimits === true ? createRateLimits() : null;
  const server = createApiServer({ platform, responseUrls, credentials, faults, calls, now, rateLimits });
  const timing = { ackMs, waitMs: 10_000, pingMs: options.pingMs ?? 10_000 };
  const sockets = createSocketTransport({ server, origin, appId: workspace.bot.appId, record, ...timing });
  const { signingSecret } = options;
  const http = createHttpTransport({ requestUrl: () => requestUrl, signingSecret, ackMs, record });
  const dispatcher = createDispatcher({
    workspace,
    transport: options.mode === "http" ? http : sockets,
    faults,
    subscriptions: options.events ?? null,
    retryDelaysMs: options.eventRetryDelaysMs ?? [0, 60_000, 300_000],
  });
  const hands = createHands({ workspace, dispatcher, triggers, responseUrls, fileReady, chosen: new Map() });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address !== null && typeof address === "object") port = address.port;

  return {
    url: origin(),
    apiUrl: `${origin()}/api/`,
    workspace,
    hands,
    faults,
    calls,
    attempts,
    setRequestUrl: (url) => {
      requestUrl = url;
    },
    deliver: dispatcher.send,
    eventsTried: dispatcher.eventsTried,
    replayLast: http.replayLast,
    verifyRequestUrl: http.verifyUrl,
    sockets,
    stop: async () => {
      dispatcher.stop();
      await sockets.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Calls that were never answered on purpose still hold their connection.
      server.closeAllConnections();
      await closed;
    },
  };
}
