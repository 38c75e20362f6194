import { subscribe } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import { performance } from "node:perf_hooks";
import { Client } from "pg";

/** Where a second goes. `own`: nobody is waited for. Of what is waited for at once the first of this order counts. */
export const PLACES = ["model", "service", "database", "budget", "own"] as const;
export type Place = (typeof PLACES)[number];
type Waited = Exclude<Place, "own">;

/** Milliseconds by place; they add up to the time between start and end. */
export type Spent = Readonly<Record<Place, number>> & {
  readonly wallMs: number;
  /** Processor time of this process, all threads: what does not grow with the load of the machine. */
  readonly cpuMs: number;
  /** What the event loop was busy with, waits or not: all of our own code, and the drivers'. */
  readonly busyMs: number;
};

/** Every moment of a process is in exactly one place. */
export type Seconds = {
  begin(place: Waited): () => void;
  start(): void;
  end(): Spent;
};

export function createSeconds(): Seconds {
  const open: Record<Waited, number> = { model: 0, service: 0, database: 0, budget: 0 };
  let spent: Record<Place, number> = { ...open, own: 0 };
  let last = performance.now();
  let began = last;
  let loop = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  const settle = (): void => {
    const now = performance.now();
    const place: Place = PLACES.find((each) => each !== "own" && open[each] > 0) ?? "own";
    spent[place] += now - last;
    last = now;
  };
  return {
    begin(place) {
      settle();
      open[place] += 1;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        settle();
        open[place] -= 1;
      };
    },
    start() {
      spent = { model: 0, service: 0, database: 0, budget: 0, own: 0 };
      began = last = performance.now();
      loop = performance.eventLoopUtilization();
      cpu = process.cpuUsage();
    },
    end() {
      settle();
      const { user, system } = process.cpuUsage(cpu);
      return {
        ...spent,
        wallMs: last - began,
        cpuMs: (user + system) / 1_000,
        busyMs: performance.eventLoopUtilization(loop).active,
      };
    },
  };
}

/** Everything that leaves this process is noted: requests of the AWS SDK, of fetch, and statements to any Postgres. */
export function watchTheWire(seconds: Seconds): void {
  const requests = new WeakMap<object, () => void>();
  const of = (message: unknown): object | null => {
    if (typeof message !== "object" || message === null || !("request" in message)) return null;
    return typeof message.request === "object" ? message.request : null;
  };
  subscribe("http.client.request.start", (message) => {
    const request = of(message);
    if (request !== null) requests.set(request, seconds.begin("model"));
  });
  subscribe("http.client.request.error", (message) => requests.get(of(message) ?? {})?.());
  subscribe("http.client.response.finish", (message) => {
    const request = of(message);
    const end = request === null ? undefined : requests.get(request);
    if (end === undefined || typeof message !== "object" || message === null || !("response" in message)) return;
    const { response } = message;
    // The body comes after the head: a streamed answer is waited for to its end.
    if (response instanceof EventEmitter) response.once("close", end);
    else end();
  });
  const { fetch: sent } = globalThis;
  globalThis.fetch = async (...args) => {
    const end = seconds.begin("service");
    try {
      return await sent(...args);
    } finally {
      end();
    }
  };
  const query = Client.prototype.query;
  Object.defineProperty(Client.prototype, "query", {
    configurable: true,
    writable: true,
    value(this: Client, ...args: readonly unknown[]) {
      const end = seconds.begin("database");
      const callback = args.at(-1);
      if (typeof callback === "function") {
        const told = (...said: readonly unknown[]): unknown => {
          end();
          return Reflect.apply(callback, undefined, said);
        };
        return Reflect.apply(query, this, [...args.slice(0, -1), told]);
      }
      const asked: unknown = Reflect.apply(query, this, args);
      if (asked instanceof Promise) asked.then(end, end);
      else end();
      return asked;
    },
  });
}
