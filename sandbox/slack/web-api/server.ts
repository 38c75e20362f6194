import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { CallFault, FaultPlan } from "#sandbox/slack/faults";
import type { Json } from "#sandbox/slack/model";
import type { ResponseUrls } from "#sandbox/slack/response-urls";
import { type Args, type Failure, type Platform, type Reply, text } from "#sandbox/slack/web-api/call";
import { type Credentials, dispatch } from "#sandbox/slack/web-api/dispatch";
import type { RateLimits } from "#sandbox/slack/web-api/rate-limits";
import { readBody, readFile, readJson } from "#sandbox/slack/web-api/read-body";
import { asBlock } from "#sandbox/slack/wire";

/** One Web API call as tests read it: no token in it. `fault`: what was done to it on purpose. */
export type Call = {
  readonly method: string;
  /** Epoch milliseconds of the workspace's clock. */
  readonly at: number;
  readonly ok: boolean;
  readonly error: string | null;
  readonly fault: CallFault["kind"] | null;
  readonly args: Args;
};

type Deps = {
  readonly platform: Platform;
  readonly responseUrls: ResponseUrls;
  readonly credentials: Credentials;
  readonly faults: FaultPlan;
  readonly calls: Call[];
  readonly now: () => number;
  /** Null: calls are never limited, except on purpose. */
  readonly rateLimits: RateLimits | null;
};

const MAX_CALLS = 20_000;

/** The HTTP side of the local Slack: Web API, uploads, response URLs. */
export function createApiServer(deps: Deps): Server {
  // Node hangs up after five idle seconds: on a busy machine just as the next call comes. The client hangs up sooner by itself.
  return createServer({ keepAliveTimeout: 0 }, (request, response) => {
    route(request, response, deps).catch((cause: unknown) => {
      if (!response.headersSent) send(response, 500, { ok: false, error: "internal_error" });
      console.error("The local Slack failed to answer:", cause);
    });
  });
}

async function route(request: IncomingMessage, response: ServerResponse, deps: Deps): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  const [, area, ...rest] = pathname.split("/");
  const last = rest.at(-1) ?? "";
  if (area === "api") return answerCall(last, request, response, deps);
  if (area === "upload") {
    return takeUpload(last, request, response, deps);
  }
  if (area === "actions" && request.method === "POST") return answerResponse(last, request, response, deps);
  send(response, 404, { ok: false, error: "not_found" });
}

/** The bytes of a file. Counts as a method of its own, `upload`, for faults and in the log. */
async function takeUpload(ticket: string, request: IncomingMessage, response: ServerResponse, deps: Deps) {
  const bytes = await readFile(request);
  const fault = deps.faults.ofCall("upload");
  if (fault && fault.kind !== "timeout-after") {
    note("upload", {}, errorOfFault(fault), fault, deps);
    return failOnPurpose(fault, response);
  }
  const stored = bytes !== null && deps.platform.uploads.receive(ticket, bytes);
  note("upload", {}, stored ? null : "upload_failed", fault, deps);
  if (fault) return;
  response.writeHead(stored ? 200 : 400).end(stored ? `OK - ${bytes.length}` : "upload_failed");
}

/** A response URL counts as a method of its own, `response_url`, for faults and in the log. */
async function answerResponse(token: string, request: IncomingMessage, response: ServerResponse, deps: Deps) {
  const body = asBlock(await readJson(request));
  const fault = deps.faults.ofCall("response_url");
  if (fault && fault.kind !== "timeout-after") {
    note("response_url", body ?? {}, errorOfFault(fault), fault, deps);
    return failOnPurpose(fault, response);
  }
  const { status, error } = deps.responseUrls.use(token, body);
  note("response_url", body ?? {}, error, fault, deps);
  if (fault) return;
  if (error === null) response.writeHead(status).end("ok");
  else send(response, status, { ok: false, error });
}

async function answerCall(method: string, request: IncomingMessage, response: ServerResponse, deps: Deps) {
  const args = await readBody(request);
  const fault = deps.faults.ofCall(method);
  if (fault && fault.kind !== "timeout-after") {
    note(method, args, errorOfFault(fault), fault, deps);
    return failOnPurpose(fault, response);
  }
  const waitSeconds = deps.rateLimits?.take(method, text(args, "channel") ?? "") ?? 0;
  if (waitSeconds > 0) {
    note(method, args, "ratelimited", null, deps);
    return failOnPurpose({ kind: "ratelimited", retryAfterSeconds: waitSeconds }, response);
  }
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? null;
  const reply = dispatch(method, args, bearer, deps.credentials, deps.platform);
  note(method, args, reply.ok ? null : errorOf(reply), fault, deps);
  // The reply is never sent: the caller can't know that it was done.
  if (fault) return;
  send(response, 200, reply, { "x-oauth-scopes": deps.credentials.scopes.join(",") });
}

function note(method: string, args: Args, error: string | null, fault: CallFault | null, deps: Deps): void {
  const { token: _, ...shown } = args;
  deps.calls.push({ method, at: deps.now(), ok: error === null, error, fault: fault?.kind ?? null, args: shown });
  // A demo runs for days: the log keeps the newest calls.
  if (deps.calls.length > MAX_CALLS) deps.calls.splice(0, MAX_CALLS / 2);
}

const errorOfFault = (fault: CallFault) => (fault.kind === "error" ? fault.error : fault.kind);

function failOnPurpose(fault: Exclude<CallFault, { kind: "timeout-after" }>, response: ServerResponse): void {
  switch (fault.kind) {
    case "ratelimited":
      send(response, 429, { ok: false, error: "ratelimited" }, { "retry-after": `${fault.retryAfterSeconds}` });
      return;
    case "server-error":
      response.writeHead(fault.status ?? 500, { "content-type": "text/html" }).end("<h1>Server Error</h1>");
      return;
    case "error":
      send(response, 200, { ok: false, error: fault.error });
      return;
    case "timeout-before":
      return;
  }
}

function errorOf(reply: Reply | Failure): string {
  return typeof reply.error === "string" ? reply.error : "unknown";
}

function send(response: ServerResponse, status: number, body: Json, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}
