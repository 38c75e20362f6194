import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { HTTPReceiver, isValidSlackRequest, type Logger } from "@slack/bolt";
import type { Routes } from "#src/http/routes";
import type { Log } from "#src/log";
import type { ReplayGuard } from "#src/slack/replay-guard";

/** Slack's own payloads stay far below; anybody's request above this is cut off before it is parsed. */
const LARGEST_BODY = 1024 * 1024;

export type GuardedReceiverOptions = {
  readonly signingSecret: string;
  readonly guard: ReplayGuard;
  readonly log: Log;
  readonly logger: Logger;
  /** What machines may ask on the same port. */
  readonly routes: Routes;
};

/**
 * Bolt's HTTP receiver with the replay guard in front. Bolt still verifies (and refuses) every signature; the guard
 * sees only requests that pass the same verification, so that nobody can fill its memory.
 */
export function createGuardedReceiver(options: GuardedReceiverOptions): HTTPReceiver {
  const { signingSecret, guard, log, logger } = options;
  const customRoutes = Object.entries(options.routes).map(([path, { method, handle }]) => ({
    path,
    method,
    handler: handle,
  }));
  const brought = new Set(customRoutes.filter(({ method }) => method === "POST").map(({ path }) => path));
  const receiver = new HTTPReceiver({ signingSecret, logger, bodyLimit: LARGEST_BODY, customRoutes });
  const inner = receiver.requestListener;
  receiver.requestListener = (request, response) => {
    // What isn't Slack's has its own limits, and reads its body itself.
    if (request.method !== "POST" || brought.has(pathOf(request))) return inner(request, response);
    readBody(request).then(
      (body) => {
        if (body === null) return refuse(response, 413);
        // Bolt takes a request whose body was read before from `rawBody`.
        const buffered = Object.assign(request, { rawBody: body });
        const stop = judge(buffered, response);
        if (stop !== null) {
          log.warn({ why: stop, url: request.url }, "request from Slack refused");
          return refuse(response, 401);
        }
        deliver(inner, buffered, response);
      },
      (error: unknown) => log.debug({ err: error }, "a request broke off before its body was read"),
    );
  };

  function judge(request: IncomingMessage & { rawBody: Buffer }, response: ServerResponse): string | null {
    const signature = request.headers["x-slack-signature"];
    const timestamp = Number(request.headers["x-slack-request-timestamp"]);
    // Unsigned, stale or forged: Bolt's to refuse.
    if (typeof signature !== "string" || !Number.isFinite(timestamp)) return null;
    const headers = { "x-slack-signature": signature, "x-slack-request-timestamp": timestamp };
    if (!isValidSlackRequest({ signingSecret, body: request.rawBody.toString(), headers })) return null;
    const verdict = guard.judge(signature, timestamp);
    if (verdict !== "fresh") return verdict;
    response.once("close", () => {
      guard.settle(signature, response.writableFinished && response.statusCode < 500);
    });
    return null;
  }

  function deliver(listener: RequestListener, request: IncomingMessage, response: ServerResponse): void {
    try {
      listener(request, response);
    } catch (error) {
      // Bolt throws synchronously for a path that isn't its own.
      log.debug({ err: error, url: request.url }, "request to an unknown path");
      refuse(response, 404);
    }
  }

  return receiver;
}

const pathOf = ({ url = "/" }: IncomingMessage): string => URL.parse(url, "http://localhost")?.pathname ?? "";

/** Null when the body is larger than any of Slack's. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > LARGEST_BODY) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) return;
  response.writeHead(status, status === 413 ? { connection: "close" } : {});
  response.end();
}
