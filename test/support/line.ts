import { createServer, connect as dial, type Server, type Socket } from "node:net";

/** A connection string that leads through a wire which tests can cut. */
export type Line = {
  readonly url: string;
  /** Breaks every connection in the middle of whatever it was doing, and refuses new ones. */
  cut(): Promise<void>;
  /** Connections stay open and carry nothing any more: nobody is told that the other end is gone. */
  mute(): void;
  /** Lets connections through again, on the same port. */
  mend(): Promise<void>;
  close(): Promise<void>;
};

/** Puts a wire of our own between a process and a Postgres server. `target`: the connection string to lead to. */
export async function layLine(target: string): Promise<Line> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    // A cut shows on the other end; here it is nothing but the end of this socket.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const open = () =>
    createServer((near) => {
      const far = dial(Number(to.port), to.hostname);
      keep(near);
      keep(far);
      near.pipe(far).pipe(near);
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });

  let server: Server | null = open();
  const port = await listen(server, 0);
  const via = new URL(target);
  via.hostname = "127.0.0.1";
  via.port = String(port);

  const cut = async () => {
    const closing = server;
    server = null;
    if (closing === null) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: via.href,
    cut,
    mute() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async mend() {
      if (server !== null) return;
      const opened = open();
      await listen(opened, port);
      server = opened;
    },
    close: cut,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the line has no port");
  return address.port;
}
