import type { IncomingMessage } from "node:http";
import { createGunzip } from "node:zlib";
import type { Hold } from "#src/http/pressure";

/** Bytes of a body, as it is sent and after it was inflated. */
export const MOST_BODY = 5 * 1024 * 1024;
/** Who sends more slowly than this holds a place that others need. */
const MOST_MS = 30_000;

/** Why a body wasn't read, by the status that says so. */
export class BodyRefused extends Error {
  override readonly name = "BodyRefused";
  readonly status: 400 | 408 | 413 | 415 | 429;
  constructor(status: BodyRefused["status"], message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The body, inflated where it came as gzip. Rejects with `BodyRefused` as soon as it is too large: no more than `MOST_BODY` is ever inflated or
 * held, whatever a bomb would come to. What the sender still has to say after that is thrown away by the server.
 */
export async function readBody(request: IncomingMessage, hold: Hold): Promise<Buffer> {
  const encoding = (request.headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding !== "identity" && encoding !== "gzip") {
    throw new BodyRefused(415, `content-encoding ${encoding} is not known; gzip or none`);
  }
  if (Number(request.headers["content-length"] ?? 0) > MOST_BODY) throw tooLarge();
  const done = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let [sent, held] = [0, 0];
  const keep = (chunk: Buffer): void => {
    held += chunk.length;
    if (held > MOST_BODY) done.reject(tooLarge());
    else if (!hold.grow(chunk.length))
      done.reject(new BodyRefused(429, "too much is under way; come back in a moment"));
    else chunks.push(chunk);
  };
  const gunzip = encoding === "gzip" ? createGunzip() : null;
  const onData = (chunk: Buffer): void => {
    sent += chunk.length;
    if (sent > MOST_BODY) done.reject(tooLarge());
    else if (gunzip === null) keep(chunk);
    else if (!gunzip.write(chunk)) {
      request.pause();
      gunzip.once("drain", () => request.resume());
    }
  };
  const onEnd = (): void => {
    if (gunzip === null) done.resolve(Buffer.concat(chunks, held));
    else gunzip.end();
  };
  // A request that is complete closes, too, maybe before all of it is inflated.
  const onClose = (): void => {
    if (!request.complete) done.reject(new BodyRefused(400, "the request broke off"));
  };
  gunzip?.on("data", keep);
  gunzip?.once("end", () => done.resolve(Buffer.concat(chunks, held)));
  gunzip?.on("error", () => done.reject(new BodyRefused(400, "the body is no gzip, or only a part of it")));
  request.on("data", onData).once("end", onEnd).once("close", onClose).once("error", onClose);
  const timer = setTimeout(() => done.reject(new BodyRefused(408, "the body took too long")), MOST_MS);
  try {
    return await done.promise;
  } finally {
    clearTimeout(timer);
    request.off("data", onData).off("end", onEnd).off("close", onClose);
    gunzip?.removeAllListeners("data").destroy();
    request.resume();
  }
}

const tooLarge = (): BodyRefused =>
  new BodyRefused(413, `the body is larger than ${MOST_BODY} bytes, inflated; send smaller batches`);
