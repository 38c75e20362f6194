import { describe, expect, it } from "vitest";
import { search as find, indexOf } from "#src/operations/nudges/chunks/bm25";
import { candidatesFor, presentChunkings } from "#src/operations/nudges/chunks/chunking";
import { cut, estimateTokens } from "#src/operations/nudges/chunks/cut";
import { domainOf } from "#src/operations/nudges/chunks/domain";
import type { ChunkInput } from "#src/operations/nudges/chunks/prepare";
import { reassemble } from "#src/operations/nudges/chunks/reassemble";
import { searchChunks } from "#src/operations/nudges/chunks/search-chunks";
import { chance } from "#test/nudges/worlds";

const COMMON = { maxTokens: 100, overlap: 0, jaccard: 0.8 };
const PRESENT = { code: COMMON, prose: COMMON, mixed: COMMON };
const NOISE = Array.from({ length: 400 }, (_, at) => `filler${at}`);

/**
 * A document for each question: a paragraph with the question's word, then `apart` paragraphs of filler, then the answer, whose words stand
 * nowhere else. Cut small, the answer stands in a chunk that no word of the question leads to.
 */
function planted(seed: number, apart: number, questions = 40, torn = questions): ChunkInput {
  const next = chance(seed);
  const filler = (words: number) =>
    Array.from({ length: words }, () => NOISE[Math.floor(next() * NOISE.length)]).join(" ");
  const asked = Array.from({ length: questions }, (_, at) => ({
    topic: `${at}xtopic`,
    answer: `alpha${at} beta${at} gamma${at} delta${at} epsilon${at}`,
  }));
  const documents = asked.map(({ topic, answer }, at) => {
    const paragraphs = [
      `About ${topic}: ${filler(10)}.`,
      ...Array.from({ length: at < torn ? apart : 0 }, () => `${filler(20)}.`),
      `It is ${answer}.`,
      ...Array.from({ length: 12 }, () => `${filler(20)}.`),
    ];
    const pieces = cut(paragraphs.join("\n\n"), COMMON);
    const document = `doc-${at}.md`;
    return {
      document,
      chunks: pieces.map((text, ordinal) => ({ id: `${document}#${String(ordinal).padStart(4, "0")}`, text })),
    };
  });
  return {
    documents,
    questions: asked.map(({ topic, answer }, at) => ({
      question: `What about ${topic}?`,
      gold: { id: `q-${at}`, answer, answerable: true, chunks: null, quotes: [], expectedFiles: [`doc-${at}.md`] },
    })),
    present: PRESENT,
    budget: 1_200,
  };
}

const found = (input: ChunkInput) => searchChunks(input).filter(({ kind }) => kind === "found");

describe("searching another chunking", () => {
  it("finds a planted one: evidence that small chunks tear from what leads to it", () => {
    const [prose] = found(planted(1, 4));
    expect(prose).toMatchObject({
      kind: "found",
      domain: "prose",
      how: expect.stringContaining("Each domain with documents is searched at that level"),
    });
    if (prose?.kind !== "found") throw new Error("nothing");
    expect(prose.chunking.maxTokens).toBeGreaterThan(100);
    expect(prose.figures[0]?.interval?.low).toBeGreaterThan(0);
  });

  it("proposes nothing where every chunking keeps evidence and question together", () => {
    for (const seed of [1, 2, 3, 4, 5]) expect(found(planted(seed, 0))).toEqual([]);
  });

  it("proposes nothing that is better for two questions of forty: that may be chance", () => {
    const roomy = { ...planted(1, 4, 40, 2), budget: 4_000 };
    expect(searchChunks(roomy)).toContainEqual({
      kind: "nothing",
      says: expect.stringContaining("is proven better"),
    });
    // Twenty of forty are not.
    expect(found({ ...planted(1, 4, 40, 20), budget: 4_000 })).toHaveLength(1);
  });

  it("says so when too few groups of questions are about different places, however many questions they are", () => {
    const input = planted(1, 4, 19);
    const questions = [0, 1, 2].flatMap((copy) =>
      input.questions.map((each) => ({ ...each, gold: { ...each.gold, id: `${each.gold.id}-${copy}` } })),
    );
    expect(searchChunks({ ...input, questions })).toContainEqual({
      kind: "cannot",
      says: expect.stringContaining("the evidence of 57 questions in 19 groups"),
    });
  });

  it("gives the same bytes for the same input, in whatever order documents and questions come", () => {
    const input = planted(1, 4);
    const text = JSON.stringify(searchChunks(input));
    const turned = { ...input, documents: [...input.documents].reverse(), questions: [...input.questions].reverse() };
    expect(JSON.stringify(searchChunks(turned))).toBe(text);
  });

  it("compares nothing when documents can't be put together without a doubt, or the cutter isn't ingestion's", () => {
    const input = planted(1, 4);
    const torn = input.documents.map((each) => ({ ...each, chunks: each.chunks.filter((_, at) => at !== 1) }));
    expect(searchChunks({ ...input, documents: torn })).toEqual([
      { kind: "cannot", says: expect.stringContaining("only 0 of 40 documents can be put together") },
    ]);
    const other = { ...PRESENT, prose: { ...COMMON, maxTokens: 400 } };
    expect(searchChunks({ ...input, present: other })).toEqual([
      { kind: "cannot", says: expect.stringContaining("isn't the same chunking") },
    ]);
    expect(searchChunks({ ...input, documents: [] })[0]?.kind).toBe("cannot");
  });

  it("says nothing of a domain that no document is of", () => {
    const found = searchChunks(planted(1, 4, 19));
    expect(found.length).toBeGreaterThan(0);
    for (const each of found) expect(each.kind === "found" ? "" : each.says).not.toMatch(/^\w+: 0 documents/);
  });

  it("says so when too few questions have their evidence in documents of a domain, or none are there", () => {
    expect(searchChunks(planted(1, 4, 19)).every(({ kind }) => kind === "cannot")).toBe(true);
    expect(searchChunks({ ...planted(1, 4), questions: [] }).every(({ kind }) => kind === "cannot")).toBe(true);
  });
});

describe("its parts", () => {
  it("tells code, prose and mixed apart by path and lines", () => {
    const words = "Some words that people read, in a sentence.";
    expect(domainOf("src/a.py", words)).toBe("code");
    expect(domainOf("a.md", `${words}\n${words}`)).toBe("prose");
    expect(domainOf("a.md", "```\nfoo\nbar\nbaz and more of it\n```\nEnd.")).toBe("code");
    expect(domainOf("a.md", `${words}\n\n\`\`\`\nconst a = 1;\nconst b = 2;\n\`\`\``)).toBe("mixed");
    expect(domainOf("a", "")).toBe("prose");
  });

  it("puts a document together from overlapping chunks, and from none with a gap", () => {
    const text = Array.from({ length: 60 }, (_, at) => `Paragraph number ${at} says something of its own.`).join(
      "\n\n",
    );
    const chunks = cut(text, { maxTokens: 100, overlap: 0.3 }).map((piece, at) => ({ id: `d#${at}`, text: piece }));
    const words = (of: string | null) => of?.split(/\s+/);
    expect(chunks.length).toBeGreaterThan(5);
    expect(words(reassemble([...chunks].reverse()))).toEqual(words(text));
    expect(reassemble(chunks.filter((_, at) => at !== 3))).toBeNull();
    expect(reassemble(chunks.slice(2))).toBeNull();
    expect(reassemble([...chunks, ...chunks.slice(0, 1)])).toBeNull();
    expect(reassemble([{ id: "no number", text: "x" }])).toBeNull();
  });

  it("cuts at paragraphs and headings, never above the size, and loses no word", () => {
    const text = `# One\n\n${"word ".repeat(300)}\n\n## Two\n\n\`\`\`\na b\n\nc d\n\`\`\`\n\nlast`;
    const pieces = cut(text, { maxTokens: 60, overlap: 0 });
    expect(pieces.every((piece) => estimateTokens(piece) <= 60)).toBe(true);
    expect(pieces.join(" ").split(/\s+/).filter(Boolean)).toEqual(text.split(/\s+/).filter(Boolean));
    expect(pieces.some((piece) => piece.includes("a b\n\nc d"))).toBe(true);
    expect(cut("", { maxTokens: 60, overlap: 0.1 })).toEqual([]);
  });

  it("ranks by BM25: rare words before common ones, short texts before long", () => {
    const index = indexOf(["the cat sat", "the dog sat on the mat with the dog", "the the the", "cat"]);
    expect(find(index, "dog")).toEqual([1]);
    expect(find(index, "cat")).toEqual([3, 0]);
    expect(find(index, "the cat").slice(0, 2).toSorted()).toEqual([0, 3]);
    expect(find(index, "bird")).toEqual([]);
  });

  it("begins at the stated starting points, beside what is configured now", () => {
    const now = presentChunkings(
      { maxTokens: 300, overlapTokens: 30, jaccard: 0.8 },
      { code: { max_tokens: 200, overlap: 0.2 } },
    );
    expect(now).toEqual({
      code: { maxTokens: 200, overlap: 0.2, jaccard: 0.8 },
      prose: { maxTokens: 300, overlap: 0.1, jaccard: 0.8 },
      mixed: { maxTokens: 300, overlap: 0.1, jaccard: 0.8 },
    });
    expect(
      candidatesFor("prose", COMMON).map(({ maxTokens, overlap, jaccard }) => [maxTokens, overlap, jaccard]),
    ).toEqual([
      [100, 0, 0.8],
      [450, 0.15, 0.8],
      [340, 0.15, 0.8],
      [560, 0.15, 0.8],
    ]);
    expect(candidatesFor("code", COMMON)[1]).toEqual({ maxTokens: 300, overlap: 0.1, jaccard: 0.7 });
    expect(candidatesFor("mixed", COMMON)[1]).toEqual({ maxTokens: 400, overlap: 0.12, jaccard: 0.75 });
    expect(presentChunkings({ maxTokens: null, overlapTokens: 1, jaccard: 1 }, {})).toBeNull();
  });
});
