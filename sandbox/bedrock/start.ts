import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "#sandbox/bedrock/aws-error";
import { createCatalogue, type SandboxModel } from "#sandbox/bedrock/catalogue";
import { type Controls, control } from "#sandbox/bedrock/control";
import { createExchange } from "#sandbox/bedrock/exchange";
import { createFaults, type Faults, seeded } from "#sandbox/bedrock/faults";
import { type Bedrock, handle } from "#sandbox/bedrock/handle";
import { createRequestLog, type RequestLog } from "#sandbox/bedrock/request-log";
import { routeOf } from "#sandbox/bedrock/route";
import { createTwoVersionServer } from "#sandbox/bedrock/two-version-server";

export type BedrockOptions = {
  /** 0 or left out: any free port. */
  readonly port?: number;
  readonly region?: string;
  /** Milliseconds from a request to its answer's first byte. 5 by default. */
  readonly latencyMs?: number;
  /** Further model ids, and which of the rules answers for them. */
  readonly models?: readonly SandboxModel[];
};

export type LocalBedrock = {
  /** `http://127.0.0.1:port`: what the SDK clients take as `endpoint`. */
  readonly url: string;
  readonly region: string;
  readonly faults: Faults;
  readonly log: RequestLog;
  setLatency(ms: number): void;
  stop(): Promise<void>;
};

/** Starts a local Bedrock, runtime and control plane on one port of the loopback interface. Any credentials will do. */
export async function startBedrock(options: BedrockOptions = {}): Promise<LocalBedrock> {
  const region = options.region ?? "eu-central-1";
  const log = createRequestLog();
  const faults = createFaults();
  let latencyMs = options.latencyMs ?? 5;
  const setLatency = (ms: number) => {
    latencyMs = ms;
  };
  const bedrock: Bedrock = {
    catalogue: createCatalogue(region, options.models),
    faults,
    latencyMs: () => latencyMs,
    chance: seeded(1),
  };
  const controls: Controls = { log, faults, setLatency };
  const server = createTwoVersionServer((request, response) => {
    answer(request, response, bedrock, controls).catch((cause: unknown) => {
      console.error("The local Bedrock failed to answer:", cause);
      response.destroy();
    });
  });
  const port = await server.listen(options.port ?? 0);
  return { url: `http://127.0.0.1:${port}`, region, faults, log, setLatency, stop: server.stop };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  bedrock: Bedrock,
  controls: Controls,
): Promise<void> {
  const [path = "/"] = (request.url ?? "/").split("?");
  if (path.startsWith("/__sandbox/")) return control(request, response, controls);
  const route = routeOf(request.method ?? "", path);
  const exchange = createExchange(request, response, controls.log.begin(route.operation, route.model));
  try {
    await handle(exchange, route, bedrock);
  } catch (error) {
    // Somebody who is gone needs no answer, whatever broke when they left.
    if (exchange.gone.aborted) return;
    if (!(error instanceof AwsError)) throw error;
    exchange.refuse(error);
  }
}
