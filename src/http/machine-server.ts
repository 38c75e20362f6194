import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Routes } from "#src/http/routes";

/** A port of its own for machines that ask how the process does, away from the one that Slack reaches. */
export interface MachineServer {
  /** Resolves with the port (a free one for 0), rejects when it is taken. */
  start(): Promise<number>;
  stop(): Promise<void>;
}

export function createMachineServer(options: {
  readonly host: string;
  readonly port: number;
  readonly routes: Routes;
}): MachineServer {
  const { host, port, routes } = options;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) response.writeHead(404).end();
    else if (route.method !== request.method) response.writeHead(405, { allow: route.method }).end();
    else route.handle(request, response);
  });
  return {
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          server.off("error", reject);
          resolve();
        });
      });
      const address: AddressInfo | string | null = server.address();
      return typeof address === "object" && address !== null ? address.port : port;
    },
    async stop() {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
