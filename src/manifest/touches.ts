import { CONFIGURATION_FACTS, FACT_NAMES, type FactName, type FactOverrides } from "#src/manifest/configuration-facts";
import type { CheckId, SignOffDefinition } from "#src/release/checklist";

/** What an evaluation of the candidate decides. */
const EVALUATION = ["evaluation-floors", "evaluation-baseline"];

/** Beginning of a manifest key → checks that look at what stands there. */
const BY_KEY: readonly (readonly [prefix: string, checks: readonly CheckId[]])[] = [
  [
    "candidate.run",
    [
      "candidate-run",
      "index-presence",
      "token-budget",
      "prefix-leakage",
      "determinism",
      "prompt-audit",
      ...EVALUATION,
      "backup",
      "chunks-backup",
    ],
  ],
  [
    "candidate.config",
    [
      "config-hash",
      "model-versions",
      "models",
      "rerank-settings",
      "token-budget",
      "prefix-leakage",
      "index-presence",
      "determinism",
      "prompt-audit",
      "few-shot-leakage",
      ...EVALUATION,
    ],
  ],
  ["active", ["previous-run-intact", "candidate-run", "backup", "chunks-backup"]],
  ["ingest_run", ["candidate-run", "index-presence", "token-budget", "prefix-leakage"]],
  ["configuration", ["config-hash", "prompt-audit"]],
  ["service_report", ["config-hash", "environment", "concurrency"]],
  ["source", ["config-hash"]],
  ["models", ["model-versions", "models"]],
  ["models.judge", EVALUATION],
  ["datasets", ["few-shot-leakage", ...EVALUATION]],
  ["few_shot_pool", ["few-shot-leakage"]],
  ["thresholds.quality_gates", EVALUATION],
  [
    "store",
    [
      "database",
      "index-presence",
      "token-budget",
      "prefix-leakage",
      "candidate-run",
      "backup",
      "chunks-backup",
      "backup-rehearsal",
      "rollback-rehearsal",
    ],
  ],
  ["store.mapping", ["previous-run-intact"]],
  ["retrieval.vector_index", ["index-presence"]],
  ["retrieval.embedding_dimension", ["index-presence", "models"]],
  ["retrieval.prefix", ["prefix-leakage"]],
  ["retrieval", ["token-budget"]],
  ["deterministic_evaluation", ["determinism", "prompt-audit"]],
  ["model_limits", ["concurrency", "models"]],
];

/** Facts of a configuration version → checks that look at them, besides those that look at all of it. */
const BY_FACT: readonly (readonly [start: string, checks: readonly CheckId[]])[] = [
  ["rerank_", ["rerank-settings"]],
  ["rerank_model", ["model-versions", "models"]],
  ["generation_model", ["model-versions", "models"]],
  ["embedding_", ["model-versions", "models", "index-presence"]],
  ["temperature", ["determinism"]],
  ["seed", ["determinism"]],
  ["few_shot_", ["few-shot-leakage"]],
  ["context_", ["token-budget"]],
  ["chunk", ["token-budget"]],
  ["chunk_prefix_policy", ["prefix-leakage"]],
];

/**
 * The checks whose evidence rests on a key of the manifest, in a stable order. `manifest` is always one of them: it looks at
 * all of it.
 */
export function checksTouchedBy(key: string, overrides: FactOverrides = {}): readonly CheckId[] {
  const touched = new Set<CheckId>(["manifest"]);
  const [, own] = /^(?:thresholds\.gates|not_applicable)\.([^.]+)/.exec(key) ?? [];
  if (own !== undefined) touched.add(own);
  for (const [prefix, checks] of BY_KEY) if (isUnder(key, prefix)) for (const check of checks) touched.add(check);
  const fact = factAt(key, overrides);
  for (const [start, checks] of BY_FACT) if (fact?.startsWith(start)) for (const check of checks) touched.add(check);
  return [...touched];
}

/**
 * The sign-offs that rest on one of these checks. Every sign-off is bound to the manifest's hash and void with any difference;
 * these are the ones whose evidence is about what differs.
 */
export function signOffsResting(signOffs: readonly SignOffDefinition[], checks: readonly CheckId[]): readonly string[] {
  return signOffs.filter(({ covers }) => covers.some((check) => checks.includes(check))).map(({ id }) => id);
}

function factAt(key: string, overrides: FactOverrides): FactName | undefined {
  const path = key.startsWith("configuration.body.") ? key.slice("configuration.body.".length) : null;
  if (path === null) return undefined;
  return FACT_NAMES.find((name) => {
    const override = overrides[name];
    return isUnder(path, typeof override === "string" ? override : CONFIGURATION_FACTS[name]);
  });
}

const isUnder = (key: string, prefix: string): boolean => key === prefix || key.startsWith(`${prefix}.`);
