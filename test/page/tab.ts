import { request } from "node:http";

export type Tab = {
  /** The newest markup of each fragment. */
  readonly shown: Readonly<Record<string, string>>;
  /** Names of the fragments of each event so far. */
  readonly events: readonly (readonly string[])[];
  /** Resolves when the page looks like this; rejects after two seconds with what it looked like instead. */
  until(holds: (shown: Readonly<Record<string, string>>) => boolean): Promise<void>;
  close(): void;
};

/** What a browser tab would see: the event stream, read. */
export async function openTab(url: string, query: string): Promise<Tab> {
  const shown: Record<string, string> = {};
  const events: string[][] = [];
  const waiting = new Set<() => void>();
  const abort = new AbortController();
  const response = await fetch(`${url}events?${query}`, { signal: abort.signal });
  const read = async () => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data === undefined) continue;
        const fragments: Record<string, string> = JSON.parse(data);
        Object.assign(shown, fragments);
        events.push(Object.keys(fragments));
        for (const look of waiting) look();
      }
    }
  };
  read().catch(() => {});
  return {
    shown,
    events,
    until: (holds) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!holds(shown)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(
          () => reject(new Error(`The page never looked so:\n${JSON.stringify(shown, null, 1)}`)),
          2000,
        );
        waiting.add(look);
        look();
      }),
    close: () => abort.abort(),
  };
}

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

/** A request with any headers, the ones that `fetch` forbids included. */
export function ask(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const target = new URL(path, url);
  return new Promise((resolve, reject) => {
    const sent = request(target, { method: options.method ?? "GET", headers: options.headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on("error", reject);
    sent.end(options.body);
  });
}

/** What the page's own script sends. */
export const act = (url: string, deed: unknown): Promise<Answer> =>
  ask(url, "/do", {
    method: "POST",
    headers: { origin: url.slice(0, -1), "content-type": "application/json" },
    body: JSON.stringify(deed),
  });
