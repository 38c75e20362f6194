import type { NudgeCase, NudgeChunk } from "#src/operations/nudges/case";
import { contextAgain, type FusionFrame, type FusionSettings, fuseAgain } from "#src/operations/nudges/fusion";
import type { RetrievalInput } from "#src/operations/nudges/search-retrieval";

export const PRESENT: FusionSettings = { rrfK: 60, dense: 1, sparse: 1, cap: 4 };
export const FRAME: FusionFrame = { dedupJaccard: 0.8, chunks: 8, maxTokens: 3_000 };
export const MOVABLE = { weights: true, rrfK: true, cap: true };

/** The same numbers for the same seed: mulberry32. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled(count: number, next: () => number): number[] {
  const list = Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [list[at], list[other]] = [list[other] ?? 0, list[at] ?? 0];
  }
  return list;
}

/**
 * A question over so many chunks of 10 documents, one of them gold. `sparseKnows`: how often the sparse list has it among its first three; else,
 * and in the dense list always, it stands anywhere.
 */
function question(id: string, sparseKnows: number, count: number, next: () => number): NudgeCase {
  const gold = Math.floor(next() * count);
  const [dense, sparse] = [shuffled(count, next), shuffled(count, next)];
  if (next() < sparseKnows) {
    const [from, to] = [sparse.indexOf(gold), Math.floor(next() * 3)];
    [sparse[from], sparse[to]] = [sparse[to] ?? 0, gold];
  }
  const chunks = Array.from({ length: count }, (_, at): NudgeChunk => {
    return {
      id: `${id}-c${String(at).padStart(2, "0")}`,
      document: `d${at % 10}`,
      text: `chunk ${at} of ${id}`,
      dense: dense.indexOf(at) + 1,
      sparse: sparse.indexOf(at) + 1,
      tokens: 200,
    };
  });
  const name = chunks[gold]?.id;
  const order = fuseAgain(chunks, PRESENT);
  const ranked = order.flatMap((at) => chunks[at] ?? []);
  const draft = {
    id,
    group: id,
    chunks: ranked,
    gold: new Set([ranked.findIndex((chunk) => chunk.id === name)]),
    wanted: 1,
  };
  return { ...draft, context: contextAgain({ ...draft, context: [] }, PRESENT, FRAME) };
}

/** `copies`: so often is each question in it, as people put one thing in several ways. */
export function world(
  seed: number,
  { questions = 130, sparseKnows = 0, chunks = 30, copies = 1 } = {},
): RetrievalInput {
  const next = chance(seed);
  const facts = Array.from({ length: questions }, (_, at) => {
    return question(`q-${String(at).padStart(3, "0")}`, sparseKnows, chunks, next);
  });
  const cases = facts.flatMap((one) =>
    Array.from({ length: copies }, (_, copy) => (copy === 0 ? one : { ...one, id: `${one.id}-${copy}` })),
  );
  return { cases, withoutRanks: 0, left: 0, present: PRESENT, frame: FRAME, movable: MOVABLE };
}
