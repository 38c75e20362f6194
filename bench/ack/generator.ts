import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { type Load, loadSchema, NUMBER, type Shot, type Volley } from "./load.ts";

// A process of its own: it must not wait for anything that it measures.

const GIVE_UP_MS = 10_000;
/** Time to sign everything beforehand: nothing but sending happens between the first and the last request. */
const LEAD_MS = 200;

type Prepared = { readonly id: string; readonly body: Buffer; readonly headers: Record<string, string> };

const clock = (): number => performance.timeOrigin + performance.now();

function prepare({ bodies, count, name, signingSecret }: Load): Prepared[] {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return Array.from({ length: count }, (_, index) => {
    const id = `${name}x${index}`;
    const text = (bodies[index % bodies.length] ?? "").replaceAll(NUMBER, id);
    const signature = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${text}`).digest("hex");
    const body = Buffer.from(text);
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(body.length),
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${signature}`,
    };
    return { id, body, headers };
  });
}

function send(url: string, agent: Agent, { id, body, headers }: Prepared, due: number): Promise<Shot> {
  const { promise, resolve } = Promise.withResolvers<Shot>();
  const sent = clock();
  const done = (status: number | null) => resolve({ id, due, sent, acked: clock(), status });
  const outgoing = request(url, { method: "POST", agent, headers, timeout: GIVE_UP_MS }, (response) => {
    response.resume();
    response.once("end", () => done(response.statusCode ?? null));
  });
  outgoing.once("timeout", () => outgoing.destroy());
  outgoing.once("error", () => done(null));
  outgoing.end(body);
  return promise;
}

async function fire(load: Load): Promise<Volley> {
  const prepared = prepare(load);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const { promise: allSent, resolve } = Promise.withResolvers<void>();
  const shots: Promise<Shot>[] = [];
  const began = clock() + LEAD_MS;
  const dueOf = (index: number): number => began + (index * 1000) / load.rate;
  const next = (): void => {
    for (let one = prepared[shots.length]; one !== undefined; one = prepared[shots.length]) {
      const due = dueOf(shots.length);
      const wait = due - clock();
      if (wait > 0) {
        setTimeout(next, wait);
        return;
      }
      shots.push(send(load.url, agent, one, due));
    }
    resolve();
  };
  next();
  await allSent;
  const volley = { shots: await Promise.all(shots) };
  agent.destroy();
  return volley;
}

process.on("message", (message) => {
  fire(loadSchema.parse(message)).then(
    (volley) => process.send?.(volley),
    (error: unknown) => {
      console.error("the load generator failed:", error);
      process.exit(1);
    },
  );
});
