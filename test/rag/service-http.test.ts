import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { AnswerRequest } from "#src/rag/service";
import { RagServiceError } from "#src/rag/service-error";
import { createRagService } from "#src/rag/service-http";
import { ANSWER, REPORT } from "#test/rag/service-answers";

const TOKEN = "s3cret-bearer";
const ASKED: AnswerRequest = {
  query: "How long is an invitation valid?",
  pair: { run: "run-1", config: "v1" },
  nonce: "n-1",
  eval: { temperature: 0, seed: 42, disable_cache: true },
};

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server of this test, and the product's client in front of it. */
async function serve(handler: Handler, options: { token?: string | null; timeoutMs?: number; path?: string } = {}) {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}${options.path ?? ""}`;
  const { token = null, timeoutMs = 10_000 } = options;
  return { url, server, client: createRagService({ url, token, timeoutMs }) };
}

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };

const raw =
  (body: string | Buffer, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(200, headers).end(body);
  };

const never = new AbortController().signal;

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });

async function errorOf(work: Promise<unknown>): Promise<RagServiceError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RagServiceError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** `body` with the field at `path` replaced. */
function withField(body: unknown, [first = "", ...rest]: readonly string[], value: unknown): unknown {
  if (typeof body !== "object" || body === null) return value;
  if (Array.isArray(body)) return body.map((each, at) => (String(at) === first ? set(each, rest, value) : each));
  const before: Record<string, unknown> = { ...body };
  return { ...before, [first]: set(before[first], rest, value) };
}
const set = (body: unknown, path: readonly string[], value: unknown): unknown =>
  path.length === 0 ? value : withField(body, path, value);

describe("an honest RAG service", () => {
  it("is asked with its token, the pair, the nonce and the settings of the evaluation, under its own path", async () => {
    const seen: unknown[] = [];
    const { client } = await serve(
      (request, response) => {
        void bodyOf(request).then((body) => {
          seen.push([request.method, request.url, request.headers.authorization, body]);
          json(ANSWER)(request, response);
        });
      },
      { token: TOKEN, path: "/rag/v1/" },
    );
    await client.answer(ASKED, never);
    await client.answer({ query: "q", pair: null, nonce: "n-2" }, never);
    const { pair: _, ...rest } = ASKED;
    expect(seen).toEqual([
      ["POST", "/rag/v1/answer", `Bearer ${TOKEN}`, { ...rest, run_id: "run-1", config_version: "v1" }],
      ["POST", "/rag/v1/answer", `Bearer ${TOKEN}`, { query: "q", nonce: "n-2" }],
    ]);
  });

  it("is asked for the configuration of a pair, also under names that a URL would split", async () => {
    const seen: unknown[] = [];
    const { client } = await serve((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
      seen.push([request.method, pathname, Object.fromEntries(searchParams), request.headers.authorization]);
      json(REPORT)(request, response);
    });
    expect(await client.config({ run: "run&1=?", config: "v 1" }, never)).toEqual(REPORT);
    await client.config(null, never);
    expect(seen).toEqual([
      ["GET", "/config", { run_id: "run&1=?", config_version: "v 1" }, undefined],
      ["GET", "/config", {}, undefined],
    ]);
  });

  it("may say more than the contract has, and may keep to itself what proves something: that is null then", async () => {
    const { cache: _, nonce: __, prompt_audit: ___, ...less } = ANSWER;
    const { client } = await serve(json({ ...less, weather: "fine" }));
    const answer = await client.answer(ASKED, never);
    expect(answer).toEqual({ ...less, cache: null, nonce: null, prompt_audit: null });
  });

  it("may show a tool's calls with nothing but tool and arguments: the rest is null, not made up", async () => {
    const { client } = await serve(
      json({ ...ANSWER, tool_calls: [{ tool: "open_ticket", arguments: { title: "x" } }] }),
    );
    const { tool_calls } = await client.answer(ASKED, never);
    expect(tool_calls).toEqual([
      {
        tool: "open_ticket",
        arguments: { title: "x" },
        intent: null,
        schema: null,
        mutating: null,
        dry_run: null,
        approval_id: null,
        retries: null,
      },
    ]);
  });
});

describe("a body that is none", () => {
  it.each([
    ["HTML", raw("<!doctype html><h1>It works!</h1>"), /HTML or XML/],
    ["HTML after blanks, called JSON", raw("\n <html>", { "content-type": "application/json" }), /HTML or XML/],
    ["nothing", raw(""), /an empty body/],
    ["prose", raw("I'm fine, thanks"), /text that is no JSON/],
    ["half a document", raw('{"answer": "sev'), /text that is no JSON/],
    ["NaN", raw('{"answer": NaN}'), /text that is no JSON/],
    ["bytes that are not UTF-8", raw(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])), /not UTF-8/],
  ])("is told to be %s", async (_what, handler, expected) => {
    const { client } = await serve(handler);
    const error = await errorOf(client.answer(ASKED, never));
    expect(error).toMatchObject({ code: "not-json", retryable: false });
    expect(error.message).toMatch(expected);
    expect(error.message).not.toContain("sev");
  });

  it("is read no further than its bound: 2 MB of configuration, 9 MB of answer, a small body that unpacks to 40 MB", async () => {
    const fat = (body: object, bytes: number) => raw(JSON.stringify({ ...body, padding: "x".repeat(bytes) }));
    const config = await serve(fat(REPORT, 2 * 1024 * 1024));
    expect(await errorOf(config.client.config(null, never))).toMatchObject({ code: "too-large", retryable: false });
    const answer = await serve(fat(ANSWER, 9 * 1024 * 1024));
    expect(await errorOf(answer.client.answer(ASKED, never))).toMatchObject({ code: "too-large" });
    const bomb = await serve(raw(gzipSync(Buffer.alloc(40 * 1024 * 1024, " ")), { "content-encoding": "gzip" }));
    expect(await errorOf(bomb.client.answer(ASKED, never))).toMatchObject({ code: "too-large" });
  });

  it("may be 2 MB of an answer", async () => {
    const { client } = await serve(raw(JSON.stringify({ ...ANSWER, padding: "x".repeat(2 * 1024 * 1024) })));
    expect((await client.answer(ASKED, never)).answer).toBe(ANSWER.answer);
  });
});

describe("a field that is wrong", () => {
  it.each([
    ["answer", 7],
    ["snapshot.0.score", "high"],
    ["snapshot.0.rank", 0],
    ["context.0.tokens", -1],
    ["citations", null],
    ["candidates.before_clamp", 1.5],
    ["timings.total_ms", -1],
    ["prompt_audit.temperature", "0"],
    ["prompt_audit.seed", "42"],
    ["prompt_audit.prompt_sha256", "md5"],
    ["cache", "HIT"],
    ["config_hash", "A".repeat(64)],
  ])("is named: %s", async (path, value) => {
    const { client } = await serve(json(withField(ANSWER, path.split("."), value)));
    const error = await errorOf(client.answer(ASKED, never));
    expect(error).toMatchObject({ code: "bad-shape", retryable: false });
    expect(error.message).toContain(`\`${path.replace(/\.(\d+)/g, "[$1]")}\``);
  });

  it.each([
    ["config", []],
    ["config_hash", "latest"],
    ["variables", "AWS_REGION"],
    ["models.generation", "reader-1"],
    ["source.commit", ""],
  ])("of the configuration is named: %s", async (path, value) => {
    const { client } = await serve(json(withField(REPORT, path.split("."), value)));
    expect((await errorOf(client.config(null, never))).message).toContain(`\`${path}\``);
  });

  it.each([
    ["U+0000 in a text", { ...ANSWER, answer: "a\0b" }, /`answer` contains the character U\+0000/],
    ["half a surrogate pair", { ...ANSWER, trace_id: "\ud83d" }, /`trace_id` contains half of a surrogate pair/],
    ["a key with U+0000 deep in an unknown field", { ...ANSWER, more: [{ "a\0": 1 }] }, /`more\[0\]` has a key/],
    ["an array for a body", [ANSWER], /the body is wrong/],
  ])("is named also where it could not be stored: %s", async (_what, body, expected) => {
    const { client } = await serve(json(body));
    expect((await errorOf(client.answer(ASKED, never))).message).toMatch(expected);
  });

  it("nested 100,000 deep is refused, and the process lives", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const { client } = await serve(raw(`{"answer": "x", "more": ${deep}}`));
    expect(await errorOf(client.answer(ASKED, never))).toMatchObject({ code: "bad-shape" });
  });
});

describe("a status that is not 200", () => {
  it.each([
    [400, { error: "query: is empty" }, false, /answered 400: query: is empty\.$/],
    [404, "no JSON", false, /answered 404\.$/],
    [500, { error: 7 }, true, /answered 500\.$/],
    [503, { error: "the reader is throttled." }, true, /answered 503: the reader is throttled\.$/],
    [502, { error: "x".repeat(5000) }, true, /answered 502: x{200}\.$/],
  ])("%i is told with the service's own words where it has some", async (status, body, retryable, expected) => {
    const { client } = await serve(json(body, status));
    const error = await errorOf(client.answer(ASKED, never));
    expect(error).toMatchObject({ code: "http-status", status, retryable });
    expect(error.message).toMatch(expected);
  });

  it("429 carries how long to wait", async () => {
    const { client } = await serve(json({}, 429, { "retry-after": "7" }));
    expect(await errorOf(client.answer(ASKED, never))).toMatchObject({ retryable: true, retryAfterMs: 7000 });
  });

  it.each([401, 403])("%i says whether a token was sent, and never which", async (status) => {
    const bare = await serve(json({ error: `no ${TOKEN}` }, status));
    expect(await errorOf(bare.client.config(null, never))).toMatchObject({ code: "denied", retryable: false });
    const { client } = await serve(json({ error: `no ${TOKEN}` }, status), { token: TOKEN });
    const error = await errorOf(client.config(null, never));
    expect(error.message).toMatch(/token is not accepted/);
    expect(error.message).not.toContain(TOKEN);
  });

  it("repeats no token and no connection string that the service lets slip", async () => {
    const said = `the caller ${TOKEN} could not open postgres://rag:hunter2@db/rag`;
    const { client } = await serve(json({ error: said }, 500), { token: TOKEN });
    const error = await errorOf(client.answer(ASKED, never));
    expect(error.message).not.toMatch(/hunter2|s3cret/);
  });

  it("as a redirect is not followed: the token stays where it belongs", async () => {
    let reached = false;
    const elsewhere = await serve(() => {
      reached = true;
    });
    const { client } = await serve(json({}, 307, { location: `${elsewhere.url}/answer` }), { token: TOKEN });
    expect((await errorOf(client.answer(ASKED, never))).message).toMatch(/307, a redirect/);
    expect(reached).toBe(false);
  });
});

describe("a connection that fails", () => {
  it("is unreachable when nobody listens, with the host alone in the message", async () => {
    const { server, url } = await serve(json(ANSWER));
    await new Promise((resolve) => server.close(resolve));
    const client = createRagService({ url: `${url}/private/path`, token: TOKEN, timeoutMs: 10_000 });
    const error = await errorOf(client.answer(ASKED, never));
    expect(error).toMatchObject({ code: "unreachable", retryable: true });
    expect(error.message).toContain(`${new URL(url).host} (POST /answer) could not be reached (ECONNREFUSED)`);
    expect(error.message).not.toMatch(/private|s3cret/);
  });

  it("is unreachable when it breaks in the middle of the body", async () => {
    const { client } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"answer": ', () => response.destroy());
    });
    expect(await errorOf(client.answer(ASKED, never))).toMatchObject({ code: "unreachable", retryable: true });
  });

  it.each([
    ["before the first byte", (_response: ServerResponse) => undefined],
    ["in the middle of the body", (response: ServerResponse) => response.writeHead(200).write('{"answer": ')],
  ])("that hangs %s is ended at its limit, and closed", async (_when, begin) => {
    const { client, server } = await serve(
      (request, response) => {
        request.resume();
        begin(response);
      },
      { timeoutMs: 50 },
    );
    expect(await errorOf(client.answer(ASKED, never))).toMatchObject({ code: "timeout", retryable: true });
    await expect.poll(() => connectionsOf(server), { timeout: 20_000 }).toBe(0);
  });

  it.each([
    ["before the first byte", (_response: ServerResponse) => undefined],
    ["in the middle of the body", (response: ServerResponse) => response.writeHead(200).write('{"answer": ')],
  ])("is really closed when the caller gives up %s", async (_when, begin) => {
    const [reached, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { client } = await serve((request, response) => {
      request.resume();
      begin(response);
      response.on("close", () => closed.resolve());
      reached.resolve();
    });
    const caller = new AbortController();
    const asked = errorOf(client.answer(ASKED, caller.signal));
    await reached.promise;
    caller.abort();
    expect(await asked).toMatchObject({ code: "cancelled", retryable: false });
    await closed.promise;
  });

  it("is never opened for a caller who has given up already", async () => {
    let reached = false;
    const { client } = await serve(() => {
      reached = true;
    });
    expect(await errorOf(client.config(null, AbortSignal.abort()))).toMatchObject({ code: "cancelled" });
    expect(reached).toBe(false);
  });
});
