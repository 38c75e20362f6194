import { type Document, type GoldCase, isSameDocument, type Passage } from "#src/evaluation/oracle/gold";
import { findInPassages, isInText, phrase, wantedFor } from "#src/evaluation/oracle/text-evidence";

/** By what a case is decided, in the order of trust. Null: by nothing, it carries no evidence. */
export type EvidenceKind = "chunks" | "quotes" | "files" | "text";

/** The strongest evidence that counts on this run: chunk ids only on the run they were labelled on. */
export function evidenceKind(gold: GoldCase, run: string): EvidenceKind | null {
  if (gold.chunks !== null && gold.chunks.run === run && gold.chunks.ids.length > 0) return "chunks";
  if (gold.quotes.some(({ quote }) => phrase(quote) !== null)) return "quotes";
  if (gold.expectedFiles.length > 0) return "files";
  // An empty gold answer is in every text: it counted as a hit once. It is no evidence.
  return wantedFor(gold.answer) === null ? null : "text";
}

/** Which passages are gold. Places in `passages`; none: the evidence is not there. */
export function findGold(gold: GoldCase, run: string, passages: readonly Passage[]): ReadonlySet<number> {
  switch (evidenceKind(gold, run)) {
    case "chunks":
      return placesWhere(passages, ({ chunkId }) => gold.chunks?.ids.includes(chunkId) === true);
    case "quotes":
      return new Set(gold.quotes.flatMap((each) => [...findQuote(each, passages)]));
    case "files":
      return placesWhere(passages, ({ document }) => gold.expectedFiles.some((file) => isSameDocument(file, document)));
    case "text": {
      const wanted = wantedFor(gold.answer);
      return wanted === null ? new Set() : findInPassages(wanted, passages);
    }
    case null:
      return new Set();
  }
}

/** Whether the evidence is in the documents at all. If not, no retriever could find it: the case is unlabelled. */
export function isLabelled(gold: GoldCase, run: string, documents: readonly Document[]): boolean {
  switch (evidenceKind(gold, run)) {
    case "chunks":
      return true;
    case "quotes":
      return gold.quotes.some(({ document, quote }) => {
        const wanted = phrase(quote);
        return (
          wanted !== null &&
          documents.some((each) => isSameDocument(document, each.document) && isInText(wanted, each.text))
        );
      });
    case "files":
      return gold.expectedFiles.some((file) => documents.some((each) => isSameDocument(file, each.document)));
    case "text": {
      const wanted = wantedFor(gold.answer);
      return wanted !== null && documents.some((each) => isInText(wanted, each.text));
    }
    case null:
      return false;
  }
}

function placesWhere(passages: readonly Passage[], holds: (passage: Passage) => boolean): Set<number> {
  return new Set([...passages.entries()].flatMap(([index, passage]) => (holds(passage) ? [index] : [])));
}

function findQuote({ document, quote }: GoldCase["quotes"][number], passages: readonly Passage[]): Set<number> {
  const wanted = phrase(quote);
  if (wanted === null) return new Set();
  const there = [...passages.keys()].filter((index) => isSameDocument(document, passages[index]?.document ?? ""));
  const found = findInPassages(
    wanted,
    there.flatMap((index) => passages[index] ?? []),
  );
  return new Set([...found].flatMap((at) => there[at] ?? []));
}
