import type { Json } from "#src/manifest/canonical";

/** What hides a value: a secret for sure, or a word that may name a setting as well (`auth_mode`, `search_key`). */
export type Hides = "secret" | "maybe";

/** A key with one of these words, or its plural, hides whatever stands under it. */
const SECRET_WORDS = new Set([
  "password",
  "passwd",
  "pwd",
  "passphrase",
  "passcode",
  "secret",
  "credential",
  "authorization",
  "bearer",
  "jwt",
  "webhook",
]);
/** The same for words that are written together or apart, wherever in the key: `api_key_value`, `myprivatekeypem`. */
const SECRET_PARTS =
  /password|passwd|(?:api|access|private|secret|signing|encryption|account|shared|license)keys?|clientsecret/;

/** The same for words that name settings too. */
const SENSITIVE_WORDS = new Set(["auth", "cookie"]);
/** These hide texts, but not numbers: `tokens: 512` is a setting. */
const DOUBTFUL_WORDS = new Set(["token", "key", "signature", "sig", "salt"]);
/** A word beside a doubtful one that makes it a setting after all: `max_tokens`, `token_count`, `key_column`, `eos_token`. */
const HARMLESS_BESIDE = new Set(
  `max min count limit budget num number total per size length len window usage overlap rate
   stop special bos eos pad unk sep mask cls separator column name field type id ids
   primary foreign partition sort group order public metadata json cache`.split(/\s+/),
);

/** `camelCase`, `snake_case` and `dash-case` as words in lower case. */
const wordsOf = (key: string): readonly string[] =>
  key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== "");

const singular = (word: string): string => (word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word);

/** Whether the key says that what stands under it is a secret, or may be one. A null or a boolean never is. */
export function keyHides(key: string, value: Json): Hides | null {
  if (value === null || typeof value === "boolean") return null;
  const words = wordsOf(key).map(singular);
  if (words.some((word) => SECRET_WORDS.has(word)) || SECRET_PARTS.test(words.join(""))) return "secret";
  if (words.some((word) => SENSITIVE_WORDS.has(word))) return "maybe";
  if (!words.some((word) => DOUBTFUL_WORDS.has(word)) || words.some((word) => HARMLESS_BESIDE.has(word))) return null;
  return holdsText(value) ? "maybe" : null;
}

function holdsText(value: Json): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "string";
  return Object.values(value).some(holdsText);
}
