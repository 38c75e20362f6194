import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createTcpServer, type Socket } from "node:net";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export type TwoVersionServer = {
  /** Resolves with the port. */
  listen(port: number): Promise<number>;
  stop(): Promise<void>;
};

/** What each HTTP/2 connection begins with. */
const PREFACE = "PRI * HTTP/2.0";

/**
 * HTTP/1.1 and HTTP/2 on one loopback port, without TLS: the SDK's runtime client speaks HTTP/2 unless told otherwise, its
 * control-plane client HTTP/1.1. The first bytes tell which.
 */
export function createTwoVersionServer(answer: Answer): TwoVersionServer {
  const first = createServer(answer);
  const second = createHttp2Server();
  // The compatibility layer's request and response have the methods of HTTP/1's that are used here.
  second.on("request", answer);
  const sockets = new Set<Socket>();
  const tcp = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.once("data", (head) => {
      socket.pause();
      socket.unshift(head);
      const version = head.toString("latin1").startsWith(PREFACE) ? second : first;
      version.emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        tcp.once("error", reject);
        tcp.listen(port, "127.0.0.1", () => {
          const address = tcp.address();
          resolve(address !== null && typeof address === "object" ? address.port : port);
        });
      }),
    stop: async () => {
      const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
      // Calls that hang on purpose still hold their connection.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
