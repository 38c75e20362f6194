import { describe, expect, it } from "vitest";
import { holdsWholeText } from "#src/gates/whole-text";

describe("an index expression", () => {
  it.each([
    "bm25_text",
    "(bm25_text)",
    "to_tsvector('english'::regconfig, bm25_text)",
    "to_tsvector('english'::regconfig, COALESCE(bm25_text, ''::text))",
    "to_tsvector('german'::regconfig, (bm25_text)::text)",
    "to_tsvector('simple'::regconfig, lower((bm25_text)::text))",
    `setweight(to_tsvector('english'::regconfig, COALESCE(title, ''::text)), 'A'::"char") || setweight(to_tsvector('english'::regconfig, COALESCE(bm25_text, ''::text)), 'D'::"char")`,
    "to_tsvector('english'::regconfig, (title || ' || ('::text) || bm25_text)",
  ])("holds the whole text: %s", (expression) => expect(holdsWholeText(expression, "bm25_text")).toBe(true));

  it.each([
    '"left"(bm25_text, 1)',
    "to_tsvector('english'::regconfig, \"left\"(bm25_text, 100))",
    "to_tsvector('english'::regconfig, substr(bm25_text, 1, 5))",
    "to_tsvector('english'::regconfig, (bm25_text)::character varying(10)::text)",
    "to_tsvector('english'::regconfig, embedding_text)",
    "to_tsvector('english'::regconfig, COALESCE(title, bm25_text))",
    "split_part(bm25_text, ' '::text, 1)",
    "lower(bm25_text) = lower(title)",
    "'bm25_text'::text",
    "to_tsvector('english'::regconfig, bm25_text",
    "",
  ])("does not, or does not surely: %s", (expression) => expect(holdsWholeText(expression, "bm25_text")).toBe(false));

  it("is read with quoted names", () => {
    expect(holdsWholeText(`to_tsvector('english'::regconfig, "bm25 ""text")`, 'bm25 "text')).toBe(true);
    expect(holdsWholeText(`to_tsvector('english'::regconfig, "Bm25")`, "bm25")).toBe(false);
  });
});
