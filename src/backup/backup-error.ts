/**
 * A backup that can't be trusted or couldn't be made. The message says what that means; `kind` is which defect it is, the
 * same for the next backup with the same defect.
 */
export class BackupError extends Error {
  override readonly name = "BackupError";
  readonly kind: string;

  constructor(kind: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
  }
}
