import type { Gate } from "#src/gates/gate";
import { collectConfiguration } from "#src/manifest/collect-manifest";
import { type FactName, readConfigurationFacts } from "#src/manifest/configuration-facts";
import { isPlaceholderWord } from "#src/manifest/placeholder";
import { digestOf } from "#src/release/hash";

const FACTS: readonly FactName[] = ["rerank_enabled", "rerank_model", "rerank_top_n"];

/** Rerank settings documented: the candidate's configuration says whether there is a reranker, which, and how many it keeps. */
export const rerankSettings: Gate = {
  id: "rerank-settings",
  title: "Rerank settings",
  version: 1,
  timeoutMs: 30_000,
  thresholds: ({ configuration_facts }) => ({
    facts: digestOf(Object.fromEntries(FACTS.map((name) => [name, configuration_facts[name] ?? null]))),
  }),
  contradicts: async ({ candidate, service, store }, signal) => {
    const { body } = await collectConfiguration(store, candidate.config, signal);
    const { facts } = readConfigurationFacts(body, service.configuration_facts);
    const enabled = facts.find(({ name }) => name === "rerank_enabled")?.value;
    return enabled === true ? `configuration ${candidate.config} turns a reranker on` : null;
  },
  check: async ({ candidate, service, store }, signal) => {
    const { body } = await collectConfiguration(store, candidate.config, signal);
    const known = new Map(
      readConfigurationFacts(body, service.configuration_facts).facts.map(({ name, value }) => [name, value]),
    );
    const [enabled, model, topN] = FACTS.map((name) => known.get(name));
    const on = enabled === true;
    const findings = [
      ...(typeof enabled === "boolean" ? [] : ["rerank_enabled:unknown"]),
      ...(on && (typeof model !== "string" || model === "" || isPlaceholderWord(model))
        ? ["rerank_model:unknown"]
        : []),
      ...(on && !(typeof topN === "number" && Number.isInteger(topN) && topN > 0) ? ["rerank_top_n:unknown"] : []),
      // A model beside "off" is one edit away from being on unnoticed; which of the two is meant, nobody can tell.
      ...(enabled === false && typeof model === "string" && model !== "" ? ["rerank_model:set-while-off"] : []),
    ];
    const said = on ? `${String(model)}, keeps ${String(topN)}` : "off";
    return {
      verdict: findings.length === 0 ? "pass" : "fail",
      summary:
        findings.length === 0
          ? `Reranking is ${on ? `done by ${String(model)}, which keeps ${String(topN)}` : "off, and the configuration says so"}.`
          : `Configuration ${candidate.config} does not say how it reranks: ${findings.map(inWords).join("; ")}.`,
      value: findings.length === 0 ? said : "not documented",
      bar: "documented",
      numbers: {
        enabled: typeof enabled === "boolean" ? enabled : null,
        model: typeof model === "string" ? model : null,
        top_n: typeof topN === "number" ? topN : null,
      },
      how: `configuration ${candidate.config}, facts ${FACTS.join(", ")}`,
      next:
        findings.length === 0
          ? ""
          : "Write rerank.enabled, and if it is on rerank.model and rerank.top_n, into the configuration version, then rerun this check.",
      inputs: digestOf({ enabled: enabled ?? null, model: model ?? null, topN: topN ?? null }),
      findings,
    };
  },
};

const WORDS: Readonly<Record<string, string>> = {
  "rerank_enabled:unknown": "whether it is on is not known",
  "rerank_model:unknown": "the model is not named",
  "rerank_top_n:unknown": "how many it keeps is not known",
  "rerank_model:set-while-off": "a model is named although it is off",
};
const inWords = (finding: string): string => WORDS[finding] ?? finding;
