import type { z } from "zod";
import { formatPath } from "#src/config/problems";
import { REDACTED } from "#src/manifest/describe-dsn";
import { redactText } from "#src/manifest/secret-texts";
import { findUnstorable, parseJson, readBounded } from "#src/rag/read-bounded";
import { type AnswerRequest, answerSchema, type RagService, serviceReportSchema } from "#src/rag/service";
import { RagServiceError } from "#src/rag/service-error";
import type { Pair } from "#src/release/events";

const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_ERROR_BYTES = 16 * 1024;
/** Characters of the service's own words that an error repeats. */
const MAX_SAID = 200;

export type RagServiceOptions = {
  /** Where the service is; its paths are added to it. */
  readonly url: string;
  readonly token: string | null;
  /** Milliseconds for a whole answer. */
  readonly timeoutMs: number;
  readonly fetch?: typeof fetch;
};

type Call = {
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly body?: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
};

/** The RAG service over HTTP. Redirects are not followed: they would carry the token to another place. */
export function createRagService(options: RagServiceOptions): RagService {
  const base = options.url.replace(/\/+$/, "");
  const send = options.fetch ?? fetch;
  const host = new URL(base).host;

  async function ask<S extends z.ZodType>(call: Call, schema: S): Promise<z.infer<S>> {
    const who = `The RAG service at ${host} (${call.method} ${call.path.replace(/\?.*/s, "")})`;
    return shaped(parseJson(await receive(call, who), who), schema, who);
  }

  async function receive(call: Call, who: string): Promise<Uint8Array> {
    const limit = AbortSignal.timeout(options.timeoutMs);
    try {
      const response = await send(`${base}${call.path}`, {
        method: call.method,
        redirect: "manual",
        signal: AbortSignal.any([call.signal, limit]),
        headers: {
          accept: "application/json",
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
          ...(options.token === null ? {} : { authorization: `Bearer ${options.token}` }),
        },
        ...(call.body === undefined ? {} : { body: call.body }),
      });
      if (response.status !== 200) throw await refused(response, who, options.token);
      return await readBounded(response, call.maxBytes, who);
    } catch (error) {
      throw toServiceError(error, { who, cancelled: call.signal.aborted, late: limit.aborted, ms: options.timeoutMs });
    }
  }

  return {
    config: (pair, signal) =>
      ask({ path: `/config${queryOf(pair)}`, method: "GET", maxBytes: MAX_CONFIG_BYTES, signal }, serviceReportSchema),
    answer: (request, signal) =>
      ask({ path: "/answer", method: "POST", body: bodyOf(request), maxBytes: MAX_ANSWER_BYTES, signal }, answerSchema),
  };
}

function queryOf(pair: Pair | null): string {
  return pair === null ? "" : `?${new URLSearchParams({ run_id: pair.run, config_version: pair.config })}`;
}

function bodyOf({ pair, ...rest }: AnswerRequest): string {
  return JSON.stringify({ ...rest, ...(pair === null ? {} : { run_id: pair.run, config_version: pair.config }) });
}

function shaped<S extends z.ZodType>(value: unknown, schema: S, who: string): z.infer<S> {
  const bad = (path: string, why: string) =>
    new RagServiceError(
      "bad-shape",
      `${who} answered with JSON that docs/rag-service.md doesn't describe: ${path === "" ? "the body" : `\`${path}\``} ${why}.`,
    );
  const unstorable = findUnstorable(value);
  if (unstorable !== null) throw bad(unstorable.path, unstorable.why);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const path = (first?.path ?? []).map((part) => (typeof part === "symbol" ? String(part) : part));
  throw bad(formatPath(path), `is wrong (${first?.message ?? "no reason given"})`);
}

/** Another status than 200, with what the service says about it where that is JSON. */
async function refused(response: Response, who: string, token: string | null): Promise<RagServiceError> {
  const { status } = response;
  if (status === 401 || status === 403) {
    await response.body?.cancel();
    const hint = token === null ? "It wants a token: name its variable in `token_env`." : "Its token is not accepted.";
    return new RagServiceError("denied", `${who} answered ${status}. ${hint}`, { status });
  }
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    const text = `${who} answered ${status}, a redirect. Redirects are not followed: name the real address.`;
    return new RagServiceError("http-status", text, { status });
  }
  const said = await saysWhy(response, token);
  return new RagServiceError("http-status", `${who} answered ${status}${said === "" ? "" : `: ${said}`}.`, {
    status,
    retryAfterMs: retryAfter(response.headers.get("retry-after")),
  });
}

/** The `error` of a JSON body, cut and without secrets; empty when there is none. */
async function saysWhy(response: Response, token: string | null): Promise<string> {
  try {
    const value = parseJson(await readBounded(response, MAX_ERROR_BYTES, ""), "");
    if (typeof value !== "object" || value === null || !("error" in value)) return "";
    if (typeof value.error !== "string") return "";
    // The token first, and before anything is cut: a half of it would not be found any more.
    const withoutToken = token === null ? value.error : value.error.replaceAll(token, REDACTED);
    return redactText(withoutToken)
      .slice(0, MAX_SAID)
      .replace(/[.\s]+$/, "");
  } catch (error) {
    if (error instanceof RagServiceError) return "";
    throw error;
  }
}

function retryAfter(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}

function toServiceError(
  error: unknown,
  { who, cancelled, late, ms }: { who: string; cancelled: boolean; late: boolean; ms: number },
): RagServiceError {
  if (error instanceof RagServiceError) return error;
  if (cancelled) return new RagServiceError("cancelled", `${who} was not waited for: the request was cancelled.`);
  if (late) return new RagServiceError("timeout", `${who} gave no whole answer within ${ms / 1000} s.`);
  const reason = reasonOf(error);
  return new RagServiceError("unreachable", `${who} could not be reached${reason === "" ? "" : ` (${reason})`}.`, {
    cause: new Error(reason),
  });
}

/** `ECONNREFUSED` and the like. fetch's own message says only "fetch failed"; a text could hold parts of the request. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}
