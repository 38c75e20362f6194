import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { AwsError } from "#sandbox/bedrock/aws-error";
import type { Tracked } from "#sandbox/bedrock/request-log";

/** One request and its answer, which the log follows to its end. */
export type Exchange = {
  readonly tracked: Tracked;
  /** Aborted when the client closes the connection. */
  readonly gone: AbortSignal;
  body(): Promise<string>;
  wait(ms: number): Promise<void>;
  json(body: object): void;
  /** Half of a JSON answer, then a broken connection. */
  halfJson(body: object): void;
  html(status: number): void;
  refuse(error: AwsError): void;
  /** The head of an answer that comes in pieces. */
  begin(contentType: string, headers?: Readonly<Record<string, string>>): void;
  write(piece: Uint8Array | string): void;
  end(): void;
  /** Breaks the connection. */
  cut(): void;
};

const MAX_BODY = 20 * 1024 * 1024;

export function createExchange(request: IncomingMessage, response: ServerResponse, tracked: Tracked): Exchange {
  const gone = new AbortController();
  let answered = false;
  response.on("close", () => {
    if (answered) return;
    tracked.end(true);
    gone.abort();
  });
  const head = (status: number, contentType: string, headers: Readonly<Record<string, string>> = {}) => {
    tracked.firstByte(status);
    response.writeHead(status, { "content-type": contentType, "x-amzn-requestid": randomUUID(), ...headers });
  };
  // Noted before the last byte leaves: the client may send its next request before this process hears that it did.
  const finish = (last?: string) => {
    answered = true;
    tracked.end(false);
    response.end(last);
  };

  const cut = () => {
    answered = true;
    tracked.end(false);
    response.destroy();
  };
  const sized = (text: string) => ({ "content-length": `${Buffer.byteLength(text)}` });

  return {
    tracked,
    gone: gone.signal,
    body: async () => {
      let size = 0;
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        const bytes = Buffer.from(chunk);
        size += bytes.length;
        if (size > MAX_BODY) throw new Error("A request of more than 20 MB.");
        chunks.push(bytes);
      }
      return Buffer.concat(chunks).toString("utf8");
    },
    wait: async (ms) => {
      if (ms > 0) await wait(ms, undefined, { signal: gone.signal });
    },
    json: (body) => {
      const text = JSON.stringify(body);
      head(200, "application/json", sized(text));
      finish(text);
    },
    halfJson: (body) => {
      const text = JSON.stringify(body);
      head(200, "application/json", sized(text));
      response.write(text.slice(0, text.length / 2));
      // The half leaves before the connection breaks.
      setImmediate(cut);
    },
    html: (status) => {
      head(status, "text/html");
      finish("<!doctype html><title>Gateway</title><h1>Please come back later</h1>");
    },
    refuse: (error) => {
      const retryAfter = error.retryAfterSeconds;
      head(error.status, "application/json", {
        "x-amzn-errortype": error.type,
        ...(retryAfter === null ? {} : { "retry-after": `${retryAfter}` }),
      });
      finish(JSON.stringify({ message: error.message }));
    },
    begin: (contentType, headers) => head(200, contentType, headers),
    write: (piece) => void response.write(piece),
    end: () => finish(),
    cut,
  };
}
