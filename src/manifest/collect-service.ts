import type { ServiceConfig } from "#src/config/service-config";
import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import { askedModels } from "#src/manifest/collect-models";
import { describeChange, diffManifests } from "#src/manifest/diff-manifests";
import { redact } from "#src/manifest/redact";
import { sameModel } from "#src/models/same-model";
import type { ServiceReport } from "#src/rag/service";
import type { Pair } from "#src/release/events";

/** The report as the manifest holds it, and what in it contradicts the configuration version that was reviewed. */
export type ServiceFacts = {
  readonly reported_config_hash: string;
  readonly variables: readonly string[];
  readonly contradictions: readonly string[];
};

/**
 * Holds the service's report against the configuration version (`body`, redacted; null: there is no such version) and against
 * golive.yaml. Its hash is computed anew from the configuration it shows: a service can't vouch for itself. Its variables are
 * the check `environment`'s.
 */
export function compareReport(report: ServiceReport, asked: Pair, body: Json, service: ServiceConfig): ServiceFacts {
  const computed = sha256(canonicalJson(report.config));
  const lies =
    report.config_hash !== computed
      ? [`it reports CONFIG_HASH ${short(report.config_hash)}, but the configuration it shows has ${short(computed)}`]
      : [];
  const differs =
    body === null
      ? []
      : diffManifests(body, redact(report.config)).map((change) => `it runs ${describeChange(change)}`);
  return {
    reported_config_hash: report.config_hash,
    variables: [...report.variables].sort(),
    contradictions: [
      ...otherPlace(report, asked, service),
      ...lies,
      ...differs,
      ...(body === null ? [] : otherModels(report.models, body, service)),
      ...otherCalls(report, service),
    ],
  };
}

function otherPlace(report: ServiceReport, asked: Pair, { id, rag_store }: ServiceConfig): readonly string[] {
  const { key } = rag_store.pointer;
  return [
    // A service knows itself by the row of the pointer that it follows, or by the name that Golive has for it.
    ...(report.service === key || report.service === id ? [] : [`it is the service ${report.service}, not ${key}`]),
    ...(report.run_id === asked.run ? [] : [`it answers for run ${report.run_id}, not for ${asked.run}`]),
    ...(report.config_version === asked.config
      ? []
      : [`it answers for configuration ${report.config_version}, not for ${asked.config}`]),
  ];
}

/** Models that the service asks and that its configuration doesn't name: nobody reviewed them, and no hash holds them. */
function otherModels(reported: ServiceReport["models"], body: Json, service: ServiceConfig): readonly string[] {
  const wanted = askedModels(body, service.configuration_facts, service.models.judge_model);
  const named = textsIn(body);
  const { generation, embedding, rerank = null } = wanted;
  const strangers = reported.generation.filter((model) => !named.some((text) => sameModel(text, model)));
  const reader = generation ?? null;
  return [
    ...strangers.map((model) => `it generates with ${model}, which its configuration does not name`),
    ...(reader !== null && !reported.generation.some((model) => sameModel(reader, model))
      ? [
          `it does not name the generation model ${reader} among those it asks (${reported.generation.join(", ") || "none"})`,
        ]
      : []),
    ...(typeof embedding === "string" && !sameModel(embedding, reported.embedding)
      ? [`it embeds with ${reported.embedding}, its configuration says ${embedding}`]
      : []),
    ...(reported.rerank === rerank ||
    (rerank !== null && reported.rerank !== null && sameModel(rerank, reported.rerank))
      ? []
      : [`it reranks with ${reported.rerank ?? "nothing"}, its configuration says ${rerank ?? "nothing"}`]),
  ];
}

function otherCalls(
  { model_calls_per_answer: said }: ServiceReport,
  { rag_service }: ServiceConfig,
): readonly string[] {
  const ours = rag_service.model_calls_per_answer;
  return said === ours ? [] : [`it makes ${said} model calls for an answer, golive.yaml says ${ours}`];
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  return value === null || typeof value !== "object" ? [] : Object.values(value).flatMap(textsIn);
}

const short = (hash: string): string => hash.slice(0, 12);
