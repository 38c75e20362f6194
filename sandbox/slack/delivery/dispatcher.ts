import { randomBytes } from "node:crypto";
import { type Ack, type Delivery, pause, type Retry, type Transport } from "#sandbox/slack/delivery/transport";
import type { FaultPlan } from "#sandbox/slack/faults";
import type { AppEvent } from "#sandbox/slack/hub";
import type { Block } from "#sandbox/slack/model";
import { asText } from "#sandbox/slack/wire";
import type { Workspace } from "#sandbox/slack/workspace";

export type Dispatcher = {
  /** Tells the app and waits for its acknowledgement. */
  send(delivery: Delivery): Promise<Ack>;
  /** Resolves when every event so far has been tried once; redeliveries may still follow. */
  eventsTried(): Promise<void>;
  stop(): void;
};

/**
 * Events as the Events API sends them: in an `event_callback`, only those the app subscribed to and may see, and again
 * after each of `retryDelaysMs` while the app doesn't acknowledge.
 */
export function createDispatcher(deps: {
  workspace: Workspace;
  transport: Transport;
  faults: FaultPlan;
  /** Null: every event that the sandbox knows. */
  subscriptions: readonly string[] | null;
  retryDelaysMs: readonly number[];
}): Dispatcher {
  const { workspace, transport } = deps;
  const firstTries = new Set<Promise<unknown>>();
  let stopped = false;

  const send = async (delivery: Delivery, retry?: Retry): Promise<Ack> => {
    const fault = deps.faults.ofDelivery(delivery.kind);
    if (fault?.kind === "late") await pause(fault.ms);
    return transport.send(delivery, fault, retry);
  };

  const redeliver = async (delivery: Delivery, first: Ack) => {
    let last = first;
    for (const [index, delay] of deps.retryDelaysMs.entries()) {
      if (last.acked || !last.mayRetry || stopped) return;
      await pauseUnref(delay);
      if (stopped) return;
      const reason =
        last.failure === "operation_timeout" ? "http_timeout" : last.status ? "http_error" : "connection_failed";
      last = await send(delivery, { attempt: index + 1, reason });
    }
  };

  const unsubscribe = workspace.onEvent((told) => {
    if (!hears(told, workspace, deps.subscriptions)) return;
    const delivery: Delivery = { kind: "event", payload: callbackOf(told.event, workspace) };
    const first = send(delivery);
    firstTries.add(first);
    first
      .then((ack) => {
        void redeliver(delivery, ack);
      })
      .finally(() => firstTries.delete(first));
  });

  return {
    send: (delivery) => send(delivery),
    eventsTried: async () => {
      while (firstTries.size > 0) await Promise.allSettled([...firstTries]);
    },
    stop: () => {
      stopped = true;
      unsubscribe();
    },
  };
}

function hears({ subscription, event }: AppEvent, workspace: Workspace, subscriptions: readonly string[] | null) {
  if (subscriptions && !subscriptions.includes(subscription)) return false;
  if (event.type !== "message") return true;
  return workspace.channel(asText(event.channel) ?? "")?.botIsMember ?? false;
}

function callbackOf(event: Block, workspace: Workspace): Block {
  const { team, bot } = workspace;
  const channel = workspace.channel(asText(event.channel) ?? "");
  return {
    token: "sandbox",
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: bot.appId,
    event,
    type: "event_callback",
    event_id: `Ev${randomBytes(5).toString("hex").toUpperCase()}`,
    event_time: Math.floor(Number(asText(event.event_ts) ?? 0)),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: bot.userId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: channel?.sharedExternally ?? false,
  };
}

const pauseUnref = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
