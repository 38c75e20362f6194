import type { FewShotRefreshConfig } from "#src/config/few-shot-config";
import type { ServiceConfig } from "#src/config/service-config";
import { type BuiltPool, buildPool } from "#src/evaluation/few-shot/build-pool";
import { shareOf } from "#src/evaluation/few-shot/cover";
import { VectorError } from "#src/evaluation/few-shot/unit-vectors";
import { checkLeakage, type LeakedPair } from "#src/evaluation/leakage/check-leakage";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import type { EmbedTexts } from "#src/models/kept-embeddings";
import { ModelError } from "#src/models/model-error";
import { boundedList } from "#src/operations/few-shot/bounded-list";
import { type Choice, chooseAnew } from "#src/operations/few-shot/choose-anew";
import { type DraftInput, draftRefresh, provenanceOf } from "#src/operations/few-shot/draft-refresh";
import type { LiveExamples } from "#src/operations/few-shot/live-examples";
import type { KeptPools } from "#src/operations/few-shot/work/kept-pools";
import { readLive } from "#src/operations/few-shot/work/read-live";
import { type RefreshMaterial, readMaterial } from "#src/operations/few-shot/work/read-material";
import type { OperationFinding, OperationOrder, OperationRunner } from "#src/operations/operation";
import type { ProposalUseCases } from "#src/operations/use-cases";
import type { RagStore } from "#src/rag/store";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import { sentence } from "#src/release/wording";

type Deps = {
  /** Where golive.yaml stands. */
  readonly directory: string;
  readonly governed: (service: string) => {
    readonly service: ServiceConfig;
    readonly store: Pick<RagStore, "pointer" | "configVersions">;
  };
  readonly embed: EmbedTexts;
  readonly pools: Pick<KeptPools, "keep">;
  readonly proposals: Pick<ProposalUseCases, "propose" | "proposal">;
};

const MOST_NAMED = 3;

/**
 * Chooses the examples in prompts anew, and proposes what differs: a new configuration version that people accept, never a write of its own. It
 * fails where the pool that is live holds gold questions, whatever else it finds. Throws what another try may mend.
 */
export function createFewShotRunner(deps: Deps): OperationRunner {
  return async (order, signal) => {
    const { service, store } = deps.governed(order.service);
    const refresh = service.few_shot_refresh;
    if (refresh === undefined) {
      return open(`golive.yaml has no few_shot_refresh for ${service.id}: name its candidates there.`);
    }
    const read = await readLive(store, service);
    if (!read.ok) return open(read.says);
    try {
      const material = await readMaterial(deps.directory, service, refresh, read.live.poolSha256);
      signal.throwIfAborted();
      return await refreshWith(deps, order, signal, { live: read.live, refresh, material });
    } catch (error) {
      if (error instanceof ResultFileError) return open(`Nothing was chosen: ${sentence(error.message)}`);
      if (error instanceof VectorError)
        return fault(`The embedder's vectors are of no use: ${sentence(error.message)}`);
      if (error instanceof ModelError && !error.retryable && error.code !== "cancelled") {
        return fault(`The embedder can't be asked: ${sentence(error.message)}`);
      }
      throw error;
    }
  };
}

const open = (summary: string): OperationFinding => ({
  verdict: "inconclusive",
  summary,
  result: { outcome: "not-chosen" },
});
const fault = (summary: string): OperationFinding => ({ verdict: "error", summary, result: { outcome: "not-chosen" } });

type Found = {
  readonly live: LiveExamples;
  readonly refresh: FewShotRefreshConfig;
  readonly material: RefreshMaterial;
};

async function refreshWith(
  deps: Deps,
  order: OperationOrder,
  signal: AbortSignal,
  { live, refresh, material }: Found,
): Promise<OperationFinding> {
  const { candidates, gold, evaluation, pool } = material;
  const rules = { floor: refresh.quality_floor, size: refresh.pool_size, seed: refresh.seed };
  const leaking = typeof pool === "string" ? [] : checkLeakage(pool, evaluation).blocked;
  const built = buildPool(candidates.entries, evaluation, rules);
  const texts = [...built.entries, ...gold].map(({ question }) => question);
  const { vectors, asked } = await deps.embed(texts, {
    ...live.embedder,
    priority: "weekly",
    purpose: "few-shot refresh",
    audit: { service: order.service, manifest: null, fewShotIds: [], cot: false },
    signal,
  });
  const vectorOf = (text: string) => vectors.get(text) ?? [];
  const day = new Date(order.due).toISOString().slice(0, 10);
  const wish = {
    count: refresh.examples ?? null,
    replaceShare: refresh.replace_share,
    leastGain: refresh.least_gain,
    seed: rules.seed,
  };
  const choice = chooseAnew(live, built, gold, vectorOf, wish, day);
  const state: State = { leaking, unread: typeof pool === "string" ? pool : null, built };
  if ("refused" in choice)
    return finding(state, "inconclusive", `No examples could be chosen: ${choice.refused}.`, null);
  const input: DraftInput = {
    live,
    choice,
    built,
    rules,
    candidates: { sha256: candidates.sha256, count: candidates.entries.length },
    gold: { sha256: material.goldSha256, count: gold.length },
    poolFile: material.poolFile,
    leaking,
    livePoolSize: typeof pool === "string" ? null : pool.length,
    operation: order.operation,
  };
  return propose(deps, order, state, input, asked);
}

/** What the finding says besides the choice. */
type State = { readonly leaking: readonly LeakedPair[]; readonly unread: string | null; readonly built: BuiltPool };

async function propose(
  { pools, proposals }: Deps,
  { service }: OperationOrder,
  state: State,
  input: DraftInput,
  embedded: number,
): Promise<OperationFinding> {
  const { choice, live } = input;
  const provenance = provenanceOf(input);
  const about: About = { choice, provenance, embedded, outcome: "nothing-to-change", proposal: null };
  const draft = draftRefresh(input);
  const coverage = shareOf(choice.coverage.before).toFixed(3);
  if (draft === null) {
    const words = `Nothing to change: the ${live.ids.length} examples stay, coverage of the gold questions ${coverage}, pool of ${state.built.entries.length}.`;
    return finding(state, "pass", words, about);
  }
  // Before the proposal: whoever accepts it finds the pool.
  await pools.keep(service, choice.pool, {
    candidates_sha256: input.candidates.sha256,
    gold_sha256: input.gold.sha256,
    ...input.rules,
    guard_sha256: provenance.guard_sha256,
  });
  const decided = await proposals.propose(service, draft);
  if (!decided.ok) {
    // That people said no to it is known, not open.
    const verdict = decided.refusal.kind === "declined-before" ? "pass" : "inconclusive";
    const why = refusalText(decided.refusal, namesFrom(null));
    const words = `Nothing was proposed: ${draft.evidence.summary} ${why}`;
    return finding(state, verdict, words, { ...about, outcome: "not-proposed" });
  }
  const made = await proposals.proposal(decided.id);
  const already = made?.ended ?? null;
  const words =
    already === null
      ? `Proposal #${made?.number ?? "?"}: ${draft.title}. ${draft.evidence.summary}`
      : `The same choice was proposed before, as #${made?.number}, which is ${already.as}: ${already.says}`;
  return finding(state, "pass", words, { ...about, outcome: "proposed", proposal: decided.id });
}

type About = {
  readonly choice: Choice;
  readonly provenance: ReturnType<typeof provenanceOf>;
  readonly embedded: number;
  readonly outcome: "nothing-to-change" | "proposed" | "not-proposed";
  readonly proposal: string | null;
};

/** A leak in what is live outweighs everything; a live pool that nobody could read leaves open whether it leaks. */
function finding(
  { leaking, unread, built }: State,
  verdict: OperationFinding["verdict"],
  words: string,
  about: About | null,
): OperationFinding {
  const cases = new Set(leaking.map(({ eval_id }) => eval_id)).size;
  const named = leaking.slice(0, MOST_NAMED).map(({ eval_id, pool_id, rule }) => `${eval_id} in ${pool_id} by ${rule}`);
  const leak = `LEAKED: ${cases} gold cases stand in the pool that is live (${named.join(", ")}). `;
  const open = `Whether the live pool leaks is not known: ${unread}. `;
  return {
    verdict: leaking.length > 0 ? "fail" : unread !== null && verdict === "pass" ? "inconclusive" : verdict,
    summary: `${leaking.length > 0 ? leak : unread !== null ? open : ""}${words}`,
    result: {
      outcome: about?.outcome ?? "not-chosen",
      proposal: about?.proposal ?? null,
      leaked: boundedList(leaking, ({ rule }) => rule),
      dropped: boundedList(built.dropped, ({ because }) => because),
      review: boundedList(built.guard.review, ({ rule }) => rule),
      not_run: boundedList(built.guard.notRun, ({ rule }) => rule),
      ...(about === null ? {} : resultOf(about)),
    },
  };
}

function resultOf({ choice, provenance, embedded }: About): OperationFinding["result"] {
  return {
    provenance: { ...provenance, embedder: provenance.embedder === null ? null : { ...provenance.embedder } },
    replaced: choice.replaced.map((each) => ({ ...each })),
    coverage: { ...choice.coverage },
    too_near: boundedList(choice.tooNear, () => "cosine"),
    embedded,
  };
}
