import { type DestinationStream, type Logger, pino } from "pino";

/** A structured logger. Everything it prints goes to stderr, scrubbed of secrets; stdout belongs to `--json`. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "fatal"> & { child(bindings: object): Log };

const PATTERNS: readonly [RegExp, string][] = [
  [/\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{6,}/g, "[slack token]"],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@"\\]+):[^\s@"\\]+@/gi, "$1:[password]@"],
  [/\bBearer\s+[A-Za-z0-9._~+/-]{8,}=*/gi, "Bearer [token]"],
];

/**
 * Removes secrets from one line of text: the exact values given, Slack tokens, passwords inside connection strings and
 * bearer tokens. pino's `redact` reaches one level of known paths only, so the finished line is scrubbed as a whole.
 */
export function createScrubber(secrets: readonly string[]): (line: string) => string {
  const exact = secrets.filter((secret) => secret.length >= 6).sort((a, b) => b.length - a.length);
  return (line) => {
    let clean = line;
    for (const secret of exact) clean = clean.replaceAll(secret, "[secret]");
    for (const [pattern, to] of PATTERNS) clean = clean.replace(pattern, to);
    return clean;
  };
}

/** `write` receives finished lines; by default stderr. `level`: trace … fatal, or silent. */
export function createLog(options: { level: string; secrets: readonly string[]; write?: (line: string) => void }): Log {
  const scrub = createScrubber(options.secrets);
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const destination: DestinationStream = { write: (line) => write(scrub(line)) };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ["token", "*.token", "*.authorization"],
    },
    destination,
  );
}
