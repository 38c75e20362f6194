import { CONFIDENCE, FEWEST_PAIRS } from "#src/evaluation/compare/paired-difference";
import { type GoldCase, isSameDocument } from "#src/evaluation/oracle/gold";
import { isLabelled } from "#src/evaluation/oracle/gold-evidence";
import { type Chunkings, candidatesFor, type DomainChunking } from "#src/operations/nudges/chunks/chunking";
import { type Cutting, cut } from "#src/operations/nudges/chunks/cut";
import { DOMAINS, type Domain, domainOf } from "#src/operations/nudges/chunks/domain";
import { type CutChunk, type ProxyQuestion, proxyOf } from "#src/operations/nudges/chunks/proxy";
import { reassemble } from "#src/operations/nudges/chunks/reassemble";
import { crossValidate } from "#src/operations/nudges/cross-validate";
import { FOLDS } from "#src/operations/nudges/folds";
import { SEED } from "#src/operations/nudges/search-retrieval";
import type { ProposedFigure } from "#src/operations/proposals/events";
import { digestOf } from "#src/release/hash";

type StoredDocument = {
  readonly document: string;
  readonly chunks: readonly { readonly id: string; readonly text: string }[];
};

export type ChunkInput = {
  readonly documents: readonly StoredDocument[];
  readonly questions: readonly ProxyQuestion[];
  readonly present: Chunkings;
  /** Tokens that the reader gets at most. */
  readonly budget: number;
};

export type FoundOverride = {
  readonly kind: "found";
  readonly domain: Domain;
  readonly chunking: DomainChunking;
  readonly summary: string;
  readonly figures: readonly ProposedFigure[];
  readonly better: readonly string[];
  readonly worse: readonly string[];
  readonly how: string;
  readonly digest: string;
};
export type ChunkSearch = { readonly kind: "cannot" | "nothing"; readonly says: string } | FoundOverride;

/** Share of the documents that have to be put together again, and how near Golive's own cutter has to come to ingestion's. */
const REASSEMBLED = 0.95;
const MOST_CHUNKS = 20_000;
const LENGTH_RATIO = 1.5;
const PROXY_POINTS = 0.03;
/** How much worse the questions of other domains may get, and how many more chunks there may be. */
const WORSE_POINTS = 0.01;
const MORE_CHUNKS = 2;

type Prepared = {
  readonly documents: readonly { readonly document: string; readonly text: string; readonly domain: Domain }[];
  readonly questions: readonly (ProxyQuestion & { readonly domain: Domain })[];
  readonly chunks: readonly CutChunk[];
  /** Of the present chunking, as Golive cuts it, in the order of the questions. */
  readonly values: readonly number[];
};

/**
 * Looks for another chunking of the documents of one domain, on a proxy that needs no model: how far up BM25 brings the evidence within the
 * reader's budget of tokens, with the present chunking and with another, both cut by Golive. The same input gives the same result.
 */
export function searchChunks(input: ChunkInput): readonly ChunkSearch[] {
  const prepared = prepare(input);
  if (typeof prepared === "string")
    return [{ kind: "cannot", says: `Other chunkings can't be compared: ${prepared}.` }];
  return DOMAINS.map((domain) => searchDomain(input, prepared, domain));
}

/** Everything that both sides share; or why the comparison would not be honest. */
function prepare({ documents, questions, present, budget }: ChunkInput): Prepared | string {
  const stored = documents.reduce((sum, { chunks }) => sum + chunks.length, 0);
  if (stored > MOST_CHUNKS) return `${stored} chunks are more than the ${MOST_CHUNKS} that are looked through here`;
  const sorted = [...documents].sort((a, b) => (a.document < b.document ? -1 : 1));
  const whole = sorted.flatMap(({ document, chunks }) => {
    const text = reassemble(chunks);
    return text === null ? [] : [{ document, text, domain: domainOf(document, text) }];
  });
  if (whole.length === 0 || whole.length < REASSEMBLED * documents.length) {
    return `only ${whole.length} of ${documents.length} documents can be put together from their chunks without a doubt (numbers at the end of chunk ids, without a gap)`;
  }
  const chunks = chunksOf(whole, present);
  const ratio =
    meanLength(chunks.map(({ text }) => text)) /
    meanLength(sorted.flatMap((each) => each.chunks.map(({ text }) => text)));
  if (ratio > LENGTH_RATIO || ratio < 1 / LENGTH_RATIO) {
    return `with the present values Golive's cutter makes chunks ${ratio.toFixed(2)} times as long as ingestion's, so it isn't the same chunking`;
  }
  const located = locate(questions, whole);
  const values = proxyOf(chunks, located, budget);
  const asStored = sorted.flatMap((each) =>
    each.chunks.map(({ id, text }, ordinal): CutChunk => {
      return { chunkId: id, document: each.document, text, ordinal, jaccard: present.mixed.jaccard };
    }),
  );
  const off = mean(values) - mean(proxyOf(asStored, located, budget));
  if (located.length >= FEWEST_PAIRS && Math.abs(off) > PROXY_POINTS) {
    return `with the present values Golive's cutter finds ${(100 * Math.abs(off)).toFixed(1)} points ${off > 0 ? "more" : "less"} evidence than the stored chunks, so it isn't the same chunking`;
  }
  return { documents: whole, questions: located, chunks, values };
}

function searchDomain({ present, budget }: ChunkInput, prepared: Prepared, domain: Domain): ChunkSearch {
  const { documents, questions, values } = prepared;
  const own = [...questions.keys()].filter((at) => questions[at]?.domain === domain);
  const count = documents.filter((each) => each.domain === domain).length;
  if (own.length < FEWEST_PAIRS) {
    const says = `${domain}: ${count} documents, and the evidence of ${own.length} questions in them; it takes ${FEWEST_PAIRS} to say anything.`;
    return { kind: "cannot", says };
  }
  const candidates = candidatesFor(domain, present[domain]);
  const arms = candidates.map((chunking, at) => {
    const chunks = at === 0 ? prepared.chunks : chunksOf(documents, { ...present, [domain]: chunking });
    return { chunks, values: at === 0 ? values : proxyOf(chunks, questions, budget) };
  });
  const of = (arm: number, at: number): number => arms[arm]?.values[at] ?? 0;
  const ids = own.map((at) => questions[at]?.gold.id ?? "");
  const scores = candidates.map((_, arm) => own.map((at) => of(arm, at)));
  const { chosen, heldOut } = crossValidate(ids, scores, SEED);
  const chunking = candidates[chosen];
  const how = `${candidates.length} chunkings, the present one among them, of ${count} documents that are ${domain}; evidence within a quarter, half and all of ${budget} tokens by BM25; ${FOLDS} folds of questions by hash (seed ${SEED}), chosen on four, tested on the fifth; ${100 * CONFIDENCE} % interval of the paired difference, widened since the folds share questions. Three domains are searched, each at that level.`;
  const { interval, difference } = heldOut;
  if (chunking === undefined || chosen === 0 || interval === null || difference === null || interval.low <= 0) {
    return { kind: "nothing", says: `${domain}: none of ${candidates.length} chunkings is proven better. ${how}` };
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
    search: "chunk-override/1",
    domain,
    documents: documents.map(({ document, text }) => [document, text]),
    questions: questions.map((each) => ({ gold: { ...each.gold }, question: each.question })),
    present,
    budget,
    candidates,
    seed: SEED,
  });
  const moved = own.map((at) => ({ id: questions[at]?.gold.id ?? "", by: of(chosen, at) - of(0, at) }));
  const most = (sign: 1 | -1): readonly string[] =>
    moved
      .filter(({ by }) => sign * by > 0)
      .sort((a, b) => sign * (b.by - a.by) || (a.id < b.id ? -1 : 1))
      .slice(0, 20)
      .map(({ id }) => id);
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
        n: heldOut.n,
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
    better: most(1),
    worse: most(-1),
  };
}

/** Questions whose evidence stands in a document by its words, with that document's domain. A file's name alone locates nothing. */
function locate(questions: readonly ProxyQuestion[], documents: Prepared["documents"]): Prepared["questions"] {
  return [...questions]
    .sort((a, b) => (a.gold.id < b.gold.id ? -1 : 1))
    .flatMap((each) => {
      const { expectedFiles } = each.gold;
      const gold: GoldCase = { ...each.gold, chunks: null, expectedFiles: [] };
      const among = documents.filter(
        ({ document }) => expectedFiles.length === 0 || expectedFiles.some((file) => isSameDocument(file, document)),
      );
      const found = each.gold.answerable ? among.find((document) => isLabelled(gold, "", [document])) : undefined;
      return found === undefined ? [] : [{ ...each, gold, domain: found.domain }];
    });
}

function chunksOf(documents: Prepared["documents"], chunkings: Chunkings): readonly CutChunk[] {
  return documents.flatMap(({ document, text, domain }) => {
    const { jaccard, ...cutting }: DomainChunking & Cutting = chunkings[domain];
    return cut(text, cutting).map((piece, ordinal): CutChunk => {
      return { chunkId: `${document}#${ordinal}`, document, text: piece, ordinal, jaccard };
    });
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const meanLength = (texts: readonly string[]): number => Math.max(1, mean(texts.map(({ length }) => length)));
