import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import {
  type Ack,
  type Attempt,
  attemptOf,
  type Delivery,
  pause,
  type Retry,
  type Transport,
} from "#sandbox/slack/delivery/transport";
import { LIFETIMES, MAX_SOCKETS } from "#sandbox/slack/limits";
import type { Json } from "#sandbox/slack/model";
import { asBlock } from "#sandbox/slack/wire";

export type SocketTransport = Transport & {
  /** A one-time address for a socket, as `apps.connections.open` hands it out. */
  connectUrl(): string;
  /** Sockets that take envelopes. */
  openSockets(): number;
  /** Asks every socket to reconnect, as Slack does every few hours; closes them after the grace period. */
  refresh(reason?: "refresh_requested" | "warning", graceMs?: number): void;
  /** Breaks every connection without a word, as a lost network does. */
  cut(): void;
};

type Pending = { settle(ack: Ack): void; lost(): void };
type Socket = { readonly ws: WebSocket; draining: boolean; readonly pending: Map<string, Pending> };

const TYPES = { command: "slash_commands", interaction: "interactive", event: "events_api" } as const;

/**
 * Socket Mode: hello first, envelopes to any one of the open sockets in turn, an envelope whose socket dies goes to
 * another one. Once pinged the client expects pings for ever, so they keep coming.
 */
export function createSocketTransport(deps: {
  server: Server;
  origin: () => string;
  appId: string;
  ackMs: number;
  /** How long an envelope waits for an app that was there and is reconnecting. */
  waitMs: number;
  pingMs: number;
  record: (attempt: Omit<Attempt, "at">) => void;
}): SocketTransport {
  const tickets = new Map<string, number>();
  const sockets = new Set<Socket>();
  const wss = new WebSocketServer({ noServer: true });
  let turn = 0;
  let lastSeen = 0;

  const receive = (socket: Socket, text: string) => {
    const message = asBlock(parse(text));
    const id = message?.envelope_id;
    if (typeof id !== "string") return;
    const payload = asBlock(message?.payload);
    const empty = !payload || Object.keys(payload).length === 0;
    socket.pending.get(id)?.settle({ acked: true, body: empty ? null : payload });
  };

  const welcome = (ws: WebSocket) => {
    if (sockets.size >= MAX_SOCKETS) {
      ws.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets" }));
      return ws.close(1008);
    }
    const socket: Socket = { ws, draining: false, pending: new Map() };
    sockets.add(socket);
    const pings = setInterval(() => ws.ping(), deps.pingMs);
    ws.on("message", (data) => receive(socket, data.toString()));
    ws.on("error", () => ws.terminate());
    ws.on("close", () => {
      clearInterval(pings);
      sockets.delete(socket);
      lastSeen = Date.now();
      for (const each of socket.pending.values()) each.lost();
    });
    ws.send(
      JSON.stringify({
        type: "hello",
        num_connections: sockets.size,
        connection_info: { app_id: deps.appId },
        debug_info: { host: "sandbox", approximate_connection_time: 18_060 },
      }),
    );
    ws.ping();
  };

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const ticket = url.searchParams.get("ticket") ?? "";
    const issuedAt = tickets.get(ticket);
    tickets.delete(ticket);
    if (url.pathname !== "/link/" || issuedAt === undefined || Date.now() - issuedAt > LIFETIMES.socketTicket) {
      return stream.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
    }
    wss.handleUpgrade(request, stream, head, welcome);
  };
  deps.server.on("upgrade", upgrade);

  const pick = (): Socket | undefined => {
    const open = [...sockets].filter(({ ws, draining }) => !draining && ws.readyState === ws.OPEN);
    turn += 1;
    return open[turn % Math.max(open.length, 1)];
  };

  const awaitSocket = async (): Promise<Socket | undefined> => {
    const deadline = Math.max(lastSeen, sockets.size > 0 ? Date.now() : 0) + deps.waitMs;
    let socket = pick();
    while (!socket && Date.now() < deadline) {
      await pause(25);
      socket = pick();
    }
    return socket;
  };

  const hand = (socket: Socket, envelope: string, id: string): Promise<Ack | "lost"> =>
    new Promise((resolve) => {
      const finish = (outcome: Ack | "lost") => {
        clearTimeout(timer);
        socket.pending.delete(id);
        resolve(outcome);
      };
      const timeout: Ack = { acked: false, failure: "operation_timeout", status: null, mayRetry: true };
      const timer = setTimeout(() => finish(timeout), deps.ackMs);
      socket.pending.set(id, { settle: finish, lost: () => finish("lost") });
      socket.ws.send(envelope);
    });

  const deliver = async (delivery: Delivery, retry: Retry | undefined): Promise<Ack> => {
    const first = retry?.attempt ?? 0;
    for (let attempt = first; attempt < first + MAX_SOCKETS; attempt += 1) {
      const socket = await awaitSocket();
      if (!socket) break;
      const id = randomUUID();
      const outcome = await hand(socket, envelopeOf(delivery, id, attempt, retry?.reason), id);
      if (outcome !== "lost") return outcome;
    }
    return { acked: false, failure: "dispatch_failed", status: null, mayRetry: true };
  };

  return {
    connectUrl: () => {
      const ticket = randomBytes(16).toString("hex");
      tickets.set(ticket, Date.now());
      return `${deps.origin().replace("http:", "ws:")}/link/?ticket=${ticket}&app_id=${deps.appId}`;
    },
    openSockets: () => [...sockets].filter((socket) => !socket.draining).length,
    send: async (delivery, fault, retry) => {
      const twin = fault?.kind === "duplicate" ? deliver(delivery, retry) : null;
      const ack = await deliver(delivery, retry);
      deps.record(attemptOf(delivery.kind, ack, fault, retry));
      if (twin) deps.record(attemptOf(delivery.kind, await twin, fault, retry));
      return ack;
    },
    refresh: (reason = "refresh_requested", graceMs = 10_000) => {
      for (const socket of sockets) {
        socket.draining = true;
        socket.ws.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "sandbox" } }));
        setTimeout(() => socket.ws.close(1001), graceMs).unref();
      }
    },
    cut: () => {
      for (const socket of sockets) socket.ws.terminate();
    },
    stop: async () => {
      deps.server.off("upgrade", upgrade);
      const leaving = [...sockets];
      for (const { ws } of leaving) ws.close(1001, "going away");
      const deadline = Date.now() + 1_000;
      while (leaving.some(({ ws }) => ws.readyState !== ws.CLOSED) && Date.now() < deadline) await pause(10);
      for (const { ws } of leaving) ws.terminate();
      wss.close();
    },
  };
}

function envelopeOf({ kind, payload }: Delivery, id: string, attempt: number, reason = "timeout"): string {
  return JSON.stringify({
    envelope_id: id,
    type: TYPES[kind],
    payload,
    accepts_response_payload: kind !== "event",
    ...(kind === "event" ? { retry_attempt: attempt, retry_reason: attempt > 0 ? reason : "" } : {}),
  });
}

function parse(text: string): Json {
  try {
    const parsed: Json = JSON.parse(text);
    return parsed;
  } catch {
    return null;
  }
}
