/** Why the sandbox's Postgres can't be had. `message` says what happened and what to do next. */
export class PostgresError extends Error {
  override readonly name = "PostgresError";
  readonly code:
    | "unsupported-platform"
    | "no-user"
    | "init-failed"
    | "start-failed"
    | "in-use"
    | "not-ours"
    | "not-superuser";

  constructor(code: PostgresError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
