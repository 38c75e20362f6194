import type { IncomingMessage, ServerResponse } from "node:http";
import type { Scraped } from "#src/http/metrics";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What a machine may ask of this process (GET) or bring to it (POST), by path. */
export type Routes = Readonly<Record<string, { readonly method: "GET" | "POST"; readonly handle: Handler }>>;

const get = (handle: Handler): Routes[string] => ({ method: "GET", handle });

/**
 * `GET /healthz`: 200 as long as the process lives. `GET /readyz`: 200 when `ready` resolves true, else 503. `GET /metrics`, when
 * there are any: 503 when they can't be read.
 */
export function createRoutes(options: {
  readonly ready: () => Promise<boolean>;
  readonly metrics: (() => Promise<Scraped>) | null;
  /** Where observations are brought; empty where no service takes them. */
  readonly intake?: Routes;
}): Routes {
  const { ready, metrics, intake = {} } = options;
  return {
    ...intake,
    "/healthz": get((_, response) => say(response, true)),
    "/readyz": get(
      (_, response) =>
        void ready().then(
          (good) => say(response, good),
          () => say(response, false),
        ),
    ),
    ...(metrics === null
      ? {}
      : {
          "/metrics": get(
            (_, response) =>
              void metrics().then(
                ({ contentType, body }) => {
                  response.writeHead(200, { "content-type": contentType, "cache-control": "no-store" });
                  response.end(body);
                },
                () => say(response, false),
              ),
          ),
        }),
  };
}

function say(response: ServerResponse, good: boolean): void {
  response.writeHead(good ? 200 : 503, { "content-type": "text/plain", "cache-control": "no-store" });
  response.end(good ? "ok\n" : "not ready\n");
}
