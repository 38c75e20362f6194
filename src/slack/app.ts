import type { Server } from "node:http";
import { App, type HTTPReceiver, SocketModeReceiver } from "@slack/bolt";
import type { Routes } from "#src/http/routes";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import { registerListeners } from "#src/slack/listeners/register";
import { createGuardedReceiver } from "#src/slack/receiver";
import { createReplayGuard } from "#src/slack/replay-guard";
import { createRunningWork } from "#src/slack/running-work";
import { createSlackLogger } from "#src/slack/slack-logger";

/** How Slack reaches us. `port` 0 takes a free one. */
export type SlackMode =
  | { readonly kind: "http"; readonly host: string; readonly port: number; readonly signingSecret: string }
  | { readonly kind: "socket"; readonly appToken: string };

export type SlackAppOptions = ListenerDeps & {
  readonly mode: SlackMode;
  readonly botToken: string;
  /** Ends in a slash. Moves the discovery of sockets too. */
  readonly slackApiUrl?: string;
  /** Machine clock, epoch milliseconds: signatures are dated by the real time. */
  readonly machineNow: () => number;
  /** Over HTTP: what machines may ask on the same port. */
  readonly routes?: Routes;
};

export interface SlackApp {
  /** Resolves when requests or envelopes are accepted. */
  start(): Promise<void>;
  /** Takes nothing new, then waits for what was acknowledged and still runs (10 s at most). */
  stop(): Promise<void>;
  /** The HTTP port once started; null in Socket Mode. */
  readonly port: number | null;
}

const STOP_MS = 10_000;

/** The way in from Slack: commands, clicks, modals and events, over signed HTTP or a socket. */
export function createSlackApp(options: SlackAppOptions): SlackApp {
  const { self, botToken, log } = options;
  const logger = createSlackLogger(log);
  const clientOptions = options.slackApiUrl === undefined ? {} : { slackApiUrl: options.slackApiUrl };
  const work = createRunningWork();
  const receiver = createReceiver(options);
  const app = new App({
    receiver,
    logger,
    clientOptions,
    // Who we are was asked once at start: Bolt would ask on its own, and an unanswered question of its would end the process.
    authorize: async () => ({ botToken, botId: self.botId, botUserId: self.userId }),
    // No conversation state is kept: Bolt's default store grows for ever.
    convoStore: false,
    // Our own message's deletion is an event of ours.
    ignoreSelf: false,
  });
  registerListeners(app, options, work);
  app.error(async (error) => log.error({ err: error }, "Bolt could not deliver a payload to its listener"));

  let port: number | null = null;
  let started = false;
  return {
    get port() {
      return port;
    },
    async start() {
      if (receiver instanceof SocketModeReceiver) {
        await receiver.start();
        started = true;
        return;
      }
      const { mode } = options;
      if (mode.kind !== "http") return;
      port = portOf(await receiver.start({ port: mode.port, host: mode.host }));
      started = true;
    },
    async stop() {
      // Bolt refuses to stop what a taken port kept from starting, and everything else would stay open.
      if (started)
        await Promise.race([receiver.stop(), new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
      if (!(await work.idle(STOP_MS))) log.warn("some listeners did not finish in time");
    },
  };
}

function createReceiver({
  mode,
  log,
  slackApiUrl,
  machineNow,
  routes,
}: SlackAppOptions): HTTPReceiver | SocketModeReceiver {
  const logger = createSlackLogger(log);
  if (mode.kind === "socket") {
    const clientOptions = slackApiUrl === undefined ? {} : { slackApiUrl };
    return new SocketModeReceiver({ appToken: mode.appToken, logger, installerOptions: { clientOptions } });
  }
  return createGuardedReceiver({
    signingSecret: mode.signingSecret,
    guard: createReplayGuard({ now: machineNow }),
    log,
    logger,
    routes: routes ?? {},
  });
}

function portOf(server: Server): number | null {
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? null) : null;
}
