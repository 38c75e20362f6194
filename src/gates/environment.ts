import type { ServiceConfig } from "#src/config/service-config";
import type { Gate, GateSubject } from "#src/gates/gate";
import { isPlaceholder } from "#src/manifest/placeholder";
import type { ServiceReport } from "#src/rag/service";
import { RagServiceError } from "#src/rag/service-error";
import { digestOf } from "#src/release/hash";

type Variable = { readonly name: string; readonly type: ServiceConfig["environment"][number]["type"] | "dsn" };

/** What the service's configuration names, and the variable that holds the store's connection string. */
function variablesOf(service: ServiceConfig): readonly Variable[] {
  const url = service.rag_store.url_env;
  const listed = service.environment.some((each) => each.name === url);
  return listed ? service.environment : [{ name: url, type: "dsn" }, ...service.environment];
}

const PARSES: Readonly<Record<Variable["type"], (value: string) => boolean>> = {
  url: (value) => URL.canParse(value) && /^[a-z][a-z0-9+.-]*:\/\/[^/\s]/i.test(value),
  dsn: (value) => value.trim() !== "",
  number: (value) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value.trim()) && Number.isFinite(Number(value)),
  region: (value) => /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(value),
  text: (value) => value.trim() !== "",
};

const SHOULD_BE: Readonly<Record<Variable["type"], string>> = {
  url: "a URL",
  dsn: "a connection string",
  number: "a number",
  region: "a region such as eu-central-1",
  text: "some text",
};

export type EnvironmentGateDeps = {
  /** Throws `RagServiceError` when the service can't be asked. */
  readonly serviceReport: (subject: GateSubject, signal: AbortSignal) => Promise<Pick<ServiceReport, "variables">>;
};

type Problem = { readonly kind: string; readonly text: string };

/**
 * Every variable that the service's configuration names is present and parses, and the list is the service's own: it has all
 * of them set, and none that Golive doesn't list. Names only: a value is never shown.
 */
export function createEnvironmentGate({ serviceReport }: EnvironmentGateDeps): Gate {
  return {
    id: "environment",
    title: "Environment variables",
    version: 3,
    timeoutMs: 60_000,
    withoutCandidate: true,
    thresholds: (service) => ({
      variables: variablesOf(service)
        .map(({ name, type }) => `${name}:${type}`)
        .join(" "),
    }),
    check: async (subject, signal) => {
      const { service, env } = subject;
      const variables = variablesOf(service);
      const here = variables.flatMap((each) => problemHere(each, env));
      const reported = await reportedVariables(serviceReport, subject, here.length > 0, signal);
      const problems = [...here, ...(reported === null ? [] : problemsThere(service, reported))];
      const total = variables.length;
      const good = total - here.length;
      return {
        verdict: problems.length === 0 ? "pass" : "fail",
        summary:
          problems.length === 0
            ? `All ${total} variables that the service needs are set and parse${reported === null ? "; no pair is known about which the service could be asked for its own" : ", and the service has the same ones set"}.`
            : `${problems.length === 1 ? "1 variable" : `${problems.length} variables`} can't be used: ${problems.map(({ text }) => text).join("; ")}.`,
        value: `${good} of ${total}`,
        bar: `${total} of ${total}, and the service's own`,
        numbers: {
          ...Object.fromEntries(variables.map(({ name, type }) => [name, type])),
          problems: problems.length,
          service_has_set: reported === null ? null : [...reported].sort().join(" "),
        },
        how: "presence and form of each variable in this process's environment, and the names in `variables` of GET /config; values are not recorded",
        next:
          problems.length === 0
            ? ""
            : "Set them where Golive and the service run, or correct `environment` in golive.yaml; restart what was changed, and rerun this check.",
        inputs: digestOf({ variables, reported: reported === null ? null : [...reported].sort() }),
        findings: problems.map(({ kind }) => kind),
      };
    },
  };
}

function problemHere({ name, type }: Variable, env: GateSubject["env"]): readonly Problem[] {
  const value = env[name];
  if (value === undefined || value.trim() === "") return [{ kind: `${name}:missing`, text: `${name} is not set` }];
  if (isPlaceholder(value)) {
    return [{ kind: `${name}:placeholder`, text: `${name} still holds a placeholder` }];
  }
  return PARSES[type](value) ? [] : [{ kind: `${name}:not-${type}`, text: `${name} is not ${SHOULD_BE[type]}` }];
}

/** Null where there is no pair to ask about, or the service is away while something is wrong here already. */
async function reportedVariables(
  serviceReport: EnvironmentGateDeps["serviceReport"],
  subject: GateSubject,
  failing: boolean,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  if (subject.candidate.run === "") return null;
  try {
    return (await serviceReport(subject, signal)).variables;
  } catch (error) {
    if (failing && error instanceof RagServiceError && !signal.aborted) return null;
    throw error;
  }
}

/** Golive's own way to the service is none of the service's variables. */
function problemsThere(service: ServiceConfig, reported: readonly string[]): readonly Problem[] {
  const ours = [service.rag_service.url_env, service.rag_service.token_env];
  const listed = variablesOf(service).map(({ name }) => name);
  return [
    ...listed
      .filter((name) => !ours.includes(name) && !reported.includes(name))
      .map((name) => ({ kind: `${name}:not-set-there`, text: `${name} is not among those that the service has set` })),
    ...[...new Set(reported)]
      .filter((name) => !ours.includes(name) && !listed.includes(name))
      .sort()
      .map((name) => ({
        kind: `${name}:not-listed`,
        text: `the service reads ${name}, which golive.yaml does not list`,
      })),
  ];
}
