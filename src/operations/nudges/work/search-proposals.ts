import { z } from "zod";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { type FactName, type FactOverrides, factPath } from "#src/manifest/configuration-facts";
import { nudgeCases } from "#src/operations/nudges/case";
import { overrideJson, presentChunkings } from "#src/operations/nudges/chunks/chunking";
import { searchChunksInSteps } from "#src/operations/nudges/chunks/search-chunks";
import { searchRetrievalInSteps } from "#src/operations/nudges/search-retrieval";
import { type FusionPaths, fusionChanges, fusionTitle, readFusion } from "#src/operations/nudges/settings";
import { inTurns } from "#src/operations/nudges/work/in-turns";
import type { Json } from "#src/operations/operation";
import { valueAt } from "#src/operations/proposals/apply-changes";
import type { ProposalKind } from "#src/operations/proposals/events";
import { type LiveBody, liveConfig } from "#src/operations/proposals/work/live-config";
import type { ProposalDraft } from "#src/operations/use-cases";
import { readDocuments, type StoredDocument } from "#src/rag/read-documents";
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
  const ground: Ground = { ...live, body: body.data, digest: live.digest };
  return [
    await searchFusion(deps.facts, wish, ground, records),
    ...(await searchChunkings(deps, wish, ground, records)),
  ];
}

type Ground = LiveBody & { readonly body: Json; readonly digest: string };

async function searchFusion(
  facts: FactOverrides,
  wish: SearchWish,
  live: Ground,
  records: readonly CaseRecord[],
): Promise<Searched> {
  const search = "retrieval-nudge";
  const paths = pathsOf(facts);
  const fusion = readFusion(live.body, paths);
  if (!fusion.ok) return { search, says: fusion.says, draft: null };
  const cases = nudgeCases(records, live.pair.run);
  const found = await inTurns(searchRetrievalInSteps({ ...cases, ...fusion }), wish.signal);
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

async function searchChunkings(
  { store, facts }: SearchDeps,
  wish: SearchWish,
  live: Ground,
  records: readonly CaseRecord[],
): Promise<readonly Searched[]> {
  const search = "chunk-override";
  const at = (name: FactName) => {
    const path = factPath(facts, name);
    return path === null ? null : valueAt(live.body, path);
  };
  const path = factPath(facts, "chunk_overrides");
  const overrides = at("chunk_overrides");
  const present = presentChunkings(
    {
      maxTokens: at("chunk_max_tokens"),
      overlapTokens: at("chunk_overlap_tokens"),
      jaccard: at("chunk_jaccard"),
    },
    overrides,
  );
  const [chunks, maxTokens] = [at("context_chunks"), at("context_max_tokens")];
  if (path === null || present === null || typeof chunks !== "number" || typeof maxTokens !== "number") {
    const says = "Other chunkings can't be compared: the configuration doesn't say how documents are cut.";
    return [{ search, says, draft: null }];
  }
  const documents: StoredDocument[] = [];
  const signal = wish.signal === undefined ? {} : { signal: wish.signal };
  await readDocuments(store, live.pair.run, (document) => void documents.push(document), signal);
  const questions = records.filter(({ repeat }) => repeat === 0).map(({ gold }) => ({ gold, question: gold.question }));
  const budget = Math.min(maxTokens, chunks * present.mixed.maxTokens);
  const searched = await inTurns(searchChunksInSteps({ documents, questions, present, budget }), wish.signal);
  return searched.map((found): Searched => {
    if (found.kind !== "found") return { search, says: found.says, draft: null };
    const { domain, chunking, kind: _, ...evidence } = found;
    const key = `${path}.${domain}`;
    const change = { path: key, from: valueAt(live.body, key), to: overrideJson(chunking) };
    return {
      search,
      says: found.summary,
      draft: {
        kind: search,
        title: `Cut ${domain} documents at ${chunking.maxTokens} tokens with ${Math.round(100 * chunking.overlap)} % overlap`,
        operation: wish.operation,
        base: { ...live.pair, digest: live.digest },
        changes: [change],
        evidence: { ...evidence, cautions: CHUNK_CAUTIONS },
        needsRun: true,
      },
    };
  });
}

const CHUNK_CAUTIONS: readonly string[] = [
  "This is a proxy: BM25 over chunks that Golive cut itself on both sides, without the service's vectors, fusion and reader.",
  "It takes a new ingestion: the run that is live was cut otherwise, and the new configuration is to go live with a run that was cut by it.",
  "What ingestion left out of the documents can't be put back, so it is missing on both sides.",
];

/** Where a service keeps what the fusion needs. */
function pathsOf(facts: FactOverrides): FusionPaths {
  return {
    fusion: factPath(facts, "fusion"),
    rrf_k: factPath(facts, "rrf_k"),
    weights: factPath(facts, "weights"),
    per_document_cap: factPath(facts, "per_document_cap"),
    dedup_jaccard: factPath(facts, "dedup_jaccard"),
    rerank_enabled: factPath(facts, "rerank_enabled"),
    context_chunks: factPath(facts, "context_chunks"),
    context_max_tokens: factPath(facts, "context_max_tokens"),
  };
}
