import type { Passage } from "#src/evaluation/oracle/gold";
import { ordinalFromId } from "#src/evaluation/oracle/gold";
import { evidenceKind, findGold } from "#src/evaluation/oracle/gold-evidence";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import { evidenceKeys, groupsOf } from "#src/operations/nudges/question-groups";

/** A chunk that retrieval found, with its places in the two lists that were fused. `tokens`: as the service counted; else estimated. */
export type NudgeChunk = {
  readonly id: string;
  readonly document: string;
  readonly text: string;
  readonly dense: number | null;
  readonly sparse: number | null;
  readonly tokens: number;
};

/** One answerable question with labelled evidence. */
export type NudgeCase = {
  readonly id: string;
  /** Questions of one group are no independent samples (question-groups.ts). */
  readonly group: string;
  /** In the service's own order. */
  readonly chunks: readonly NudgeChunk[];
  /** Places in `chunks` that hold gold evidence. */
  readonly gold: ReadonlySet<number>;
  /** So many of them are wanted: all labelled chunks, or one passage where evidence is a file or a text. At least 1. */
  readonly wanted: number;
  /** What the reader got: places in `chunks`, in the reader's order. */
  readonly context: readonly number[];
};

/** What a stored evaluation gives a search: its cases, and why others are none. */
export type NudgeCases = {
  readonly cases: readonly NudgeCase[];
  /** Answers whose retrieval list carries no ranks, or no texts. */
  readonly withoutRanks: number;
  /** Questions that weren't answered, are negatives, or carry no evidence. */
  readonly left: number;
};

/** `run`: the ingestion run that answered. Each question counts once: the first time it was asked. */
export function nudgeCases(records: readonly CaseRecord[], run: string): NudgeCases {
  const first = records.filter(({ repeat }) => repeat === 0);
  const tokens = knownTokens(first);
  const cases: (Omit<NudgeCase, "group"> & { readonly question: string; readonly evidence: readonly string[] })[] = [];
  let [withoutRanks, left] = [0, 0];
  for (const record of first) {
    const answer = record.reply?.answer ?? null;
    const kind = record.gold.answerable ? evidenceKind(record.gold, run) : null;
    if (answer === null || kind === null) {
      left += 1;
      continue;
    }
    const chunks = answer.snapshot.flatMap(({ chunk_id: id, document, text, ranks }): NudgeChunk[] =>
      text === null || ranks == null ? [] : [{ id, document, text, ...ranks, tokens: tokens(id, text) }],
    );
    if (chunks.length < answer.snapshot.length || chunks.length === 0) {
      withoutRanks += 1;
      continue;
    }
    const passages = chunks.map(
      ({ id, document, text }): Passage => ({ chunkId: id, document, text, ordinal: ordinalFromId(id) }),
    );
    const places = new Map(chunks.map(({ id }, at) => [id, at]));
    const gold = findGold(record.gold, run, passages);
    // Where evidence is a passage, other words for the same passage are the same evidence.
    const found = kind === "chunks" || kind === "quotes" ? [...gold].flatMap((at) => chunks[at]?.id ?? []) : [];
    cases.push({
      id: record.gold.id,
      question: record.gold.question,
      evidence: [...evidenceKeys(record.gold), ...found.map((id) => JSON.stringify(["chunk", id]))],
      chunks,
      gold,
      wanted: kind === "chunks" ? Math.max(1, record.gold.chunks?.ids.length ?? 1) : 1,
      context: answer.context.map(({ chunk_id }) => places.get(chunk_id) ?? -1),
    });
  }
  const sorted = cases.sort((a, b) => (a.id < b.id ? -1 : 1));
  const groups = groupsOf(sorted);
  const grouped = sorted.map(({ question: _, evidence: __, ...one }, at) => ({ ...one, group: groups[at] ?? one.id }));
  return { cases: grouped, withoutRanks, left };
}

/** Tokens of a chunk: as the service counted them wherever it stood in a context; else by its letters, at the rate of those that are known. */
function knownTokens(records: readonly CaseRecord[]): (id: string, text: string) => number {
  const known = new Map<string, number>();
  let [letters, counted] = [0, 0];
  for (const { reply } of records) {
    for (const { chunk_id, text, tokens } of reply?.answer?.context ?? []) {
      if (known.has(chunk_id)) continue;
      known.set(chunk_id, tokens);
      letters += text.length;
      counted += tokens;
    }
  }
  const rate = letters === 0 ? 0.25 : counted / letters;
  return (id, text) => known.get(id) ?? Math.ceil(text.length * rate);
}
