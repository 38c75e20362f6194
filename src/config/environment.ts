import { z } from "zod";
import type { Problem } from "#src/config/problems";

/** Variables as a process has them. Never read from here directly: `main.ts` passes its own. */
export type Variables = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** A Postgres connection string as a URL. */
export const database = z.url({
  protocol: /^postgres(ql)?$/,
  error: "a Postgres URL, like postgres://user@host:5432/golive",
});
const web = z.url({ protocol: /^https?$/, error: "an http(s) URL" });
const port = z
  .string()
  .regex(/^[0-9]{1,5}$/, "a port number from 0 to 65535")
  .transform(Number)
  .refine((number) => number <= 65_535, "a port number from 0 to 65535");
const host = z
  .string()
  .regex(/^[A-Za-z0-9.:-]{1,253}$/, "an address or host name to listen on, like 0.0.0.0 or 127.0.0.1");
const token = (prefix: string, what: string) =>
  z.string().regex(new RegExp(`^${prefix}[A-Za-z0-9-]{8,}$`), `${what}, beginning with \`${prefix}\``);
const secret = z.string().regex(/^[!-~]{16,}$/, "the app's signing secret: at least 16 characters without spaces");

const common = {
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(", ")}` }).default("info"),
  GOLIVE_CONFIG: z.string().default("configs"),
};

/** The bot. With an app token it speaks Socket Mode, else HTTP; one of the two must be possible. */
export const serveEnvironment = z
  .object({
    ...common,
    DATABASE_URL: database,
    SLACK_BOT_TOKEN: token("xoxb-", "the bot token"),
    SLACK_SIGNING_SECRET: secret.optional(),
    SLACK_APP_TOKEN: token("xapp-", "the app-level token for Socket Mode").optional(),
    SLACK_API_URL: web.optional(),
    /** Where HTTP listens. Left out: every interface, since a container is reached through none of its own loopback. */
    HOST: host.optional(),
    PORT: port.default(3000),
  })
  .refine((env) => env.SLACK_APP_TOKEN !== undefined || env.SLACK_SIGNING_SECRET !== undefined, {
    path: ["SLACK_SIGNING_SECRET"],
    error: "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): one of the two transports",
    // Also when another variable is wrong: problems are reported together.
    when: () => true,
  });

/** `golive migrate`: the owner's connection creates tables, the bot's names the role that may use them. */
export const migrateEnvironment = z.object({ ...common, DATABASE_OWNER_URL: database, DATABASE_URL: database });

/** Commands that decide as a person. With the bot token people are resolved by Slack, without it by golive.yaml. */
export const commandEnvironment = z.object({
  ...common,
  DATABASE_URL: database,
  SLACK_BOT_TOKEN: token("xoxb-", "the bot token").optional(),
  SLACK_API_URL: web.optional(),
});

/** Commands that only read the journal. */
export const auditEnvironment = z.object({ ...common, DATABASE_URL: database });

/** The demo brings its own Slack, and its own database unless one is given. */
export const demoEnvironment = z.object({ ...common, DATABASE_URL: database.optional(), PORT: port.optional() });

/**
 * Parses the variables that one purpose needs, with one of the schemas above. All problems come back together; they name
 * variables and what was expected, never a value: most of these are secrets. An empty variable counts as missing.
 */
export function parseEnvironment<S extends z.ZodType>(
  schema: S,
  variables: Variables,
):
  | { readonly ok: true; readonly environment: z.infer<S> }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const present = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = schema.safeParse(present);
  if (result.success) return { ok: true, environment: result.data };
  return { ok: false, problems: result.error.issues.map((issue) => explain(issue, present)) };
}

function explain(issue: z.core.$ZodIssue, present: Variables): Problem {
  const name = String(issue.path[0]);
  const value = present[name];
  if (value !== undefined) return variableProblem(name, `set, but wrong${whitespaceHint(value)}`, issue.message);
  return variableProblem(name, "missing", EXPECTED[name] ?? issue.message);
}

/** The commonest mistake with secrets is invisible: a line break that came along when copying. */
export function whitespaceHint(value: string): string {
  return value === value.trim() ? "" : " (there is white space around it)";
}

/** A problem of one environment variable. `found` and `expected` never hold its value. */
export const variableProblem = (path: string, found: string, expected: string): Problem => ({
  file: "environment",
  line: null,
  path,
  found,
  expected,
});

const EXPECTED: Readonly<Record<string, string>> = {
  DATABASE_URL: "a Postgres URL: Golive's own database, as the role golive_app",
  DATABASE_OWNER_URL: "a Postgres URL: Golive's own database, as the role golive_owner",
  SLACK_BOT_TOKEN: "the bot token, beginning with `xoxb-`",
};
