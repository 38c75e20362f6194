/** Slack did not say who somebody is, or what a channel is. Always retryable: nothing was decided. */
export class IdentityError extends Error {
  readonly code = "identity-unknown";
  readonly retryable = true;

  constructor(message: string, options: { cause: unknown }) {
    super(message, options);
    this.name = "IdentityError";
  }
}
