import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkMarkdown, titleOf } from "#sandbox/rag/chunk-markdown";
import { EMBEDDING_DIMENSION, embed } from "#sandbox/rag/embed";
import { countTokens } from "#sandbox/rag/tokenizer";

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

describe("chunkMarkdown", () => {
  it("never exceeds the limit and loses no word, for any text and any limits", () => {
    const line = fc.oneof(fc.lorem({ maxCount: 60 }), fc.constant("# Heading"), fc.constant("```"), fc.string());
    const limits = fc.record({
      maxTokens: fc.integer({ min: 8, max: 120 }),
      share: fc.double({ min: 0, max: 0.5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), limits, (lines, { maxTokens, share }) => {
        const body = lines.join("\n\n");
        const chunks = chunkMarkdown(body, { maxTokens, overlapTokens: Math.floor(maxTokens * share) });
        for (const chunk of chunks) expect(countTokens(chunk)).toBeLessThanOrEqual(maxTokens);
        const kept = new Set(chunks.join(" ").match(/[a-z]+/g));
        for (const word of body.match(/\b[a-z]{1,6}\b/g) ?? []) expect(kept.has(word)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps a fenced block in one chunk although it has blank lines", () => {
    const code = "```sh\nfirst\n\nsecond\n\nthird\n```";
    const chunks = chunkMarkdown(`# A\n\nText before.\n\n${code}\n\nText after.`, { maxTokens: 60, overlapTokens: 0 });
    expect(chunks.filter((chunk) => chunk.includes(code))).toHaveLength(1);
  });

  it("starts a new chunk at a heading once the present one has some size", () => {
    const words = Array.from({ length: 40 }, (_, at) => `word${at}`).join(" ");
    const chunks = chunkMarkdown(`# One\n\n${words}\n\n# Two\n\n${words}`, { maxTokens: 100, overlapTokens: 0 });
    expect(chunks.map((chunk) => chunk.split("\n")[0])).toEqual(["# One", "# Two"]);
  });

  it("repeats the end of a chunk at the start of the next one", () => {
    const body = Array.from({ length: 40 }, (_, at) => `p${at} text.`).join("\n\n");
    const [first, second] = chunkMarkdown(body, { maxTokens: 30, overlapTokens: 6 });
    const end = first?.split("\n\n").at(-1) ?? "nothing";
    expect(second?.startsWith(end) || second?.split("\n\n").includes(end)).toBe(true);
  });

  it("refuses an overlap that would never come forward", () => {
    expect(() => chunkMarkdown("x", { maxTokens: 10, overlapTokens: 10 })).toThrow(RangeError);
  });

  it("takes the title from the first heading, else from the file's name", () => {
    expect(titleOf("a/b/notes.md", "intro\n\n# The *title* #\n\n# Other")).toBe("The *title*");
    expect(titleOf("a/b/notes.md", "## only deeper")).toBe("notes");
    expect(Array.from(titleOf("x.md", `# ${"🐟".repeat(200)}`))).toHaveLength(80);
  });
});

describe("embed", () => {
  it("gives the same unit vector for the same text, also for text without words", () => {
    for (const text of ["How do I share a folder?", "", "!!! ???", "日本語 テキスト"]) {
      const vector = embed(text);
      expect(vector).toHaveLength(EMBEDDING_DIMENSION);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      expect(embed(text)).toEqual(vector);
    }
  });

  it("puts texts that share words nearer than texts that share none", () => {
    const question = embed("how long is an invitation valid");
    expect(dot(question, embed("Your invitation is valid for seven days."))).toBeGreaterThan(
      dot(question, embed("The tray icon turns red when the disk is full.")) + 0.2,
    );
  });
});
