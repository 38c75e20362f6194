import { ordinalFromId, type Passage } from "#src/evaluation/oracle/gold";
import { type EvidenceKind, evidenceKind, findGold } from "#src/evaluation/oracle/gold-evidence";
import type { ReaderCase } from "#src/evaluation/oracle/reader-used-gold";
import type { CaseRecord } from "#src/evaluation/run/case-record";

/**
 * What the oracles see in one trial, without asking whether the evidence is in the documents at all: a `prefilter` of false may be
 * the retriever's fault or the label's.
 */
export type CaseOracle = {
  /** By what it is decided; null: the case carries no evidence. */
  readonly evidence: EvidenceKind | null;
  /** Whether gold evidence is in the snapshot before any clamp, and in what the reader got. Null: not answered, or no evidence. */
  readonly prefilter: boolean | null;
  readonly postfilter: boolean | null;
};

type Chunk = { readonly chunk_id: string; readonly document: string; readonly text: string };

const passage = ({ chunk_id, document, text }: Chunk): Passage => ({
  chunkId: chunk_id,
  document,
  text,
  ordinal: ordinalFromId(chunk_id),
});

/** `run`: the ingestion run that answered. A snapshot that comes without texts can't show evidence by words. */
export function caseOracle({ gold, reply }: CaseRecord, run: string): CaseOracle {
  const evidence = gold.answerable ? evidenceKind(gold, run) : null;
  const answer = reply?.answer ?? null;
  if (evidence === null || answer === null) return { evidence, prefilter: null, postfilter: null };
  const byName = evidence === "chunks" || evidence === "files";
  const shown = byName || answer.snapshot.every(({ text }) => text !== null);
  const snapshot = answer.snapshot.map((chunk) => passage({ ...chunk, text: chunk.text ?? "" }));
  return {
    evidence,
    prefilter: shown ? findGold(gold, run, snapshot).size > 0 : null,
    postfilter: findGold(gold, run, answer.context.map(passage)).size > 0,
  };
}

/** A trial as `readerUsedGold` takes it; null for a negative, or one that wasn't answered. */
export function readerCase({ gold, reply, verdict }: CaseRecord, run: string): ReaderCase | null {
  const answer = reply?.answer ?? null;
  if (answer === null || !gold.answerable) return null;
  const context = answer.context.map(passage);
  return {
    id: gold.id,
    context,
    gold: findGold(gold, run, context),
    citations: answer.citations.map(({ chunk_id }) => chunk_id),
    answer2response: verdict?.judgement?.answer2response ?? null,
    retrieved2response: verdict?.judgement?.retrieved2response ?? null,
  };
}
