/** What stands where a secret stood. */
export const REDACTED = "[redacted]";

/**
 * A connection string as host and database only: no user, password, or parameters. Where a text can be read in two ways, the
 * answer is `[redacted]`, never a part that may belong to the password.
 */
export function describeDsn(dsn: string): string {
  return describeUrl(dsn.trim()) ?? describeWords(dsn) ?? REDACTED;
}

const HOST = /^(?:\[[0-9a-f:.%]+\]|[^\s:@[\]]*)(?::\d*)?$/i;

/** As `pg` reads it (and every URL parser): the user part ends at the *last* `@` before the path. Null: not a URL. */
function describeUrl(dsn: string): string | null {
  const parts = /^[a-z][a-z0-9+.-]*:(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)([^?#]*)(.*)$/is.exec(dsn);
  if (parts === null) return null;
  const [authority = "", path = "", rest = ""] = parts.slice(1);
  // A password with a bare `/`, `?` or `#` in it: no parser finds its end, so nothing after it can be shown.
  if (path.includes("@") || (rest.includes("@") && !/^\?[\w.-]+=/.test(rest))) return REDACTED;
  const hosts = authority.slice(authority.lastIndexOf("@") + 1);
  if (!hosts.split(",").every((host) => HOST.test(host))) return REDACTED;
  return `${hosts || "localhost"}/${path.slice(1)}`;
}

/** As libpq reads `host=… password='…'`: pair by pair, so that a word inside a quoted password is none. */
function describeWords(dsn: string): string | null {
  const words = new Map<string, string>();
  for (const [, name = "", quoted, bare] of dsn.matchAll(/(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S*))/g)) {
    words.set(name, quoted ?? bare ?? "");
  }
  const [host, database] = [words.get("host"), words.get("dbname")];
  if (host === undefined && database === undefined) return null;
  return `${host ?? "localhost"}/${database ?? ""}`;
}
