import { type FetchFunction, WebClient } from "@slack/web-api";
import type { Log } from "#src/log";
import { toSlackError } from "#src/slack/slack-error";
import { createSlackLogger } from "#src/slack/slack-logger";

export type WebClientSettings = {
  readonly token: string;
  /** Ends in a slash, like `https://slack.com/api/`. */
  readonly apiUrl?: string;
  readonly timeoutMs?: number;
  readonly log: Log;
};

/** One call to the Web API. `args` are form fields; objects travel as JSON. Throws `SlackError`. */
export type SlackCall = (method: string, args: Record<string, unknown>) => Promise<Readonly<Record<string, unknown>>>;

const TIMEOUT_MS = 10_000;
const PAUSE_WITHOUT_WORD_S = 30;

/**
 * The client's own retries are off: they last half an hour without a timeout, and repeat a post whose answer got lost.
 * Who calls decides what to repeat.
 */
export function createSlackCall(settings: WebClientSettings): SlackCall {
  const client = new WebClient(settings.token, {
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: settings.apiUrl }),
    timeout: settings.timeoutMs ?? TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: createSlackLogger(settings.log),
    fetch: withRetryAfter,
  });
  return async (method, args) => {
    try {
      return { ...(await client.apiCall(method, args)) };
    } catch (error) {
      throw toSlackError(method, error);
    }
  };
}

/** A 429 without a readable Retry-After (a proxy's) would otherwise be an error without a type. */
const withRetryAfter: FetchFunction = async (url, init) => {
  const answer = await fetch(url, init);
  if (answer.status !== 429 || /^\d+$/.test(answer.headers.get("retry-after") ?? "")) return answer;
  const headers = new Headers(answer.headers);
  headers.set("retry-after", String(PAUSE_WITHOUT_WORD_S));
  return new Response(answer.body, { status: 429, headers });
};
