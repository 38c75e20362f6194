import { describeDsn, REDACTED } from "#src/manifest/describe-dsn";

/** Secrets that are known by their shape. */
const SHAPES = [
  /\bxox[a-z](?:\.xox[a-z])?-[\w-]+/g,
  /\b(?:xapp|xwfp)-[\w-]+/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{35}/g,
  /\bya29\.[\w-]+/g,
  /\bsk-[\w-]{16,}/g,
  /\b[rs]k_(?:live|test)_\w{16,}/g,
  /\b(?:gh[oprsu]|gsk|hf|npm|whsec)_\w{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bglpat-[\w-]{20,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\beyJ[\w-]{2,1000}\.[\w-]+\.[\w-]*/g,
  /\bBearer\s+\S+/gi,
  /\bBasic\s+[A-Za-z0-9+/]{6,}={1,2}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

// A text of a megabyte must not stop the process: whatever repeats is bounded, or begins only where a word does.
const DATABASE_URL =
  /\b(?:jdbc:)?(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle):\/\/\S+/gi;
const KEYWORD_DSN =
  /(?:\b\w+\s*=\s*(?:'(?:[^'\\]|\\.)*'|[^\s']+)\s+){0,30}\bpassword\s*=\s*(?:'(?:[^'\\]|\\.)*'|\S+)(?:\s+\w+\s*=\s*(?:'(?:[^'\\]|\\.)*'|[^\s']+)){0,30}/gi;
const WEB_URL = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s"'<>]+)/gi;

const NAME =
  "(?:password|passwd|pwd|passphrase|secret|token|(?:api|access|account|private|shared[ _-]?access)[ _-]?key|signature|sig)";
/** `Server=db;Pwd=a b;`: between semicolons a value may have blanks. */
const IN_SEMICOLONS = new RegExp(`((?:^|;)[^;=\\n]*${NAME}\\s*=)[^;\\n]*`, "gi");
const ASSIGNED = new RegExp(`((?<![\\w-])[\\w-]*${NAME}\\s*=\\s*)(?:"[^"]*"|'[^']*'|[^\\s;&,"'<>]+)`, "gi");
const HEADER = /(\b(?:proxy-)?authorization\s*:\s*|(?<![\w-])x-[a-z-]*(?:key|token)\s*:\s*)[^\r\n]+/gi;

/** A text without the secrets in it: connection strings cut to host and database, URLs to what says nothing secret. */
export function redactText(text: string): string {
  let safe = text.replace(DATABASE_URL, describeDsn);
  if (safe.includes(";")) safe = safe.replace(IN_SEMICOLONS, `$1${REDACTED}`);
  // Asked first: the long pattern is slow on a long text that has no password in it.
  if (/\bpassword\s*=/i.test(safe)) safe = safe.replace(KEYWORD_DSN, describeDsn);
  safe = safe.replace(WEB_URL, (_url, scheme: string, rest: string) => scheme + redactUrl(rest));
  safe = safe.replace(ASSIGNED, `$1${REDACTED}`).replace(HEADER, `$1${REDACTED}`);
  for (const shape of SHAPES) safe = safe.replace(shape, REDACTED);
  return safe;
}

/** A text without what is a secret by its own form: connection strings, keys of known shapes. Names that may be settings stay. */
export function redactKnownSecrets(text: string): string {
  let safe = text.replace(DATABASE_URL, describeDsn);
  if (/\bpassword\s*=/i.test(safe)) safe = safe.replace(KEYWORD_DSN, describeDsn);
  for (const shape of SHAPES) safe = safe.replace(shape, REDACTED);
  return safe;
}

/** Parameters that say how a service answers, not who asks. Every other one may be a key. */
const HARMLESS_PARAMETERS = new Set([
  "api-version",
  "version",
  "v",
  "region",
  "model",
  "format",
  "lang",
  "limit",
  "timeout",
]);
/** Places where the path is the password. */
const HOOK_HOST = /^(?:hooks?|webhooks?)\.|\.webhook\.office\.com$/i;
const HOOK_PATH = /\/(?:web)?hooks?(?:\/|$)|\/bot\d+:/i;

/** `rest`: a URL after its `://`. */
function redactUrl(rest: string): string {
  const [, beforeQuery = "", query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest) ?? [];
  const place = withoutUser(beforeQuery);
  const slash = place.indexOf("/");
  const host = slash === -1 ? place : place.slice(0, slash);
  const path = slash === -1 ? "" : place.slice(slash);
  const hook = path.length > 1 && (HOOK_HOST.test(host.replace(/:\d+$/, "")) || HOOK_PATH.test(path));
  return [
    hook ? `${host}/${REDACTED}` : place,
    query === undefined ? "" : `?${query.split("&").map(redactParameter).join("&")}`,
    fragment === undefined ? "" : `#${fragment.includes("=") ? REDACTED : fragment}`,
  ].join("");
}

/** The user part ends at the last `@` before the path, or, when what stands before a colon's port is none, at the last `@`. */
function withoutUser(place: string): string {
  const authority = /^[^/]*/.exec(place)?.[0] ?? "";
  if (authority.includes("@")) return place.slice(authority.lastIndexOf("@") + 1);
  const passwordHasSlash = /:(?!\d*$)/.test(authority) && !authority.startsWith("[");
  return passwordHasSlash && place.includes("@") ? place.slice(place.lastIndexOf("@") + 1) : place;
}

function redactParameter(parameter: string): string {
  const equals = parameter.indexOf("=");
  if (equals === -1) return parameter === "" ? "" : REDACTED;
  const name = parameter.slice(0, equals);
  return HARMLESS_PARAMETERS.has(name.toLowerCase()) ? parameter : `${name}=${REDACTED}`;
}
