import type { ServiceConfig } from "#src/config/service-config";
import type { Gate } from "#src/gates/gate";
import { isPlaceholder } from "#src/manifest/placeholder";
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

/** Every variable that the service's configuration names is present and parses. Names only: a value is never shown. */
export const environment: Gate = {
  id: "environment",
  title: "Environment variables",
  version: 2,
  timeoutMs: 5_000,
  withoutCandidate: true,
  thresholds: (service) => ({
    variables: variablesOf(service)
      .map(({ name, type }) => `${name}:${type}`)
      .join(" "),
  }),
  check: async ({ service, env }) => {
    const variables = variablesOf(service);
    const problems = variables.flatMap(({ name, type }) => {
      const value = env[name];
      if (value === undefined || value.trim() === "") return [{ kind: `${name}:missing`, text: `${name} is not set` }];
      if (isPlaceholder(value)) {
        return [{ kind: `${name}:placeholder`, text: `${name} still holds a placeholder` }];
      }
      return PARSES[type](value) ? [] : [{ kind: `${name}:not-${type}`, text: `${name} is not ${SHOULD_BE[type]}` }];
    });
    const total = variables.length;
    return {
      verdict: problems.length === 0 ? "pass" : "fail",
      summary:
        problems.length === 0
          ? `All ${total} variables that the service needs are set and parse.`
          : `${problems.length} of ${total} variables can't be used: ${problems.map(({ text }) => text).join("; ")}.`,
      value: `${total - problems.length} of ${total}`,
      bar: `${total} of ${total}`,
      numbers: { ...Object.fromEntries(variables.map(({ name, type }) => [name, type])), problems: problems.length },
      how: "presence and form of each variable in this process's environment; values are not recorded",
      next: problems.length === 0 ? "" : "Set them where Golive runs, restart it, and rerun this check.",
      inputs: digestOf(variables),
      findings: problems.map(({ kind }) => kind),
    };
  },
};
