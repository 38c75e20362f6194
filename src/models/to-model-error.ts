import { ModelError, type ModelErrorCode } from "#src/models/model-error";

/** Exceptions of Bedrock and of AWS's front door, by the name they have on the wire. */
const CODES: Readonly<Record<string, ModelErrorCode>> = {
  ThrottlingException: "throttled",
  TooManyRequestsException: "throttled",
  ServiceQuotaExceededException: "throttled",
  ModelTimeoutException: "timeout",
  ModelNotReadyException: "unavailable",
  ModelErrorException: "unavailable",
  ModelStreamErrorException: "unavailable",
  InternalServerException: "unavailable",
  ServiceUnavailableException: "unavailable",
  ResourceNotFoundException: "unknown-model",
  ValidationException: "invalid-request",
  AccessDeniedException: "denied",
  UnrecognizedClientException: "denied",
  InvalidSignatureException: "denied",
  ExpiredTokenException: "denied",
  CredentialsProviderError: "denied",
};

/** Bedrock says that an id is wrong with the same exception as any other wrong request: only the words differ. */
const WRONG_ID = /model identifier is invalid|model ID .* isn.t supported|on-demand throughput isn.t supported/i;

const SAYS: Partial<Record<ModelErrorCode, (model: string) => string>> = {
  throttled: (model) =>
    `Bedrock throttles ${model}: its quota is used up. Wait, lower models.limits.per_second, or ask AWS for more`,
  timeout: (model) => `Bedrock gave up on ${model} before it had answered`,
  unavailable: (model) => `Bedrock could not be reached or failed while it answered for ${model}`,
  "unknown-model": (model) =>
    `Bedrock has no model ${model} that can be asked like this in this region. Check the id, the region, and whether it needs an inference profile`,
  denied: (model) =>
    `Bedrock refused access to ${model}. Check the credentials, their rights (bedrock:InvokeModel*, bedrock:Get*), and that the model is enabled for the account`,
  "invalid-request": (model) => `Bedrock refused the request to ${model} as wrong`,
  truncated: (model) => `The answer of ${model} broke off`,
};

/**
 * Turns what the SDK threw into a `ModelError`. `begun`: a part of the answer had arrived. What the provider says about a wrong
 * request may quote the request: everything between quotation marks is left out, and only text goes into the cause.
 */
export function toModelError(error: unknown, model: string, begun: boolean): ModelError {
  if (error instanceof ModelError) return error;
  const name = error instanceof Error ? error.name : "Error";
  const said = withoutQuotes(error instanceof Error ? error.message : String(error));
  const code = codeOf(error, name, said, begun);
  const cause = new Error(said);
  cause.name = name;
  const sentence = SAYS[code]?.(model) ?? `The call of ${model} failed`;
  return new ModelError(code, `${sentence}: ${name}${said === "" ? "" : `, ${said}`}`, {
    cause,
    retryAfterMs: retryAfterOf(error),
  });
}

function codeOf(error: unknown, name: string, said: string, begun: boolean): ModelErrorCode {
  const known = Object.hasOwn(CODES, name) ? CODES[name] : undefined;
  if (known === "invalid-request" && WRONG_ID.test(said)) return "unknown-model";
  if (known !== undefined) return known;
  const status = numberAt(error, "$metadata", "httpStatusCode");
  if (status === 429) return "throttled";
  if (status === 401 || status === 403) return "denied";
  if (status !== null && status >= 500) return "unavailable";
  // The head of a good answer had come, so it is the body that broke.
  return begun || status === 200 ? "truncated" : "unavailable";
}

const LONGEST = 300;

const SDK_HINT = /\s*Deserialization error: to see the raw response.*$/s;

const withoutQuotes = (text: string): string =>
  text
    .replace(SDK_HINT, "")
    .replace(/(['"`]).*\1/s, "'…'")
    .replaceAll(/\s+/g, " ")
    .slice(0, LONGEST)
    .trim();

/** The Retry-After header in milliseconds; Bedrock sends seconds. */
function retryAfterOf(error: unknown): number | null {
  const headers = at(at(error, "$response"), "headers");
  const value = at(headers, "retry-after");
  if (typeof value !== "string" || !/^\d{1,6}(\.\d+)?$/.test(value)) return null;
  return Number(value) * 1000;
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function numberAt(value: unknown, ...keys: readonly string[]): number | null {
  const found = keys.reduce<unknown>(at, value);
  return typeof found === "number" ? found : null;
}
