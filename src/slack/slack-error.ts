import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";

/**
 * Why a call to Slack failed, as far as the next step depends on it.
 * `unsent`: certainly not carried out. `ambiguous`: may have been carried out (timeout, connection lost, 5xx).
 */
export type SlackFailure =
  | { readonly kind: "rate-limited"; readonly retryAfterMs: number }
  | { readonly kind: "gone" }
  | { readonly kind: "unreachable-channel"; readonly because: "channel-archived" | "bot-removed" }
  | { readonly kind: "unreachable-person" }
  | { readonly kind: "expired" }
  | { readonly kind: "refused" }
  | { readonly kind: "auth" }
  | { readonly kind: "not-found" }
  | { readonly kind: "ambiguous" }
  | { readonly kind: "unsent" };

const RETRYABLE: ReadonlySet<SlackFailure["kind"]> = new Set(["rate-limited", "ambiguous", "unsent"]);

/** The boundary's one error. `code` is Slack's error code, the HTTP status, or the network's code. */
export class SlackError extends Error {
  readonly method: string;
  readonly code: string;
  readonly failure: SlackFailure;
  readonly retryable: boolean;

  constructor(method: string, code: string, failure: SlackFailure, cause: unknown) {
    super(`Slack's ${method} failed: ${code}`, { cause });
    this.name = "SlackError";
    this.method = method;
    this.code = code;
    this.failure = failure;
    this.retryable = RETRYABLE.has(failure.kind);
  }
}

const CODES: Readonly<Record<string, SlackFailure>> = {
  message_not_found: { kind: "gone" },
  thread_not_found: { kind: "gone" },
  is_archived: { kind: "unreachable-channel", because: "channel-archived" },
  not_in_channel: { kind: "unreachable-channel", because: "bot-removed" },
  channel_not_found: { kind: "unreachable-channel", because: "bot-removed" },
  restricted_action: { kind: "unreachable-channel", because: "bot-removed" },
  cannot_dm_bot: { kind: "unreachable-person" },
  user_not_found: { kind: "unreachable-person" },
  users_not_found: { kind: "unreachable-person" },
  user_not_visible: { kind: "unreachable-person" },
  user_disabled: { kind: "unreachable-person" },
  account_inactive: { kind: "auth" },
  invalid_auth: { kind: "auth" },
  not_authed: { kind: "auth" },
  token_revoked: { kind: "auth" },
  token_expired: { kind: "auth" },
  missing_scope: { kind: "auth" },
  no_such_subteam: { kind: "not-found" },
  subteam_not_found: { kind: "not-found" },
  expired_trigger_id: { kind: "expired" },
  trigger_expired: { kind: "expired" },
  exchanged_trigger_id: { kind: "expired" },
  trigger_exchanged: { kind: "expired" },
  invalid_trigger_id: { kind: "expired" },
  invalid_trigger: { kind: "expired" },
  not_found: { kind: "gone" },
  hash_conflict: { kind: "gone" },
  ratelimited: { kind: "rate-limited", retryAfterMs: 30_000 },
  rate_limited: { kind: "rate-limited", retryAfterMs: 30_000 },
  message_limit_exceeded: { kind: "rate-limited", retryAfterMs: 60_000 },
  fatal_error: { kind: "ambiguous" },
  internal_error: { kind: "ambiguous" },
  service_unavailable: { kind: "ambiguous" },
  request_timeout: { kind: "ambiguous" },
};

/** Codes of a connection that never came about: nothing was sent. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Turns whatever the Web API client threw into a `SlackError`. */
export function toSlackError(method: string, error: unknown): SlackError {
  if (error instanceof SlackError) return error;
  if (error instanceof WebAPIRateLimitedError) {
    const retryAfterMs = Math.max(1, error.retryAfter) * 1000;
    return new SlackError(method, "ratelimited", { kind: "rate-limited", retryAfterMs }, error);
  }
  if (error instanceof WebAPIPlatformError) return fromCode(method, error.data.error, error);
  if (error instanceof WebAPIHTTPError) {
    const failure: SlackFailure = { kind: error.statusCode >= 500 ? "ambiguous" : "refused" };
    return new SlackError(method, `HTTP ${error.statusCode}`, failure, error);
  }
  const original = error instanceof WebAPIRequestError ? error.original : error;
  const code = networkCode(original);
  return new SlackError(method, code, { kind: NEVER_CONNECTED.has(code) ? "unsent" : "ambiguous" }, error);
}

function fromCode(method: string, code: unknown, cause: unknown): SlackError {
  // A proxy's page of HTML arrives here as the "error code" of an answer that nobody can read.
  if (typeof code !== "string" || !/^[a-z][a-z0-9_]{0,60}$/.test(code)) {
    return new SlackError(method, "unreadable answer", { kind: "ambiguous" }, cause);
  }
  return new SlackError(method, code, CODES[code] ?? { kind: "refused" }, cause);
}

function networkCode(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at.name === "TimeoutError" || at.name === "AbortError") return "timeout";
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return "connection lost";
}
