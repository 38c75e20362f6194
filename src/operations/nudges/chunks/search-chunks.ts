import { CONFIDENCE, FEWEST_PAIRS } from "#src/evaluation/compare/paired-difference";
import { candidatesFor, type DomainChunking } from "#src/operations/nudges/chunks/chunking";
import { DOMAINS, type Domain } from "#src/operations/nudges/chunks/domain";
import { type ChunkInput, chunksOf, mean, type Prepared, prepare } from "#src/operations/nudges/chunks/prepare";
import { type CutChunk, proxyOf } from "#src/operations/nudges/chunks/proxy";
import { crossValidate } from "#src/operations/nudges/cross-validate";
import { FOLDS, SEED } from "#src/operations/nudges/folds";
import { movedMost } from "#src/operations/nudges/moved";
import { countGroups } from "#src/operations/nudges/question-groups";
import { finish, type Steps } from "#src/operations/nudges/steps";
import type { ProposalEvidence } from "#src/operations/proposals/events";
import { digestOf } from "#src/release/hash";

export type FoundOverride = Omit<ProposalEvidence, "cautions"> & {
  readonly kind: "found";
  readonly domain: Domain;
  readonly chunking: DomainChunking;
};
export type ChunkSearch = { readonly kind: "cannot" | "nothing"; readonly says: string } | FoundOverride;

/** How much worse the questions of other domains may get, and how many more chunks there may be. */
const WORSE_POINTS = 0.01;
const MORE_CHUNKS = 2;

/**
 * Looks for another chunking of the documents of one domain, on a proxy that needs no model: how far up BM25 brings the evidence within the
 * reader's budget of tokens, with the present chunking and with another, both cut by Golive. The same input gives the same result.
 */
export const searchChunks = (input: ChunkInput): readonly ChunkSearch[] => finish(searchChunksInSteps(input));

/** The same, with a pause after each chunking. */
export function* searchChunksInSteps(input: ChunkInput): Steps<readonly ChunkSearch[]> {
  const prepared = yield* prepare(input);
  if (typeof prepared === "string")
    return [{ kind: "cannot", says: `Other chunkings can't be compared: ${prepared}.` }];
  const found: ChunkSearch[] = [];
  // A domain without documents is nothing to speak of.
  const there = DOMAINS.filter((domain) => prepared.documents.some((each) => each.domain === domain));
  for (const domain of there) found.push(yield* searchDomain(input, prepared, domain));
  return found;
}

function* searchDomain({ present, budget }: ChunkInput, prepared: Prepared, domain: Domain): Steps<ChunkSearch> {
  const { documents, questions, values } = prepared;
  const own = [...questions.keys()].filter((at) => questions[at]?.domain === domain);
  const count = documents.filter((each) => each.domain === domain).length;
  const groups = own.map((at) => questions[at]?.group ?? "");
  if (new Set(groups).size < FEWEST_PAIRS) {
    const says = `${domain}: ${count} documents, and the evidence of ${countGroups(groups)} that share evidence or are asked alike in them; it takes ${FEWEST_PAIRS} groups to say anything.`;
    return { kind: "cannot", says };
  }
  const candidates = candidatesFor(domain, present[domain]);
  const arms: { readonly chunks: readonly CutChunk[]; readonly values: readonly number[] }[] = [];
  for (const [at, chunking] of candidates.entries()) {
    const chunks = at === 0 ? prepared.chunks : chunksOf(documents, { ...present, [domain]: chunking });
    arms.push({ chunks, values: at === 0 ? values : proxyOf(chunks, questions, budget) });
    yield;
  }
  const of = (arm: number, at: number): number => arms[arm]?.values[at] ?? 0;
  const scores = candidates.map((_, arm) => own.map((at) => of(arm, at)));
  const { chosen, heldOut } = crossValidate(groups, scores, SEED);
  const chunking = chosen === null ? undefined : candidates[chosen];
  const how = `${candidates.length} chunkings, the present one among them, of ${count} documents that are ${domain}; evidence within a quarter, half and all of ${budget} tokens by BM25; ${countGroups(groups)} that share evidence or are asked alike, each group counted once; ${FOLDS} folds of groups by hash (seed ${SEED}), chosen on four, tested on the fifth; ${100 * CONFIDENCE} % interval of the paired difference, widened since the folds share questions. Each domain with documents is searched at that level, none corrected for the others.`;
  const { interval, difference } = heldOut;
  if (
    chunking === undefined ||
    chosen === null ||
    chosen === 0 ||
    interval === null ||
    difference === null ||
    interval.low <= 0
  ) {
    return {
      kind: "nothing",
      says: `${domain}: none of ${candidates.length} chunkings is proven better, and the choice of most folds. ${how}`,
    };
  }
  const others = [...questions.keys()].filter((at) => !own.includes(at));
  const loss = mean(others.map((at) => of(0, at))) - mean(others.map((at) => of(chosen, at)));
  const [was, becomes] = [prepared.chunks.length, arms[chosen]?.chunks.length ?? 0];
  if (loss > WORSE_POINTS || becomes > MORE_CHUNKS * was) {
    const why =
      loss > WORSE_POINTS
        ? `questions about other documents lose ${(100 * loss).toFixed(1)} points`
        : `${becomes} chunks would stand where ${was} do`;
    return { kind: "nothing", says: `${domain}: a better chunking was found, and is not proposed: ${why}. ${how}` };
  }
  const digest = digestOf({
    search: "chunk-override/2",
    domain,
    documents: documents.map(({ document, text }) => [document, text]),
    questions: questions.map((each) => ({ gold: { ...each.gold }, question: each.question, group: each.group })),
    present,
    budget,
    candidates,
    seed: SEED,
  });
  return {
    kind: "found",
    domain,
    chunking,
    digest,
    how,
    summary: `Evidence in ${domain} documents stands ${(100 * difference).toFixed(1)} points further up within the reader's budget, interval ${(100 * interval.low).toFixed(1)} to ${(100 * interval.high).toFixed(1)}, by a proxy.`,
    figures: [
      {
        name: `evidence within the budget by BM25, ${domain}, held out`,
        unit: "share",
        base: heldOut.baseline ?? 0,
        proposed: heldOut.candidate ?? 0,
        interval: { ...interval, level: CONFIDENCE },
        n: own.length,
        groups: heldOut.n,
      },
      {
        name: "chunks of the whole run, as Golive cuts them",
        unit: "count",
        base: was,
        proposed: becomes,
        interval: null,
        n: questions.length,
      },
    ],
    ...movedMost(own.map((at) => ({ id: questions[at]?.gold.id ?? "", by: of(chosen, at) - of(0, at) }))),
  };
}
