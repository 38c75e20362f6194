import { SlackError, toSlackError } from "#src/slack/slack-error";

const TIMEOUT_MS = 10_000;
const METHOD = "the upload address";

/** Puts a file's bytes where Slack said to. Throws `SlackError`. */
export async function sendBytes(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  let answer: Response;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    answer = await fetch(url, { method: "POST", body: bytes, signal, redirect: "error" });
  } catch (error) {
    throw toSlackError(METHOD, error);
  }
  await answer.body?.cancel();
  // An address that ran out or was used up is no refusal of files: the next try asks for another.
  if (!answer.ok) throw new SlackError(METHOD, `HTTP ${answer.status}`, { kind: "unsent" }, undefined);
}

/** An upload that nobody was shown: what failed may or may not have been carried out, and neither leaves a trace. */
export function neverShared(error: unknown): unknown {
  if (!(error instanceof SlackError) || error.failure.kind !== "ambiguous") return error;
  return new SlackError(error.method, error.code, { kind: "unsent" }, error);
}
