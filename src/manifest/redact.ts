import type { Json } from "#src/manifest/canonical";

export const REDACTED = "[redacted]";

/** A key with one of these words hides whatever stands under it. */
const SECRET_WORDS = new Set([
  "password",
  "passwd",
  "pwd",
  "passphrase",
  "secret",
  "secrets",
  "credential",
  "credentials",
  "authorization",
  "auth",
  "bearer",
  "cookie",
  "apikey",
  "accesskey",
  "privatekey",
]);
/** A key that *ends* so hides texts and lists, but not numbers: `max_token`, `cache_key: 3` are settings. */
const SECRET_ENDINGS = new Set(["token", "key", "signature"]);

const SECRET_TEXT = [
  /\bxox[abeoprs]-[\w-]+/g,
  /\bxapp-[\w-]+/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bsk-[\w-]{16,}/g,
  /\bgh[opsu]_\w{20,}/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\bBearer\s+\S+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** `camelCase`, `snake_case` and `dash-case` as words in lower case. */
const wordsOf = (key: string): readonly string[] =>
  key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== "");

function hides(key: string, value: Json): boolean {
  if (value === null || typeof value === "boolean") return false;
  const words = wordsOf(key);
  if (words.some((word) => SECRET_WORDS.has(word))) return true;
  return typeof value !== "number" && SECRET_ENDINGS.has(words.at(-1) ?? "");
}

/**
 * A connection string as host and database only: no user, password, or parameters. For a text that is none, the place it
 * could not be read from is `[redacted]`, never the text.
 */
export function describeDsn(dsn: string): string {
  const url = /^[a-z][a-z0-9+.-]*:(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^@/\s]*@)?([^/?#\s@]*)(?:\/([^?#\s]*))?/i.exec(
    dsn.trim(),
  );
  if (url !== null) return `${url[1] || "localhost"}/${url[2] ?? ""}`;
  const word = (name: string): string | undefined => new RegExp(`(?:^|\\s)${name}\\s*=\\s*'?([^\\s']+)`).exec(dsn)?.[1];
  const host = word("host");
  const database = word("dbname");
  return host === undefined && database === undefined ? REDACTED : `${host ?? "localhost"}/${database ?? ""}`;
}

const DATABASE_URL =
  /\b(?:jdbc:)?(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle):\/\/[^\s"'<>]+/gi;
const URL_WITH_USER = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>/@]*@/gi;
const KEYWORD_DSN = /(?:\b\w+\s*=\s*'?[^\s']+'?\s+)*\bpassword\s*=\s*(?:'[^']*'|\S+)(?:\s+\w+\s*=\s*'?[^\s']+'?)*/gi;

function redactText(text: string): string {
  let safe = text.replace(DATABASE_URL, describeDsn).replace(KEYWORD_DSN, describeDsn).replace(URL_WITH_USER, "$1");
  for (const secret of SECRET_TEXT) safe = safe.replace(secret, REDACTED);
  return safe;
}

/**
 * A configuration without its secrets, at any depth: values under keys that name one, texts that look like one, connection
 * strings cut to host and database. Changing only a secret leaves the result as it was.
 */
export function redact(value: Json): Json {
  if (typeof value === "string") return redactText(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(redact);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, hides(key, entry) ? REDACTED : redact(entry)]),
  );
}
