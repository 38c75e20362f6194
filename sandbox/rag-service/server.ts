import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { ZodError } from "zod";
import type { AnswerCache } from "#sandbox/rag-service/answer-cache";
import { answerQuestion, type Effective } from "#sandbox/rag-service/answer-question";
import { parseConfiguration, redacted, type ServiceBody } from "#sandbox/rag-service/configuration";
import type { FewShotPools } from "#sandbox/rag-service/few-shot-pool";
import { hashOf } from "#sandbox/rag-service/hash";
import { HttpError } from "#sandbox/rag-service/http-error";
import { type Knobs, NO_FAULTS, parseKnobs } from "#sandbox/rag-service/knobs";
import type { Reader } from "#sandbox/rag-service/reader";
import { pairOf, parseQuestion, readJsonBody } from "#sandbox/rag-service/request";
import type { PairName, StoreReader } from "#sandbox/rag-service/store-reader";

export type Source = { readonly commit: string; readonly branch: string };

/** Everything that the routes rest on. `knobs` is what tests turn. */
export type ServiceParts = {
  readonly service: string;
  readonly store: StoreReader;
  readonly reader: Reader;
  readonly cache: AnswerCache;
  readonly pools: FewShotPools;
  readonly token: string | null;
  /** Names of the variables that are set. */
  readonly variables: readonly string[];
  readonly source: Source | null;
  readonly knobs: { current: Knobs };
  readonly answered: () => number;
  readonly now: () => number;
};

const NOTHING_LIVE = "nothing is live: name run_id and config_version, or let a release set the pointer";

export function createRagServer(parts: ServiceParts): Server {
  // As in the local Slack: who asks is the one who hangs up.
  return createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    route(parts, request, response, gone.signal).catch((error: unknown) => {
      if (response.headersSent || gone.signal.aborted) return response.destroy();
      if (!(error instanceof HttpError)) console.error("The sandbox's RAG service failed to answer:", error);
      const known = error instanceof HttpError ? error : new HttpError(500, "internal error");
      const headers = known.retryAfterSeconds === null ? {} : { "retry-after": String(known.retryAfterSeconds) };
      send(response, known.status, { error: known.message }, headers);
    });
  });
}

async function route(
  parts: ServiceParts,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  if (pathname === "/__sandbox/faults") return send(response, 200, await turnKnobs(parts, request));
  allow(request, pathname);
  authorise(request, parts.token);
  const question = pathname === "/answer" ? parseQuestion(await readJsonBody(request)) : null;
  const named =
    question === null
      ? pairOf(searchParams.get("run_id"), searchParams.get("config_version"))
      : pairOf(question.run_id, question.config_version);
  const pair = named ?? (await parts.store.pointer(parts.service));
  const knobs = knobsFor(parts.knobs.current, pair);
  if (knobs.delayMs > 0) await wait(knobs.delayMs, undefined, { signal: gone });
  if (knobs.status !== null) throw new HttpError(knobs.status, "this sandbox was told to fail");
  if (knobs.html) return sendHtml(response);
  if (pair === null) throw new HttpError(409, NOTHING_LIVE);
  const effective = await effectiveOf(parts, knobs, pair);
  if (question === null) return send(response, 200, padded(report(parts, knobs, effective), knobs));
  const { cache, ...rest } = await answerQuestion({ ...parts, knobs }, effective, question, gone);
  send(response, 200, padded(knobs.noCacheField ? rest : { ...rest, cache }, knobs));
}

function allow(request: IncomingMessage, pathname: string): void {
  const methods: Readonly<Record<string, string>> = { "/config": "GET", "/answer": "POST" };
  const method = methods[pathname];
  if (method === undefined) throw new HttpError(404, "there is GET /config and POST /answer");
  if (request.method !== method) throw new HttpError(405, `${pathname} takes ${method}`);
}

function authorise(request: IncomingMessage, token: string | null): void {
  if (token === null) return;
  // Digests have one length, whatever was sent.
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${token}`))) return;
  throw new HttpError(401, "a bearer token is needed");
}

/** Faults that came with one run leave what is answered from another alone. */
const knobsFor = (knobs: Knobs, pair: PairName | null): Knobs =>
  knobs.onlyRun === null || knobs.onlyRun === pair?.run ? knobs : NO_FAULTS;

/** The pair's configuration as this process uses it. */
async function effectiveOf(parts: ServiceParts, knobs: Knobs, pair: PairName): Promise<Effective> {
  const state = await parts.store.runState(pair.run);
  if (state === null) throw new HttpError(404, `there is no run ${pair.run}`);
  if (state !== "complete") throw new HttpError(409, `run ${pair.run} is ${state}`);
  const body = await parts.store.configuration(pair.config);
  if (body === undefined) throw new HttpError(404, `there is no configuration ${pair.config}`);
  const stored = parseConfiguration(pair.config, body, parts.pools);
  const config = redacted(knobs.configDrift ? drifted(stored) : stored);
  const hash = knobs.lyingConfigHash ? hashOf({ ...config, lie: true }) : hashOf(config);
  return { pair, config, hash };
}

/** As when somebody set a variable by hand on the one machine that answers. */
function drifted(config: ServiceBody): ServiceBody {
  const { retrieval } = config;
  return { ...config, retrieval: { ...retrieval, top_k_dense: Math.max(1, Math.floor(retrieval.top_k_dense / 2)) } };
}

function report(parts: ServiceParts, knobs: Knobs, { pair, config, hash }: Effective): object {
  return {
    service: parts.service,
    run_id: pair.run,
    config_version: pair.config,
    config,
    config_hash: hash,
    variables: [...parts.variables].sort(),
    source: parts.source,
    models: {
      generation: [config.generation.model],
      embedding: config.embedding.model,
      rerank: config.rerank.enabled ? config.rerank.model : null,
    },
    // The reader alone: the question is embedded in this process, and the reranker is a rule.
    model_calls_per_answer: knobs.claimedCalls ?? 1,
  };
}

/** Knobs are for tests on this machine: a page in somebody's browser can't send JSON here without asking first. */
async function turnKnobs(parts: ServiceParts, request: IncomingMessage): Promise<Knobs> {
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? "")) {
    throw new HttpError(403, "knobs are turned on this machine only");
  }
  if (request.method === "DELETE") parts.knobs.current = NO_FAULTS;
  else if (request.method === "POST") {
    if (request.headers["content-type"] !== "application/json") throw new HttpError(415, "send application/json");
    parts.knobs.current = { ...parts.knobs.current, ...readKnobs(await readJsonBody(request)) };
  } else if (request.method !== "GET") throw new HttpError(405, "GET, POST or DELETE");
  return parts.knobs.current;
}

function readKnobs(value: unknown): Partial<Knobs> {
  try {
    return parseKnobs(value);
  } catch (error) {
    if (error instanceof ZodError) throw new HttpError(400, error.issues[0]?.message ?? "no such knob");
    throw error;
  }
}

const padded = (body: object, { paddingBytes }: Knobs): object =>
  paddingBytes === 0 ? body : { ...body, padding: "x".repeat(paddingBytes) };

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(JSON.stringify(body));
}

function sendHtml(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end("<!doctype html><title>Welcome</title><h1>It works!</h1>");
}
