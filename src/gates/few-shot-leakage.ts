import { checkLeakage, type LeakedPair } from "#src/evaluation/leakage/check-leakage";
import { REVIEW_RULES, RULES } from "#src/evaluation/leakage/example";
import type { ReadFile, ReadMaterial } from "#src/gates/few-shot-material";
import type { Gate, GateFinding } from "#src/gates/gate";
import { collectConfiguration } from "#src/manifest/collect-manifest";
import { type FactName, readConfigurationFacts } from "#src/manifest/configuration-facts";
import { digestOf } from "#src/release/hash";

const FACTS: readonly FactName[] = ["few_shot_ids", "few_shot_pool_sha256"];
const BAR = "no case of an evaluation set in the pool";
/** Pairs and ids that a sentence names. */
const MOST_NAMED = 3;

/** What the candidate's configuration says of its examples. Null: not known. */
type Configured = { readonly ids: readonly string[] | null; readonly sha256: string | null };

/**
 * No evaluation case stands in the few-shot pool, under whatever id or in other letters: else every score is a memory test. What is
 * compared is the pool that the candidate uses: its bytes are held against the configuration's `few_shot_pool_sha256`.
 */
export function createFewShotLeakageGate({ readMaterial }: { readonly readMaterial: ReadMaterial }): Gate {
  const configured = async ({ candidate, service, store }: Parameters<Gate["check"]>[0], signal: AbortSignal) => {
    const { body } = await collectConfiguration(store, candidate.config, signal);
    const { facts } = readConfigurationFacts(body, service.configuration_facts);
    const [ids, sha256] = FACTS.map((name) => facts.find((fact) => fact.name === name));
    const known: Configured = {
      ids: Array.isArray(ids?.value) ? ids.value.map(String) : ids === undefined ? [] : null,
      sha256: typeof sha256?.value === "string" ? sha256.value : null,
    };
    return known;
  };
  return {
    id: "few-shot-leakage",
    title: "Few-shot leakage",
    version: 1,
    timeoutMs: 120_000,
    thresholds: ({ configuration_facts, few_shot_pool }) => ({
      rules: digestOf({ blocks: RULES, shows: REVIEW_RULES }),
      facts: digestOf(Object.fromEntries(FACTS.map((name) => [name, configuration_facts[name] ?? null]))),
      pool_named: few_shot_pool !== undefined,
    }),
    contradicts: async (subject, signal) => {
      const { ids, sha256 } = await configured(subject, signal);
      if (ids !== null && ids.length > 0) {
        return `configuration ${subject.candidate.config} puts ${ids.length} few-shot examples into prompts`;
      }
      return sha256 === null ? null : `configuration ${subject.candidate.config} names a few-shot pool`;
    },
    check: async (subject, signal) => {
      const { ids, sha256 } = await configured(subject, signal);
      const how = `configuration ${subject.candidate.config}, facts ${FACTS.join(", ")}`;
      const inputs = { ids, sha256 };
      if (ids !== null && ids.length === 0 && sha256 === null) return noExamples(how, digestOf(inputs));
      const { pool, datasets } = await readMaterial(subject.service, sha256, signal);
      const hashes = [pool, ...datasets].map((file) => (file !== null && "sha256" in file ? file.sha256 : null));
      const compared = readable(pool) ? datasets.filter(readable).map((set) => compare(set, pool)) : [];
      const found = [
        ...poolDefects(pool, { ids, sha256 }),
        ...datasets.flatMap((set) =>
          readable(set) ? [] : [open(`dataset:${set.id}:unreadable`, `dataset ${set.id}: ${set.unread}`)],
        ),
        ...leaks(compared.flatMap(({ blocked }) => blocked)),
      ];
      const cases = compared.reduce((sum, each) => sum + each.cases, 0);
      const review = compared.reduce((sum, each) => sum + each.review, 0);
      const verdict = found.some((each) => each.fails) ? "fail" : found.length > 0 ? "inconclusive" : "pass";
      const size = readable(pool) ? pool.examples.length : null;
      const looked = review === 0 ? "" : ` ${review} pairs are worth a look: golive few-shot check.`;
      return {
        verdict,
        summary:
          verdict === "pass"
            ? `None of the ${cases} evaluation cases stands in the few-shot pool of ${size ?? 0}.${looked}`
            : `${found.map(({ words }) => words).join("; ")}.${looked}`,
        value: verdict === "pass" ? "clean" : verdict === "fail" ? "not clean" : "not known",
        bar: BAR,
        numbers: {
          pool_entries: size,
          evaluation_cases: cases,
          pairs_blocked: compared.reduce((sum, each) => sum + each.blocked.length, 0),
          pairs_to_look_at: review,
        },
        how: [how, ...new Set(compared.flatMap(({ notRun }) => notRun))].join("; "),
        next:
          verdict === "pass"
            ? ""
            : "Take the entries out of the pool (golive few-shot check names them), or name the pool that the service uses under few_shot_pool in golive.yaml; then rerun this check.",
        inputs: digestOf({ ...inputs, hashes }),
        findings: found.flatMap(({ kinds }) => kinds),
      };
    },
  };
}

type Found = { readonly fails: boolean; readonly kinds: readonly string[]; readonly words: string };
const fail = (kind: string, words: string): Found => ({ fails: true, kinds: [kind], words });
const open = (kind: string, words: string): Found => ({ fails: false, kinds: [kind], words });

const readable = <T extends ReadFile>(file: T | null): file is Exclude<T, { readonly unread: string }> =>
  file !== null && !("unread" in file);

/** Whether what was read is the pool that the candidate uses. */
function poolDefects(pool: ReadFile | null, { ids, sha256 }: Configured): readonly Found[] {
  const unknown = [
    ...(ids === null ? [open("few_shot_ids:unknown", "which examples are configured is not known")] : []),
    ...(sha256 === null ? [open("pool-hash:unknown", "the configuration does not name its pool's SHA-256")] : []),
  ];
  if (pool === null) return [...unknown, open("pool:not-named", "golive.yaml names no few_shot_pool")];
  if (!readable(pool)) return [...unknown, open("pool:unreadable", `the pool can't be compared: ${pool.unread}`)];
  if (sha256 !== null && sha256 !== pool.sha256) {
    const words = `the pool's bytes are ${pool.sha256.slice(0, 12)}, the configuration uses ${sha256.slice(0, 12)}`;
    return [...unknown, fail("pool:other-bytes", words)];
  }
  const known = new Set(pool.examples.map(({ id }) => id));
  const strange = (ids ?? []).filter((id) => !known.has(id));
  if (strange.length === 0) return unknown;
  const words = `configured examples are not in the pool (${strange.slice(0, MOST_NAMED).join(", ")})`;
  return [...unknown, { fails: true, kinds: strange.map((id) => `few_shot_ids:${id}:not-in-pool`), words }];
}

type ReadableFile = Exclude<ReadFile, { readonly unread: string }>;

function compare({ id, examples }: ReadableFile & { readonly id: string }, pool: ReadableFile) {
  const { blocked, review, notRun } = checkLeakage(pool.examples, examples);
  return {
    blocked: blocked.map((pair) => ({ ...pair, dataset: id })),
    review: review.length,
    cases: examples.length,
    notRun: notRun.map(({ rule, why }) => `the rule ${rule} did not run on everything (${why})`),
  };
}

/** The entries that leak, each once, and all pairs as one digest: another leaking case is another finding. */
function leaks(pairs: readonly (LeakedPair & { readonly dataset: string })[]): readonly Found[] {
  if (pairs.length === 0) return [];
  const entries = [...new Set(pairs.map(({ pool_id }) => pool_id))].sort();
  const cases = new Set(pairs.map(({ dataset, eval_id }) => `${dataset}/${eval_id}`)).size;
  const named = pairs.slice(0, MOST_NAMED).map(({ eval_id, pool_id, rule }) => `${eval_id} in ${pool_id} by ${rule}`);
  return [
    {
      fails: true,
      kinds: [...entries.map((id) => `leaked:${id}`), `pairs:${digestOf(pairs.map(pairKey).sort())}`],
      words: `${cases} evaluation cases stand in the few-shot pool (${named.join(", ")})`,
    },
  ];
}

const pairKey = ({ dataset, eval_id, pool_id, rule }: LeakedPair & { readonly dataset: string }): string =>
  JSON.stringify([dataset, eval_id, pool_id, rule]);

const noExamples = (how: string, inputs: string): GateFinding => ({
  verdict: "pass",
  summary: "The candidate's prompts carry no few-shot examples, so nothing can stand in them.",
  value: "no examples",
  bar: BAR,
  numbers: { pool_entries: 0 },
  how,
  next: "",
  inputs,
  findings: [],
});
