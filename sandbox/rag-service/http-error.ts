/** A request that is answered with an error. The message is for the caller: it is sent as `{"error": …}`. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, message: string, options: { readonly retryAfterSeconds?: number } = {}) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}
