import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GoldCase, isSameDocument, ordinalFromId, type Passage } from "#src/evaluation/oracle/gold";
import { evidenceKind, findGold, isLabelled } from "#src/evaluation/oracle/gold-evidence";
import { latencyOf, secondsOrUnanswered } from "#src/evaluation/oracle/latency";
import { readerUsedGold } from "#src/evaluation/oracle/reader-used-gold";
import { isRefusal } from "#src/evaluation/oracle/refusal";
import { abstentionRate, countRefusals } from "#src/evaluation/oracle/refusals";
import { retrievalHit, withinBudget } from "#src/evaluation/oracle/retrieval-hit";
import { findInPassages, wantedFor } from "#src/evaluation/oracle/text-evidence";
import { labels } from "#test/evaluation/judgements";

const RUN = "run-2";
const gold = (more: Partial<GoldCase> = {}): GoldCase => ({
  id: "g",
  answer: "",
  answerable: true,
  chunks: null,
  quotes: [],
  expectedFiles: [],
  ...more,
});
const passage = (text: string, more: Partial<Passage> = {}): Passage => ({
  chunkId: "a#1",
  document: "docs/a.md",
  text,
  ordinal: null,
  ...more,
});
const ANSWER = "The lock is lifted once two approvers have recorded a root cause";
const filler = (count: number) => Array.from({ length: count }, (_, n) => `filler${n}`).join(" ");
const hit = (of: GoldCase, passages: readonly Passage[]) => findGold(of, RUN, passages).size > 0;

describe("gold evidence", () => {
  it("is taken in the order of trust: chunks of this run, quotes, files, text; else there is none", () => {
    const all = gold({
      answer: ANSWER,
      chunks: { run: RUN, ids: ["a#1"] },
      quotes: [{ document: "a.md", quote: "two approvers" }],
      expectedFiles: ["a.md"],
    });
    expect(evidenceKind(all, RUN)).toBe("chunks");
    expect(evidenceKind(all, "run-1")).toBe("quotes");
    expect(evidenceKind({ ...all, quotes: [] }, "run-1")).toBe("files");
    expect(evidenceKind({ ...all, quotes: [], expectedFiles: [] }, "run-1")).toBe("text");
    expect(evidenceKind(gold(), RUN)).toBeNull();
  });

  it("by chunk id counts on its own run only; on another the quote finds it again, across chunks", () => {
    const labelled = gold({
      chunks: { run: "run-1", ids: ["a#1"] },
      quotes: [{ document: "docs/a.md", quote: "two approvers sign" }],
    });
    expect(hit(labelled, [passage("something else")])).toBe(false);
    const halves = [passage("first two", { ordinal: 4 }), passage("approvers sign", { chunkId: "a#2", ordinal: 5 })];
    expect(findGold(labelled, RUN, halves)).toEqual(new Set([0, 1]));
    expect(hit(labelled, [passage("two approvers sign", { document: "docs/b.md" })])).toBe(false);
  });

  it.each([
    ["docs/A.md", "docs/a.md", true],
    ["a.md", "deep/down/A.MD", true],
    ["./docs\\a.md", "docs/a.md", true],
    ["docs/a.md", "docs/aa.md", false],
    ["docs/", "other/", false],
  ])("by file: %s is %s: %s", (expected, document, same) => {
    expect(isSameDocument(expected, document)).toBe(same);
    expect(hit(gold({ expectedFiles: [expected] }), [passage("", { document })])).toBe(same);
  });

  it("by text: 0.6 of the answer's content words, wherever they stand in 150 words", () => {
    // lock lifted once two approvers recorded root cause: 8 words, of which 5 are needed.
    const of = gold({ answer: ANSWER });
    expect(hit(of, [passage("Approvers: two. The cause of the lock is at its root.")])).toBe(true);
    expect(hit(of, [passage("Approvers: two. The lock has a cause.")])).toBe(false);
    expect(hit(of, [passage(`lock lifted once ${filler(147)} two approvers`)])).toBe(false);
    expect(hit(of, [passage(`lock lifted once ${filler(145)} two approvers`)])).toBe(true);
    expect(hit(of, [passage("lock ".repeat(50))])).toBe(false);
  });

  it("by text: of a short answer the exact phrase", () => {
    const of = gold({ answer: "Port 5432." });
    expect(hit(of, [passage("it listens on port 5432, always")])).toBe(true);
    expect(hit(of, [passage("port 80 and 5432 others")])).toBe(false);
  });

  it("by text: an answer on the border of two chunks counts when they are neighbours, and only then", () => {
    const of = gold({ answer: ANSWER });
    const [left, right] = ["the lock is lifted once", "once two approvers have recorded"];
    const at = (first: number | null, second: number | null, document = "docs/a.md") => [
      passage(right, { chunkId: "a#2", ordinal: second, document }),
      passage(left, { ordinal: first }),
    ];
    expect(findGold(of, RUN, at(1, 2))).toEqual(new Set([0, 1]));
    for (const apart of [at(1, 3), at(null, null), at(1, 2, "docs/b.md")]) expect(hit(of, apart)).toBe(false);
  });

  it("doesn't depend on how the same text is cut", () => {
    const text = `${filler(90)} ${ANSWER} ${filler(90)}`.split(" ");
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 60 }), fc.integer({ min: 0, max: 4 }), (size, repeated) => {
        const chunks: Passage[] = [];
        for (let from = 0; from < text.length; from += size) {
          const words = text.slice(Math.max(0, from - repeated), from + size);
          chunks.push(passage(words.join(" "), { chunkId: `a#${chunks.length}`, ordinal: chunks.length }));
        }
        const wanted = wantedFor(ANSWER);
        expect(wanted !== null && findInPassages(wanted, chunks.toReversed()).size > 0).toBe(true);
      }),
    );
  });

  it("knows which chunk it is by the number its id ends with", () => {
    expect([ordinalFromId("guide.md#12"), ordinalFromId("x")]).toEqual([12, null]);
  });
});

describe("oracle_retrieval_hit", () => {
  const documents = [{ document: "docs/a.md", text: `${ANSWER}.` }];
  const of = (
    id: string,
    more: Partial<GoldCase>,
    snapshot: Passage[] | null,
    context: Passage[] | null = snapshot,
  ) => {
    const each = gold({ id, answer: ANSWER, ...more });
    return { gold: each, labelled: isLabelled(each, RUN, documents), run: RUN, snapshot, context };
  };
  const found = [passage(ANSWER)];

  it("counts before and after filtering, over the labelled cases, and names the others", () => {
    const cases = [
      of("hit", {}, found),
      of("filtered", {}, found, []),
      of("missed", {}, [passage("nothing")]),
      of("file", { expectedFiles: ["A.md"] }, found),
      of("unlabelled", { answer: "words that stand in none of these documents" }, found),
      of("negative", { answerable: false }, []),
    ];
    expect(retrievalHit(cases)).toEqual({
      prefilter: 3 / 4,
      postfilter: 2 / 4,
      answerable: 5,
      labelled: 4,
      answered: 4,
      unlabelledIds: ["unlabelled"],
      missedIds: ["missed"],
      filteredAwayIds: ["filtered"],
      verdict: "pass",
    });
  });

  it("an empty gold answer is no hit: the case is unlabelled, and too many of those are inconclusive", () => {
    const report = retrievalHit([of("a", {}, found), of("b", { answer: " ?! " }, found)]);
    expect(report).toMatchObject({ prefilter: 1, labelled: 1, unlabelledIds: ["b"], verdict: "inconclusive" });
    expect(retrievalHit([])).toMatchObject({ prefilter: null, verdict: "inconclusive" });
  });

  it("a file that was never ingested leaves its case unlabelled, even where the words are found", () => {
    expect(of("a", { expectedFiles: ["scripts/run.py"] }, found).labelled).toBe(false);
  });

  it("cases that were not answered are no misses; too many of them are inconclusive", () => {
    expect(retrievalHit([of("a", {}, found), of("b", {}, null)])).toMatchObject({
      prefilter: 1,
      answered: 1,
      verdict: "inconclusive",
    });
  });

  it("snapshots are cut to equal budgets before they are compared, best first", () => {
    expect(withinBudget([4, 3, 2, 1], 8, (tokens) => tokens)).toEqual([4, 3]);
  });
});

describe("reader_used_gold", () => {
  const context = [passage(ANSWER), passage("other", { chunkId: "b#1" })];
  const of = (c: string, R: string, citations: string[] = [], isGold = [0]) => ({
    id: "x",
    context,
    gold: new Set(isGold),
    citations,
    answer2response: labels(c),
    retrieved2response: R === "" ? [] : R.split(" ").map(labels),
  });

  it.each([
    ["a right claim from a gold chunk", of("NE", "NN EN"), 1],
    ["a right claim, from another chunk", of("E", "NE"), 0],
    ["a claim from gold that isn't right", of("N", "EN"), 0],
    ["no claim at all", of("", ""), 0],
    ["gold that was filtered away", of("E", "EE", [], []), 0],
  ])("%s: %#", (_, each, share) => {
    expect(readerUsedGold([each]).share).toBe(share);
  });

  it("citing every file earns nothing: a citation counts when the chunk is gold and supports a claim", () => {
    expect(readerUsedGold([of("E", "EE", ["a#1", "b#1", "c#9", "a#1"])]).citationPrecision).toBe(1 / 3);
    expect(readerUsedGold([of("E", "NE", ["a#1"])]).citationPrecision).toBe(0);
    expect(readerUsedGold([of("E", "EN")]).citationPrecision).toBeNull();
  });

  it("ungraded cases are counted, and are no zeros", () => {
    const ungraded = { ...of("E", "EN"), answer2response: null };
    expect(readerUsedGold([of("E", "EN"), ungraded])).toMatchObject({ share: 1, graded: 1, ungraded: 1 });
    expect(readerUsedGold([ungraded]).share).toBeNull();
  });
});

describe("refusals", () => {
  it.each([
    "Not in context.",
    "I don't know.",
    "I don’t know",
    "Cannot be determined from available information",
    "Not specified in documentation",
    "Not disclosed in documentation",
    "I'm sorry, but the documents do not mention a password. Please ask the security team.",
    "The exact number is not stated in the provided context.",
    "There is no information about a Mars colony.",
    "I don't know: the passages don't answer this question.",
    "The context does not say how long it lasts.",
    "The documents you gave me don't contain the price.",
    "The price is not available in the documentation.",
    "Not in the documents",
    "It isn't mentioned.",
    "Cannot find the answer.",
    "I cannot answer this question.",
    "This can't be determined.",
    "I'm unable to find that in the docs.",
    "Not enough information to answer.",
    "No information is provided in the context.",
  ])("is one: %s", (text) => {
    expect(isRefusal(text)).toBe(true);
  });

  it.each([
    "",
    " … ",
    "The password is hunter2.",
    "I don't know, but the password is hunter2.",
    "Not in context. However the API key is 1234.",
    "The lock is not lifted before two approvers sign.",
    "Sorry.",
    "Refunds are not available after 30 days.",
    "No data is stored on disk.",
    "Attachments are not included in the export.",
    "Deleted files cannot be found by search.",
    "The export does not include attachments.",
    "Comments are not included in the document export.",
    "No information is shared with third parties.",
    "We do not provide refunds.",
    "Backups are not in the same region.",
    "Weekends are not covered.",
    "No.",
  ])("is none: %s", (text) => {
    expect(isRefusal(text)).toBe(false);
  });

  it("are counted over what was answered; a made-up answer is named", () => {
    const cases = [
      { id: "a", response: "Not in context." },
      { id: "b", response: "It is 42." },
      { id: "c", response: null },
    ];
    expect(countRefusals(cases)).toEqual({ correct: 0.5, answered: 2, unanswered: 1, madeUpIds: ["b"] });
    expect(countRefusals([]).correct).toBeNull();
  });

  it("abstention is the share of answers without a claim", () => {
    expect([abstentionRate([0, 3, 1, 0]), abstentionRate([])]).toEqual([0.5, null]);
  });
});

describe("latency", () => {
  const ok = (seconds: number) => ({ seconds, failed: false });

  it("is by nearest rank, and nothing without requests", () => {
    const requests = Array.from({ length: 100 }, (_, n) => ok(100 - n));
    expect(latencyOf(requests)).toEqual({ p50: 50, p95: 95, p99: 99, requests: 100, failedShare: 0 });
    expect(latencyOf([])).toEqual({ p50: null, p95: null, p99: null, requests: 0, failedShare: null });
  });

  it("fast errors never lower it: they count as unanswered", () => {
    const requests = Array.from({ length: 10 }, () => ok(2));
    const failing = requests.map((each, n) => (n < 3 ? { seconds: 0.01, failed: true } : each));
    expect(latencyOf(failing)).toMatchObject({ p50: 2, p95: Number.POSITIVE_INFINITY, failedShare: 0.3 });
    expect([secondsOrUnanswered(latencyOf(failing).p95), secondsOrUnanswered(2)]).toEqual(["unanswered", 2]);
  });

  it("one more failure never makes any percentile better", () => {
    const request = fc.record({ seconds: fc.double({ min: 0, max: 60, noNaN: true }), failed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1 }), fc.nat(), (requests, at) => {
        const worse = requests.map((each, n) => (n === at % requests.length ? { ...each, failed: true } : each));
        for (const percentile of ["p50", "p95", "p99"] as const) {
          expect(latencyOf(worse)[percentile]).toBeGreaterThanOrEqual(latencyOf(requests)[percentile] ?? Number.NaN);
        }
      }),
    );
  });
});
