import { z } from "zod";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { CONFIGURATION_FACTS, type FactName, type FactOverrides } from "#src/manifest/configuration-facts";
import { nudgeCases } from "#src/operations/nudges/case";
import { searchRetrieval } from "#src/operations/nudges/search-retrieval";
import { type FusionPaths, fusionChanges, fusionTitle, readFusion } from "#src/operations/nudges/settings";
import type { Json } from "#src/operations/operation";
import type { ProposalKind } from "#src/operations/proposals/events";
import { type LiveBody, liveConfig } from "#src/operations/proposals/work/live-config";
import type { ProposalDraft } from "#src/operations/use-cases";
import type { RagStore } from "#src/rag/store";
import { pairText, samePair } from "#src/release/pair";

/** What a search came to. `draft`: what may be proposed; null: nothing, and `says` why. */
export type Searched = {
  readonly search: Extract<ProposalKind, "retrieval-nudge" | "chunk-override">;
  readonly says: string;
  readonly draft: ProposalDraft | null;
};

export type SearchDeps = {
  readonly evaluations: Pick<EvaluationStore, "cases">;
  readonly store: RagStore;
  /** golive.yaml's `configuration_facts` of the service. */
  readonly facts: FactOverrides;
};

/** `operation`: the one that searches; null: a person's command does. */
export type SearchWish = {
  readonly evaluation: RunRecord;
  readonly operation: string | null;
  readonly signal?: AbortSignal;
};

const jsonSchema = z.json();

/**
 * Looks for better settings on what an evaluation of the live pair stored. Asks no model and proposes nothing itself: each draft goes to
 * `ProposalUseCases.propose`. The same evaluation and configuration give the same drafts, to the byte. Throws what the stores throw.
 */
export async function searchProposals(deps: SearchDeps, wish: SearchWish): Promise<readonly Searched[]> {
  const { pair } = wish.evaluation.plan;
  const live = await liveConfig(deps.store);
  const body = jsonSchema.safeParse(live?.body);
  if (live === null || live.digest === null || !samePair(live.pair, pair) || !body.success) {
    const says = `Evaluation ${wish.evaluation.id} is of ${pairText(pair)}, and ${pairText(live?.pair ?? null)} is live: nothing was searched.`;
    return [{ search: "retrieval-nudge", says, draft: null }];
  }
  const records: CaseRecord[] = [];
  for await (const record of deps.evaluations.cases(wish.evaluation.id)) {
    wish.signal?.throwIfAborted();
    records.push(record);
  }
  return [searchFusion(deps.facts, wish, { ...live, body: body.data, digest: live.digest }, records)];
}

type Live = LiveBody & { readonly body: Json; readonly digest: string };

function searchFusion(facts: FactOverrides, wish: SearchWish, live: Live, records: readonly CaseRecord[]): Searched {
  const search = "retrieval-nudge";
  const paths = pathsOf(facts);
  const fusion = readFusion(live.body, paths);
  if (!fusion.ok) return { search, says: fusion.says, draft: null };
  const cases = nudgeCases(records, live.pair.run);
  const found = searchRetrieval({ ...cases, ...fusion });
  if (found.kind !== "found") return { search, says: found.says, draft: null };
  const { settings, kind: _, ...evidence } = found;
  return {
    search,
    says: found.summary,
    draft: {
      kind: search,
      title: fusionTitle(fusion.present, settings),
      operation: wish.operation,
      base: { ...live.pair, digest: live.digest },
      changes: fusionChanges(paths, fusion.present, settings),
      evidence: { ...evidence, cautions: cautions(cases.withoutRanks, cases.left) },
      needsRun: false,
    },
  };
}

function cautions(withoutRanks: number, left: number): readonly string[] {
  return [
    "Only retrieval was measured: whether the answers get better is for the evaluation of its go-live to show.",
    "The questions are those of the gold set, and they are searched on again and again: what only fits them shows on other questions, so keep adding some.",
    ...(withoutRanks === 0 ? [] : [`${withoutRanks} answers carried no ranks or texts and were left out.`]),
    ...(left === 0 ? [] : [`${left} questions were left out: negative, not answered, or without labelled evidence.`]),
  ];
}

/** Where a service keeps what the fusion needs. */
function pathsOf(facts: FactOverrides): FusionPaths {
  const pathOf = (name: FactName): string | null => {
    const override = facts[name];
    if (override === undefined) return CONFIGURATION_FACTS[name];
    return typeof override === "string" ? override : null;
  };
  return {
    fusion: pathOf("fusion"),
    rrf_k: pathOf("rrf_k"),
    weights: pathOf("weights"),
    per_document_cap: pathOf("per_document_cap"),
    dedup_jaccard: pathOf("dedup_jaccard"),
    rerank_enabled: pathOf("rerank_enabled"),
    context_chunks: pathOf("context_chunks"),
    context_max_tokens: pathOf("context_max_tokens"),
  };
}
