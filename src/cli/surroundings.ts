import type { z } from "zod";
import { CliError, type Io } from "#src/cli/io";
import { parseEnvironment } from "#src/config/environment";
import { type Config, loadConfig } from "#src/config/load-config";
import { type NamedVariables, parseNamedVariables } from "#src/config/named-variables";
import { SECRET_VARIABLE } from "#src/config/names";
import { describeProblems, type Problem } from "#src/config/problems";
import { createLog, createScrubber, type Log } from "#src/log";
import { secretsOf as secretsOfUrl } from "#src/rag/url-secrets";

/** What a command found around it: the configuration directory, its variables, and those that golive.yaml names. */
export type Surroundings<S extends z.ZodType> = NamedVariables & {
  readonly config: Config;
  readonly environment: z.infer<S>;
};

/** Where the configuration is. An empty variable counts as missing, as everywhere. */
export function configDirectory(io: Io): string {
  return io.env.GOLIVE_CONFIG || "configs";
}

/**
 * Reads everything a command needs, or ends it with all that is wrong in one report: files, variables, and the
 * variables that golive.yaml names. `schema`: one of src/config/environment.ts.
 */
export async function readSurroundings<S extends z.ZodType>(io: Io, schema: S): Promise<Surroundings<S>> {
  const loaded = await loadConfig(configDirectory(io));
  const parsed = parseEnvironment(schema, io.env);
  const named = loaded.ok ? parseNamedVariables(loaded.config.golive, io.env) : null;
  if (loaded.ok && parsed.ok && named?.ok === true) {
    return { config: loaded.config, environment: parsed.environment, ...named.named };
  }
  const problems: Problem[] = [
    ...(loaded.ok ? [] : loaded.problems),
    ...(parsed.ok ? [] : parsed.problems),
    ...(named === null || named.ok ? [] : named.problems),
  ];
  throw new CliError(describeProblems(problems));
}

/** The variables alone, for commands that need no configuration directory. */
export function readEnvironment<S extends z.ZodType>(io: Io, schema: S): z.infer<S> {
  const parsed = parseEnvironment(schema, io.env);
  if (!parsed.ok) throw new CliError(describeProblems(parsed.problems));
  return parsed.environment;
}

/** Values that must never be printed, whatever goes wrong. */
function secretsOf(io: Io): string[] {
  return Object.entries(io.env).flatMap(([name, value]) => {
    if (value === undefined || value === "") return [];
    const withPassword = /:\/\/[^/]*:[^/]*@/.test(value);
    if (withPassword) return secretsOfUrl(value);
    // A plain web address is no secret, and people need to read it in an error.
    return SECRET_VARIABLE.test(name) ? [value] : [];
  });
}

/** Takes the secrets of this environment out of a text. */
export function scrubberOf(io: Io): (text: string) => string {
  return createScrubber(secretsOf(io));
}

/** The log of a process that runs for long: JSON lines on stderr. */
export function openLog(io: Io, level: string): Log {
  return createLog({ level, secrets: secretsOf(io), write: io.err });
}

/** The log of one command: sentences for the person who typed it, from `warn` up; JSON lines when LOG_LEVEL asks for them. */
export function openCommandLog(io: Io): Log {
  const level = io.env.LOG_LEVEL || null;
  if (level !== null) return openLog(io, level);
  return createLog({ level: "warn", secrets: secretsOf(io), write: (line) => io.err(plainLine(line)) });
}

/** `{"msg":"a role could not be resolved","role":"on-call","err":{…}}` → "note: a role could not be resolved (on-call): …". */
function plainLine(line: string): string {
  const { msg, role, gate, err }: Partial<Record<string, unknown>> = JSON.parse(line);
  const subject = role ?? gate;
  // The serializer joins the messages of all causes, which often say the same.
  const chain = typeof err === "object" && err !== null && "message" in err ? String(err.message).split(": ") : [];
  const why = chain.length === 0 ? "" : `: ${[...new Set(chain)].join(": ")}`;
  return `note: ${String(msg ?? "")}${subject === undefined ? "" : ` (${String(subject)})`}${why}\n`;
}
