import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Where the product's private answers arrive: stands in for Slack's response URLs, and notes when each came. */
export type Answers = {
  /** Ends in a slash; the request's id follows. */
  readonly url: string;
  /** Request id → when its answer came, epoch milliseconds. */
  readonly at: ReadonlyMap<string, number>;
  /** Requests whose answer says that something of ours broke: it quotes an id under which the log has it. */
  readonly broken: ReadonlySet<string>;
  /** Resolves with the number that is still missing: 0, or more when none came for `patienceMs`. */
  waitFor(ids: readonly string[], patienceMs: number): Promise<number>;
  close(): Promise<void>;
};

const FAILURE = /Quote [0-9a-f]{8} when you report it/;

export async function collectAnswers(): Promise<Answers> {
  const at = new Map<string, number>();
  const broken = new Set<string>();
  const server = createServer((request, response) => {
    const id = request.url?.slice(1) ?? "";
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.once("end", () => {
      at.set(id, performance.timeOrigin + performance.now());
      if (FAILURE.test(text)) broken.add(id);
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the answers' server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    at,
    broken,
    async waitFor(ids, patienceMs) {
      const missing = () => ids.filter((id) => !at.has(id)).length;
      let left = missing();
      for (let last = performance.now(); left > 0 && performance.now() - last < patienceMs; ) {
        await sleep(50);
        const now = missing();
        if (now < left) last = performance.now();
        left = now;
      }
      return left;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
