import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bold, code, codeBlock, escaped, line, mention, plainLine, shorten } from "#src/slack/escape";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const ENTITY_OR_TOKEN = /<[^<>\n]*>|&(?:amp|lt|gt);/g;

const markup = fc.constantFrom("<", ">", "&", "!", "@", "|", ";", "amp;", "`", "*", "channel", "\n");

describe("escaping", () => {
  test("a broadcast in echoed text becomes harmless letters", () => {
    expect(escaped("<!channel> & <@U123>")).toBe("&lt;!channel&gt; &amp; &lt;@U123&gt;");
  });

  test("no echoed text of any kind leaves a bare angle bracket or ampersand", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: markup })), (text) => {
        for (const out of [escaped(text), line(text), bold(text), code(text), codeBlock(text, 200)]) {
          expect(out.replace(/&(?:amp|lt|gt);/g, "")).not.toMatch(/[<>&]/);
        }
      }),
    );
  });

  test("directional overrides and control characters are dropped, right-to-left letters stay", () => {
    expect(plainLine("a\u202eb\u0007c \u05e9\u05dc\u05d5\u05dd")).toBe("abc \u05e9\u05dc\u05d5\u05dd");
  });

  test("half a surrogate pair becomes a replacement character", () => {
    expect(escaped("x\ud83d")).toBe("x\ufffd");
  });

  test("a backtick in an id can't end its code span", () => {
    expect(code("a`b")).toBe("`aˋb`");
  });

  test("an id that is no user id is never a mention", () => {
    expect(mention("U0DAN001")).toBe("<@U0DAN001>");
    expect(mention("!channel")).toBe("!channel");
    expect(mention("U1>x<!here")).toBe("U1&gt;x&lt;!here");
  });
});

describe("shortening", () => {
  test("text that fits is returned as it is", () => {
    expect(shorten("abc", 3)).toBe("abc");
  });

  test("what was left out is visible as an ellipsis", () => {
    expect(shorten("abcdefgh", 6)).toBe("abcd…");
  });

  test("an entity at the edge is dropped whole", () => {
    expect(shorten("abcd&amp;efgh", 9)).toBe("abcd…");
  });

  test("a mention at the edge is dropped whole", () => {
    expect(shorten("ab <@U0DAN001> and others", 12)).toBe("ab…");
  });

  test("a family emoji at the edge is dropped whole", () => {
    expect(shorten("ab👩‍👩‍👧cdef", 8)).toBe("ab…");
  });

  test("a code span that was cut is closed", () => {
    expect(shorten("see `abcdefghij` there", 12)).toBe("see `abcde`…");
  });

  test("never longer than asked, never half a grapheme, entity or token, for any text", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.constantFrom("👩‍👩‍👧‍👦", "e\u0301", "🇩🇪", "<@U0DAN001>", "<!date^1^{time}|x>", "\u05e9\u05dc", "`", "\n"),
      fc.string({ unit: "binary", maxLength: 8 }).map(escaped),
    );
    const text = fc
      .array(piece, { maxLength: 40 })
      .map((parts) => parts.map((p) => (p.startsWith("<") ? p : escaped(p))).join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 120 }), (whole, max) => {
        const out = shorten(whole, max);
        expect(out.length).toBeLessThanOrEqual(max);
        expect(out.isWellFormed()).toBe(true);
        if (out === whole || max < 3) return;
        expect(out.endsWith("…")).toBe(true);
        const bare = out.slice(0, -1);
        const kept = whole.startsWith(bare) ? bare : bare.replace(/`$/, "");
        expect(whole.startsWith(kept)).toBe(true);
        expect(bare.split("`").length % 2).toBe(1);
        for (const atom of whole.matchAll(ENTITY_OR_TOKEN)) {
          expect(kept.length <= atom.index || kept.length >= atom.index + atom[0].length).toBe(true);
        }
        // Trailing blanks are trimmed after the cut, so the cut may lie in the blanks that follow.
        const blanks = whole.slice(kept.length).match(/^\s*/)?.[0].length ?? 0;
        const starts = new Set([...segmenter.segment(whole)].map(({ index }) => index).concat(whole.length));
        const cuts = Array.from({ length: blanks + 1 }, (_, extra) => kept.length + extra);
        expect(cuts.some((cut) => starts.has(cut))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
