import type { Json } from "#src/manifest/canonical";
import { REDACTED } from "#src/manifest/describe-dsn";
import { keyHides } from "#src/manifest/secret-keys";
import { redactText } from "#src/manifest/secret-texts";

/**
 * A configuration without its secrets, at any depth: values under keys that name one, texts that look like one, connection
 * strings cut to host and database. Changing only a secret leaves the result as it was.
 */
export function redact(value: Json): Json {
  if (typeof value === "string") return redactText(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(redact);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, keyHides(key, entry) ? REDACTED : redact(entry)]),
  );
}
