import { FEWEST_PAIRS } from "#src/evaluation/compare/paired-difference";
import { type GoldCase, isSameDocument } from "#src/evaluation/oracle/gold";
import { isLabelled } from "#src/evaluation/oracle/gold-evidence";
import type { Chunkings, DomainChunking } from "#src/operations/nudges/chunks/chunking";
import { type Cutting, cut } from "#src/operations/nudges/chunks/cut";
import { type Domain, domainOf } from "#src/operations/nudges/chunks/domain";
import { type CutChunk, type ProxyQuestion, proxyOf } from "#src/operations/nudges/chunks/proxy";
import { reassemble } from "#src/operations/nudges/chunks/reassemble";
import { evidenceKeys, groupsOf } from "#src/operations/nudges/question-groups";
import type { Steps } from "#src/operations/nudges/steps";

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

/** Share of the documents that have to be put together again, and how near Golive's own cutter has to come to ingestion's. */
const REASSEMBLED = 0.95;
const MOST_CHUNKS = 20_000;
const LENGTH_RATIO = 1.5;
const PROXY_POINTS = 0.03;
export type Prepared = {
  readonly documents: readonly { readonly document: string; readonly text: string; readonly domain: Domain }[];
  readonly questions: readonly (ProxyQuestion & { readonly domain: Domain; readonly group: string })[];
  readonly chunks: readonly CutChunk[];
  /** Of the present chunking, as Golive cuts it, in the order of the questions. */
  readonly values: readonly number[];
};

/** Everything that both sides share; or why the comparison would not be honest. */
export function* prepare({ documents, questions, present, budget }: ChunkInput): Steps<Prepared | string> {
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
  yield;
  const located = locate(questions, whole);
  yield;
  const values = proxyOf(chunks, located, budget);
  yield;
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

/** Questions whose evidence stands in a document by its words, with that document's domain. A file's name alone locates nothing. */
function locate(questions: readonly ProxyQuestion[], documents: Prepared["documents"]): Prepared["questions"] {
  const located = [...questions]
    .sort((a, b) => (a.gold.id < b.gold.id ? -1 : 1))
    .flatMap((each) => {
      const { expectedFiles } = each.gold;
      const gold: GoldCase = { ...each.gold, chunks: null, expectedFiles: [] };
      const among = documents.filter(
        ({ document }) => expectedFiles.length === 0 || expectedFiles.some((file) => isSameDocument(file, document)),
      );
      const found = each.gold.answerable ? among.find((document) => isLabelled(gold, "", [document])) : undefined;
      return found === undefined ? [] : [{ ...each, gold, domain: found.domain, labels: each.gold }];
    });
  const asked = located.map(({ labels, question }) => ({ id: labels.id, question, evidence: evidenceKeys(labels) }));
  const groups = groupsOf(asked);
  return located.map(({ labels, ...each }, at) => ({ ...each, group: groups[at] ?? labels.id }));
}

/** The documents cut by Golive, each as its domain is. */
export function chunksOf(documents: Prepared["documents"], chunkings: Chunkings): readonly CutChunk[] {
  return documents.flatMap(({ document, text, domain }) => {
    const { jaccard, ...cutting }: DomainChunking & Cutting = chunkings[domain];
    return cut(text, cutting).map((piece, ordinal): CutChunk => {
      return { chunkId: `${document}#${ordinal}`, document, text: piece, ordinal, jaccard };
    });
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const meanLength = (texts: readonly string[]): number => Math.max(1, mean(texts.map(({ length }) => length)));
