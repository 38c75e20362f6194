import { signatureHeaders } from "#sandbox/slack/delivery/signing";
import {
  type Ack,
  type Attempt,
  attemptOf,
  type Delivery,
  type Retry,
  type Transport,
} from "#sandbox/slack/delivery/transport";
import type { DeliveryFault } from "#sandbox/slack/faults";
import type { Json } from "#sandbox/slack/model";

type SignedRequest = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

export type HttpTransport = Transport & {
  /** Sends the last signed request again, byte for byte. Null: nothing was sent yet. */
  replayLast(): Promise<number | null>;
  /** Slack's check of a request URL: true when the app echoed the challenge. */
  verifyUrl(): Promise<boolean>;
};

/**
 * Signed requests to the app's request URL.
 *
 * @param deps.requestUrl null while the app has none: every delivery then fails
 * @param deps.ackMs how long the app may take
 */
export function createHttpTransport(deps: {
  requestUrl: () => string | null;
  signingSecret: string;
  ackMs: number;
  record: (attempt: Omit<Attempt, "at">) => void;
}): HttpTransport {
  let last: SignedRequest | null = null;

  const post = async ({ body, headers }: SignedRequest): Promise<Ack> => {
    const url = deps.requestUrl();
    if (url === null) return { acked: false, failure: "dispatch_failed", status: null, mayRetry: true };
    try {
      const response = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(deps.ackMs) });
      const text = await response.text();
      if (response.status === 200) return { acked: true, body: answerOf(text, response.headers.get("content-type")) };
      const mayRetry = response.headers.get("x-slack-no-retry") !== "1";
      return { acked: false, failure: "dispatch_failed", status: response.status, mayRetry };
    } catch (cause) {
      const timedOut = cause instanceof DOMException && cause.name === "TimeoutError";
      const failure = timedOut ? "operation_timeout" : "dispatch_failed";
      return { acked: false, failure, status: null, mayRetry: true };
    }
  };

  return {
    send: async (delivery, fault, retry) => {
      const request = sign(delivery, deps.signingSecret, fault, retry);
      last = request;
      // Signed a second apart, as a redelivery is: the very same bytes would be a replay.
      const earlier = { kind: "misdated", byMs: -1_000 } as const;
      const twin = fault?.kind === "duplicate" ? post(sign(delivery, deps.signingSecret, earlier, retry)) : null;
      const ack = await post(request);
      deps.record(attemptOf(delivery.kind, ack, fault, retry));
      if (twin) deps.record(attemptOf(delivery.kind, await twin, fault, retry));
      if (fault?.kind === "replayed") deps.record(attemptOf("replay", await post(request), fault, retry));
      return ack;
    },
    replayLast: async () => {
      if (!last) return null;
      const ack = await post(last);
      deps.record(attemptOf("replay", ack, null, undefined));
      return ack.acked ? 200 : ack.status;
    },
    verifyUrl: async () => {
      const challenge = crypto.randomUUID();
      const payload = { type: "url_verification", token: "sandbox", challenge };
      const ack = await post(sign({ kind: "event", payload }, deps.signingSecret, null, undefined));
      if (!ack.acked) return false;
      return JSON.stringify(ack.body) === JSON.stringify({ challenge }) || ack.body === challenge;
    },
    stop: async () => {},
  };
}

function sign(
  { kind, payload }: Delivery,
  secret: string,
  fault: DeliveryFault | null,
  retry: Retry | undefined,
): SignedRequest {
  const body = encode({ kind, payload });
  return {
    body,
    headers: {
      // Exactly so: with a charset behind it the app takes the body for JSON.
      "content-type": kind === "event" ? "application/json" : "application/x-www-form-urlencoded",
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      ...signatureHeaders(secret, body, fault),
      ...(retry ? { "x-slack-retry-num": String(retry.attempt), "x-slack-retry-reason": retry.reason } : {}),
    },
  };
}

function encode({ kind, payload }: Delivery): string {
  if (kind === "event") return JSON.stringify(payload);
  if (kind === "interaction") return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(payload)) form.set(name, String(value));
  return form.toString();
}

function answerOf(text: string, contentType: string | null): Json {
  if (text === "") return null;
  if (!contentType?.startsWith("application/json")) return text;
  try {
    const parsed: Json = JSON.parse(text);
    return parsed;
  } catch {
    return text;
  }
}
