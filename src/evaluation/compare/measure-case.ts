import type { EvaluatedCase, EvaluatedRun, EvaluatedTrial, SnapshotSize } from "#src/evaluation/compare/evaluated-run";
import type { Values } from "#src/evaluation/compare/measures";
import { ordinalFromId, type Passage } from "#src/evaluation/oracle/gold";
import { findGold } from "#src/evaluation/oracle/gold-evidence";
import { readerUsedGold } from "#src/evaluation/oracle/reader-used-gold";
import type { CaseRecord, CaseVerdict, GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import type { RunRecord } from "#src/evaluation/run/run-record";

type Answer = NonNullable<Reply["answer"]>;

/**
 * A run with its values, read once: contexts are looked at and let go. `labelled`: ids of the cases whose evidence is in the
 * documents; null where nobody could look, and then no oracle of retrieval is measured.
 */
export async function measureRun(
  record: RunRecord,
  cases: AsyncIterable<CaseRecord>,
  labelled: ReadonlySet<string> | null,
): Promise<EvaluatedRun> {
  const byId = new Map<string, { gold: GoldQuestion; trials: EvaluatedTrial[] }>();
  for await (const one of cases) {
    const known = byId.get(one.gold.id) ?? { gold: one.gold, trials: [] };
    const inDocuments = labelled?.has(one.gold.id) ?? null;
    known.trials.push(measureTrial(one, record.plan.pair.run, inDocuments));
    byId.set(one.gold.id, known);
  }
  return {
    record,
    cases: [...byId.values()].map(({ gold, trials }): EvaluatedCase => {
      const isKnown = gold.answerable && labelled !== null;
      return { gold, labelled: isKnown ? labelled.has(gold.id) : null, trials };
    }),
  };
}

function measureTrial({ gold, place, reply, verdict }: CaseRecord, run: string, labelled: boolean | null) {
  const answer = reply?.answer ?? null;
  const snapshot =
    answer !== null && gold.answerable && labelled === true ? sizeOf(gold, run, snapshotOf(answer)) : null;
  return {
    place,
    outcome: verdict?.outcome ?? (reply === null ? "unasked" : "unjudged"),
    reason: verdict?.reason ?? reply?.reason ?? null,
    values: {
      ...(answer === null || snapshot === null ? {} : retrieved(gold, run, answer, snapshot)),
      ...(answer !== null && verdict !== null ? judged(gold, run, answer, verdict) : {}),
    },
    snapshot,
    request: reply === null ? null : { seconds: reply.latencyMs / 1000, failed: reply.censored },
    unshown: reply?.unshown ?? [],
  } satisfies EvaluatedTrial;
}

function retrieved(gold: GoldQuestion, run: string, answer: Answer, snapshot: SnapshotSize): Values {
  return {
    oracle_retrieval_hit_prefilter: snapshot.evidenceWithin === null ? 0 : 1,
    oracle_retrieval_hit_postfilter: findGold(gold, run, contextOf(answer)).size > 0 ? 1 : 0,
  };
}

/** How far down the evidence stands, found by halving: with more chunks it is never lost again. */
function sizeOf(gold: GoldQuestion, run: string, passages: readonly Passage[]): SnapshotSize {
  const lengths = passages.map(({ text }) => text.length);
  const upTo = (count: number) => lengths.slice(0, count).reduce((sum, length) => sum + length, 0);
  const isWithin = (count: number) => findGold(gold, run, passages.slice(0, count)).size > 0;
  if (!isWithin(passages.length)) return { characters: upTo(passages.length), evidenceWithin: null };
  let [without, enough] = [0, passages.length];
  while (enough - without > 1) {
    const middle = (without + enough) >> 1;
    if (isWithin(middle)) enough = middle;
    else without = middle;
  }
  return { characters: upTo(passages.length), evidenceWithin: upTo(enough) };
}

function judged(gold: GoldQuestion, run: string, answer: Answer, verdict: CaseVerdict): Values {
  if (verdict.outcome === "refusal")
    return verdict.refused === null ? {} : { correct_refusal: verdict.refused ? 1 : 0 };
  const { metrics, judgement } = verdict;
  if (verdict.outcome !== "graded" || metrics === null || judgement === null) return {};
  const context = contextOf(answer);
  const { share } = readerUsedGold([
    {
      id: gold.id,
      context,
      gold: findGold(gold, run, context),
      citations: answer.citations.map(({ chunk_id }) => chunk_id),
      answer2response: judgement.answer2response,
      retrieved2response: judgement.retrieved2response,
    },
  ]);
  return {
    ...metrics,
    ...(share === null ? {} : { reader_used_gold: share }),
    abstention: judgement.answer2response.length === 0 ? 1 : 0,
  };
}

const passage = (chunkId: string, document: string, text: string): Passage => ({
  chunkId,
  document,
  text,
  ordinal: ordinalFromId(chunkId),
});

const snapshotOf = ({ snapshot }: Answer): Passage[] =>
  snapshot.map(({ chunk_id, document, text, bm25_text }) => passage(chunk_id, document, text ?? bm25_text));

/** What the reader got, as the oracles look at it. */
export const contextOf = ({ context }: Answer): Passage[] =>
  context.map(({ chunk_id, document, text }) => passage(chunk_id, document, text));
