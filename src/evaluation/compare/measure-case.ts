import type { EvaluatedCase, EvaluatedRun, EvaluatedTrial, SnapshotSize } from "#src/evaluation/compare/evaluated-run";
import type { Values } from "#src/evaluation/compare/measures";
import { ordinalFromId, type Passage } from "#src/evaluation/oracle/gold";
import { findGold } from "#src/evaluation/oracle/gold-evidence";
import { readerUsedGold } from "#src/evaluation/oracle/reader-used-gold";
import { caseOracle, readerCase } from "#src/evaluation/run/case-oracle";
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

function measureTrial(record: CaseRecord, run: string, labelled: boolean | null): EvaluatedTrial {
  const { gold, place, reply, verdict } = record;
  const answer = reply?.answer ?? null;
  const { prefilter, postfilter } = caseOracle(record, run);
  const isCounted = labelled === true && answer !== null && prefilter !== null && postfilter !== null;
  return {
    place,
    outcome: verdict?.outcome ?? (reply === null ? "unasked" : "unjudged"),
    reason: verdict?.reason ?? reply?.reason ?? null,
    values: {
      ...(isCounted
        ? { oracle_retrieval_hit_prefilter: prefilter ? 1 : 0, oracle_retrieval_hit_postfilter: postfilter ? 1 : 0 }
        : {}),
      ...(verdict === null ? {} : judged(record, verdict, run)),
    },
    snapshot: isCounted ? sizeOf(gold, run, snapshotOf(answer)) : null,
    request: reply === null ? null : { seconds: reply.latencyMs / 1000, failed: reply.censored },
    unshown: reply?.unshown ?? [],
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

function judged(record: CaseRecord, verdict: CaseVerdict, run: string): Values {
  if (verdict.outcome === "refusal")
    return verdict.refused === null ? {} : { correct_refusal: verdict.refused ? 1 : 0 };
  const { metrics, judgement } = verdict;
  if (verdict.outcome !== "graded" || metrics === null || judgement === null) return {};
  const reader = readerCase(record, run);
  const used = reader === null ? null : readerUsedGold([reader]).share;
  return {
    ...metrics,
    ...(used === null ? {} : { reader_used_gold: used }),
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
  snapshot.map(({ chunk_id, document, text }) => passage(chunk_id, document, text ?? ""));

/** What the reader got, as the oracles look at it. */
export const contextOf = ({ context }: Answer): Passage[] =>
  context.map(({ chunk_id, document, text }) => passage(chunk_id, document, text));
