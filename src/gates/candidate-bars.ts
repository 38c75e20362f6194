import type { ServiceConfig } from "#src/config/service-config";
import type { GateFinding, GateSubject } from "#src/gates/gate";
import { type Doubt, doubt, inWords, verdictOf } from "#src/gates/service-probe";
import { collectConfiguration } from "#src/manifest/collect-manifest";
import { type FactName, readConfigurationFacts } from "#src/manifest/configuration-facts";

type Retrieval = ServiceConfig["retrieval"];

/**
 * Bars that the candidate's configuration version states, as a fact of it, and golive.yaml too. What answers is the
 * configuration version: a gate that took golive.yaml's word alone would pass a candidate that is run otherwise.
 */
const BARS = {
  chunk_max_tokens: {
    fact: "chunk_max_tokens",
    read: (from: Retrieval) => from.chunk_max_tokens,
    put: (into: Retrieval, value: unknown) => isCount(value) && { ...into, chunk_max_tokens: value },
  },
  context_chunks: {
    fact: "context_chunks",
    read: (from: Retrieval) => from.context_chunks,
    put: (into: Retrieval, value: unknown) => isCount(value) && { ...into, context_chunks: value },
  },
  context_budget_tokens: {
    fact: "context_max_tokens",
    read: (from: Retrieval) => from.context_budget_tokens,
    put: (into: Retrieval, value: unknown) => isCount(value) && { ...into, context_budget_tokens: value },
  },
  embedding_dimension: {
    fact: "embedding_dimension",
    read: (from: Retrieval) => from.embedding_dimension,
    put: (into: Retrieval, value: unknown) => isCount(value) && { ...into, embedding_dimension: value },
  },
  "prefix.policy": {
    fact: "chunk_prefix_policy",
    read: (from: Retrieval) => from.prefix.policy,
    put: (into: Retrieval, value: unknown) =>
      (value === "A" || value === "none") && { ...into, prefix: { ...into.prefix, policy: value } },
  },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly fact: FactName;
      readonly read: (from: Retrieval) => number | string;
      readonly put: (into: Retrieval, value: unknown) => Retrieval | false;
    }
  >
>;

export type BarName = keyof typeof BARS;

/** `retrieval`: golive.yaml's block with the candidate's own bars in it. `doubts`: where the two can't both be right. */
export type CandidateBars = { readonly retrieval: Retrieval; readonly doubts: readonly Doubt[] };

/**
 * The bars that a gate holds the candidate's data against, from the candidate's configuration version. A version that is
 * missing, leaves a bar out, or says something else than golive.yaml leaves a doubt, and is never a pass. Only a fact that
 * golive.yaml declares not to exist (`applies: false`) leaves its number to golive.yaml alone.
 */
export async function readCandidateBars(
  { candidate, service, store }: GateSubject,
  names: readonly BarName[],
  signal: AbortSignal,
): Promise<CandidateBars> {
  const { body } = await collectConfiguration(store, candidate.config, signal);
  let { retrieval } = service;
  if (body === null) {
    const why = `there is no configuration ${candidate.config} in the configuration table, so nobody can say what the candidate is held to`;
    return { retrieval, doubts: [doubt.fail("configuration:missing", why)] };
  }
  const { facts } = readConfigurationFacts(body, service.configuration_facts);
  const doubts: Doubt[] = [];
  for (const name of names) {
    const { fact, read, put } = BARS[name];
    const found = facts.find((each) => each.name === fact);
    if (found === undefined) continue;
    const ours = read(service.retrieval);
    const own = put(retrieval, found.value);
    if (own === false) {
      const shown = found.value === undefined ? "does not say it" : `says ${JSON.stringify(found.value)}`;
      const words = `golive.yaml says retrieval.${name} is ${ours}, and configuration ${candidate.config} ${shown} (${found.path})`;
      doubts.push(doubt.unshown(`${found.path}:unusable`, words));
      continue;
    }
    retrieval = own;
    if (read(own) !== ours) {
      const words = `configuration ${candidate.config} says ${found.path} is ${read(own)}, golive.yaml says retrieval.${name} is ${ours}`;
      doubts.push(doubt.fail(`${found.path}:not-as-golive.yaml`, words));
    }
  }
  return { retrieval, doubts };
}

/** A finding under bars that are in doubt: it never passes, and says first what is wrong with the bars. */
export function underBars({ doubts }: CandidateBars, finding: GateFinding): GateFinding {
  if (doubts.length === 0) return finding;
  const passed = finding.verdict === "pass";
  const bars = inWords(doubts);
  return {
    ...finding,
    verdict: finding.verdict === "fail" ? "fail" : verdictOf(doubts),
    value: passed ? "bars in doubt" : finding.value,
    summary: `The bars are in doubt: ${bars}. ${passed ? "Held against the candidate's own bars, its data would pass." : finding.summary}`,
    next: `Make retrieval in golive.yaml and the candidate's configuration version say the same, or start with a version that exists. ${finding.next}`.trim(),
    findings: [...doubts.map(({ kind }) => kind), ...finding.findings],
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0;
