import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { type Faults, orderSchema } from "#sandbox/bedrock/faults";
import type { RequestLog } from "#sandbox/bedrock/request-log";

export type Controls = {
  readonly log: RequestLog;
  readonly faults: Faults;
  setLatency(ms: number): void;
};

const settingsSchema = z.strictObject({ latencyMs: z.number().int().min(0).max(600_000) });
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;
const MAX_ORDER = 1024 * 1024;

/**
 * The remote control under `/__sandbox`, for tests and benches in other processes. It listens on the loopback interface only,
 * and no page of a browser may use it: a foreign Host is a rebound DNS name, an Origin is some page.
 */
export async function control(request: IncomingMessage, response: ServerResponse, controls: Controls): Promise<void> {
  const host = request.headers.host ?? String(request.headers[":authority"] ?? "");
  if (!LOOPBACK.test(host) || request.headers.origin !== undefined) {
    return send(response, 403, { error: "Only for programs on this machine." });
  }
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  switch (`${request.method} ${url.pathname}`) {
    case "GET /__sandbox/log": {
      const since = Number(url.searchParams.get("since") ?? 0);
      const entries = controls.log.entries(Number.isFinite(since) ? since : 0);
      return send(response, 200, { inFlight: controls.log.inFlight(), entries });
    }
    case "DELETE /__sandbox/log":
      controls.log.clear();
      return send(response, 200, { ok: true });
    case "POST /__sandbox/faults":
      return take(request, response, orderSchema, controls.faults.order);
    case "POST /__sandbox/settings":
      return take(request, response, settingsSchema, ({ latencyMs }) => controls.setLatency(latencyMs));
    default:
      return send(response, 404, { error: "No such control." });
  }
}

async function take<T>(
  request: IncomingMessage,
  response: ServerResponse,
  schema: z.ZodType<T>,
  apply: (order: T) => void,
): Promise<void> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_ORDER) return send(response, 413, { error: "Too long." });
  }
  const parsed = schema.safeParse(parse(text));
  if (!parsed.success) return send(response, 400, { error: z.prettifyError(parsed.error) });
  apply(parsed.data);
  send(response, 200, { ok: true });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
