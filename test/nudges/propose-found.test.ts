import { describe, expect, it } from "vitest";
import { listServices } from "#src/config/to-policy";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { createProposeFound } from "#src/operations/nudges/work/propose-found";
import { searchProposals } from "#src/operations/nudges/work/search-proposals";
import type { ProposalDraft } from "#src/operations/use-cases";
import type { RagStore } from "#src/rag/store";
import { createRagStore } from "#src/rag/store-postgres";
import { gold, plan, reply, verdict } from "#test/evaluation-run/records";
import { world } from "#test/nudges/worlds";
import { made } from "#test/proposals/story";
import { shippedConfig } from "#test/support/bot";

const PAIR = { run: "run-1", config: "v1" };
const BODY = {
  retrieval: { fusion: "rrf", rrf_k: 60, weights: { dense: 1, sparse: 1 }, per_document_cap: 4, dedup_jaccard: 0.8 },
  rerank: { enabled: false },
  context: { chunks: 8, max_tokens: 3_000 },
};
const EVALUATION: RunRecord = {
  id: "ev_1",
  plan: plan([], { pair: PAIR }),
  state: "finished",
  reason: null,
  counts: { planned: 60, answered: 60, graded: 60, refusals: 0, ungraded: 0, failed: 0 },
  startedAt: 1,
  endedAt: 2,
};

/** Answers in which full-text search knows and the vectors guess. */
const RECORDS: readonly CaseRecord[] = world(1, { questions: 60, sparseKnows: 0.9 }).cases.map((one, place) => {
  const { answer, ...rest } = reply("Seven days.");
  if (answer === null) throw new Error("no answer");
  const chunks = one.chunks.map(({ id, document, text, tokens, dense, sparse }, at) => {
    return { chunk_id: id, document, text, bm25_text: text, score: 1, rank: at + 1, tokens, ranks: { dense, sparse } };
  });
  const ids = [...one.gold].flatMap((at) => chunks[at]?.chunk_id ?? []);
  return {
    run: "ev_1",
    place,
    repeat: 0,
    gold: gold(one.id, { chunks: { run: PAIR.run, ids } }),
    reply: { ...rest, answer: { ...answer, snapshot: chunks, context: one.context.flatMap((at) => chunks[at] ?? []) } },
    verdict: verdict(),
  };
});

const evaluations = (records = RECORDS) => ({
  run: async (id: string) => (id === "ev_1" ? EVALUATION : null),
  async *cases() {
    yield* records;
  },
});
/** A store that is never asked for more than this: it connects on first use. */
const [service] = listServices(await shippedConfig());
if (service === undefined) throw new Error("no service is configured");
const unasked = createRagStore({ service, connectionString: "postgres://nobody@127.0.0.1:1/nothing" });
const store = (live: typeof PAIR | null = PAIR, body: unknown = BODY): RagStore => ({
  ...unasked,
  pointer: async () => live,
  configVersions: async () => [{ version: "v1", body }],
});
const ask = (given: { live?: typeof PAIR | null; body?: unknown; records?: readonly CaseRecord[] } = {}) =>
  searchProposals(
    { evaluations: evaluations(given.records), store: store(given.live, given.body), facts: {} },
    { evaluation: EVALUATION, operation: "op_1" },
  );

describe("searching on a stored evaluation", () => {
  it("drafts a change of the keys that the service keeps them under, for what is live", async () => {
    const [fusion, chunking] = await ask();
    expect(fusion?.draft).toMatchObject({
      kind: "retrieval-nudge",
      operation: "op_1",
      base: { ...PAIR, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      needsRun: false,
      changes: expect.arrayContaining([{ path: "retrieval.weights.sparse", from: 1, to: expect.any(Number) }]),
    });
    expect(chunking).toMatchObject({ draft: null, says: expect.stringContaining("doesn't say how documents are cut") });
    expect(JSON.stringify(await ask())).toBe(JSON.stringify([fusion, chunking]));
  });

  it("searches nothing on what isn't live, and nothing with another fusion, a reranker, or unknown weights", async () => {
    const says = async (given: Parameters<typeof ask>[0]) => (await ask(given))[0]?.says;
    expect(await says({ live: { run: "run-2", config: "v1" } })).toContain(
      "run-2 with v1 is live: nothing was searched",
    );
    expect(await says({ live: null })).toContain("nothing is live");
    const retrieval = { ...BODY.retrieval, fusion: "linear" };
    expect(await says({ body: { ...BODY, retrieval } })).toContain('fuses by "linear"');
    expect(await says({ body: { ...BODY, rerank: { enabled: true } } })).toContain("a reranker orders");
    expect(await says({ body: { ...BODY, context: {} } })).toContain("doesn't say the two weights");
  });

  it("says that nothing can be told from no questions, and counts repeats once", async () => {
    expect((await ask({ records: [] }))[0]).toMatchObject({
      draft: null,
      says: expect.stringContaining("Only 0 questions in 0 groups"),
    });
    const twice = RECORDS.slice(0, 15).flatMap((record) => [record, { ...record, repeat: 1 }]);
    expect((await ask({ records: twice }))[0]?.says).toContain("Only 15 questions");
  });
});

describe("after the weekly evaluation", () => {
  it("proposes what was found and says so, also when it was proposed and declined before", async () => {
    const drafts: ProposalDraft[] = [];
    const ended = {
      as: "declined",
      says: "Not this month",
      by: { id: "U1", name: "Dan", kind: "member" },
      at: 1,
    } as const;
    const found = (over: boolean) =>
      createProposeFound({
        evaluations: evaluations(),
        service: () => ({ store: store(), facts: {} }),
        proposals: {
          async propose(_, draft) {
            drafts.push(draft);
            return { ok: true, id: "pp_1", events: [] };
          },
          proposal: async () => ({ ...made(), ended: over ? ended : null }),
        },
      });
    const order = { operation: "op_1", number: 1, kind: "weekly", service: "docs", channel: "C1", due: 1 } as const;
    const signal = new AbortController().signal;
    const [first] = await found(false)("ev_1", order, signal);
    expect(first).toMatch(/^Proposal #1: Weigh full-text search more.*Gold evidence stands higher/);
    const [again] = await found(true)("ev_1", order, signal);
    expect(again).toMatch(/It was proposed before, and is declined: Not this month$/);
    expect(JSON.stringify(drafts[0])).toBe(JSON.stringify(drafts[1]));
    expect(await found(false)("ev_gone", order, signal)).toEqual(["Evaluation ev_gone is gone: nothing was searched."]);
  });
});
