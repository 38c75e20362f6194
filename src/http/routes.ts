import type { IncomingMessage, ServerResponse } from "node:http";
import type { Scraped } from "#src/http/metrics";

/** What a machine may ask about this process, by path. */
export type Routes = Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>>;

/**
 * `GET /healthz`: 200 as long as the process lives. `GET /readyz`: 200 when `ready` resolves true, else 503. `GET /metrics`, when
 * there are any: 503 when they can't be read.
 */
export function createRoutes(options: {
  readonly ready: () => Promise<boolean>;
  readonly metrics: (() => Promise<Scraped>) | null;
}): Routes {
  const { ready, metrics } = options;
  return {
    "/healthz": (_, response) => say(response, true),
    "/readyz": (_, response) =>
      void ready().then(
        (good) => say(response, good),
        () => say(response, false),
      ),
    ...(metrics === null
      ? {}
      : {
          "/metrics": (_: IncomingMessage, response: ServerResponse) =>
            void metrics().then(
              ({ contentType, body }) => {
                response.writeHead(200, { "content-type": contentType, "cache-control": "no-store" });
                response.end(body);
              },
              () => say(response, false),
            ),
        }),
  };
}

function say(response: ServerResponse, good: boolean): void {
  response.writeHead(good ? 200 : 503, { "content-type": "text/plain", "cache-control": "no-store" });
  response.end(good ? "ok\n" : "not ready\n");
}
