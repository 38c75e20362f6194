/** Exceptions of the runtime and the control plane, with the status that each has on the wire. */
const STATUS = {
  ValidationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ModelTimeoutException: 408,
  ModelErrorException: 424,
  ThrottlingException: 429,
  InternalServerException: 500,
  ServiceUnavailableException: 503,
} as const;

export type AwsErrorType = keyof typeof STATUS;
export const AWS_ERROR_TYPES = [
  "ValidationException",
  "AccessDeniedException",
  "ResourceNotFoundException",
  "ModelTimeoutException",
  "ModelErrorException",
  "ThrottlingException",
  "InternalServerException",
  "ServiceUnavailableException",
] as const satisfies readonly AwsErrorType[];

/** An answer that is one of Bedrock's exceptions: the type travels in a header, the message in a JSON body. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly type: AwsErrorType;
  readonly status: number;
  readonly retryAfterSeconds: number | null;

  constructor(type: AwsErrorType, message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.type = type;
    this.status = STATUS[type];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** As Bedrock says it; a wrong id is a validation error there, not a missing resource. */
export const unknownModel = () => new AwsError("ValidationException", "The provided model identifier is invalid.");
