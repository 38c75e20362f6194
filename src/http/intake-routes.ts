import type { IncomingMessage, ServerResponse } from "node:http";
import { createBearerCheck } from "#src/http/bearer";
import { createPressure, type PressureLimits } from "#src/http/pressure";
import { BodyRefused, readBody } from "#src/http/read-body";
import type { Routes } from "#src/http/routes";
import { toJournalError } from "#src/journal/database-errors";
import type { Log } from "#src/log";
import type { TakeEntries, Taken } from "#src/observations/intake";
import type { IntakeCounts } from "#src/observations/intake-counts";
import { NotOtlp, readSpans } from "#src/observations/otlp-spans";
import { readNdjson } from "#src/observations/read-ndjson";

/** A small process has this to spare; a database that can't be reached fills it within a second or two. */
const LIMITS: PressureLimits = { bytes: 32 * 1024 * 1024, requests: 256 };
/** Problems that a reply names; the others are counted. */
const MOST_NAMED = 100;
const RETRY_AFTER_S = { busy: "1", away: "5" } as const;

type Reply = { readonly status: number; readonly body: object; readonly headers?: Readonly<Record<string, string>> };

export type IntakeDeps = {
  /** By service. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly take: TakeEntries;
  readonly counts: IntakeCounts;
  readonly log: Log;
  readonly limits?: PressureLimits;
};

/** `POST /v1/observations` and `POST /v1/traces`, as docs/canary.md describes them. None where no service has a token. */
export function createIntakeRoutes({ tokens, take, counts, log, limits = LIMITS }: IntakeDeps): Routes {
  if (tokens.size === 0) return {};
  const serviceOf = createBearerCheck(tokens);
  const pressure = createPressure(limits);

  async function answer(request: IncomingMessage, work: Work): Promise<Reply> {
    const service = serviceOf(request.headers.authorization);
    if (service === null) {
      const headers = { "www-authenticate": 'Bearer realm="golive"' };
      return { status: 401, body: said("a bearer token is missing, or it is a wrong one"), headers };
    }
    const hold = pressure.enter();
    if (hold === null) return busy("too much is under way; come back in a moment");
    try {
      return await work(service, request, () => readBody(request, hold));
    } catch (error) {
      if (error instanceof BodyRefused && error.status === 429) return busy(error.message);
      if (error instanceof BodyRefused) return { status: error.status, body: said(error.message) };
      const failure = toJournalError(error);
      log.warn({ err: error, service }, "observations could not be stored");
      if (failure?.retryable === true) return away();
      return { status: 500, body: said("it could not be stored, and nothing of it was; the log says why") };
    } finally {
      hold.release();
    }
  }

  type Work = (service: string, request: IncomingMessage, body: () => Promise<Buffer>) => Promise<Reply>;
  const post = (work: Work): Routes[string] => ({
    method: "POST",
    handle: (request, response) =>
      void answer(request, work).then((reply) => {
        counts.answered(reply.status);
        send(response, reply);
      }),
  });
  return {
    "/v1/observations": post(async (service, _request, body) => {
      const taken = await take(service, "ndjson", readNdjson(await body()));
      return { status: isUseless(taken) ? 422 : 200, body: toldLines(taken) };
    }),
    "/v1/traces": post(async (service, request, body) => {
      const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
      if (type !== "application/json") throw new BodyRefused(415, "OTLP comes as application/json; no other is read");
      const bytes = await body();
      try {
        return { status: 200, body: toldSpans(await take(service, "otlp", readSpans(bytes))) };
      } catch (error) {
        if (error instanceof NotOtlp) return { status: 400, body: said(error.message) };
        throw error;
      }
    }),
  };
}

const said = (message: string): object => ({ message });
const busy = (message: string): Reply => ({
  status: 429,
  body: said(message),
  headers: { "retry-after": RETRY_AFTER_S.busy },
});
const away = (): Reply => ({
  status: 503,
  body: said("the database can't be reached; nothing was stored, send it again"),
  headers: { "retry-after": RETRY_AFTER_S.away },
});

/** There were lines, and none could be used: whoever sends them should hear of it as a failure. */
const isUseless = ({ tally: { accepted, duplicate, refused } }: Taken): boolean =>
  refused > 0 && accepted + duplicate === 0;

function toldLines({ tally, problems }: Taken): object {
  const named = problems.slice(0, MOST_NAMED).map(({ place: line, kind, sentence }) => ({ line, kind, sentence }));
  return { ...tally, problems: named, problems_left_off: problems.length - named.length };
}

/** What OTLP answers. Spans that are no answers were passed over, which is no rejection. */
function toldSpans({ tally, problems }: Taken): object {
  if (problems.length === 0) return { partialSuccess: {} };
  const named = problems.slice(0, 10).map(({ place, sentence }) => `span ${place}: ${sentence}`);
  const rest = problems.length - named.length;
  const errorMessage = `${named.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
  return { partialSuccess: { rejectedSpans: String(tally.refused), errorMessage } };
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
