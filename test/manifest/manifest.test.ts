import { describe, expect, it } from "vitest";
import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import { describeChange, diffManifests } from "#src/manifest/diff-manifests";
import { isPlaceholder, isPlaceholderWord } from "#src/manifest/placeholder";
import { describeDsn, REDACTED, redact } from "#src/manifest/redact";
import { renderManifest } from "#src/manifest/render-manifest";

describe("canonical JSON", () => {
  it("has one spelling for one value, as RFC 8785 orders it", () => {
    expect(canonicalJson({ b: 1, a: [1.0, 1e21, "\u20ac"], "\u00e9": null })).toBe(
      '{"a":[1,1e+21,"€"],"b":1,"é":null}',
    );
    expect(canonicalJson({ a: 1, b: 2 })).toBe(canonicalJson({ b: 2, a: 1 }));
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("refuses what JSON can't say instead of dropping it", () => {
    for (const bad of [
      { a: undefined },
      Number.NaN,
      new Map([["a", 1]]),
      new Date(0),
      { a: [1n] },
      "\ud800",
      undefined,
    ]) {
      expect(() => canonicalJson(bad)).toThrow();
    }
  });
});

describe("placeholders", () => {
  it("are known for what they are", () => {
    for (const text of [
      "",
      "  ",
      "unknown",
      "TODO",
      "todo: fill in",
      "latest",
      "<model id>",
      "changeme",
      `$${"{X}"}`,
      "{{x}}",
      "xxxx",
    ]) {
      expect(isPlaceholder(text), text).toBe(true);
    }
    for (const text of ["v1", "none", "A", "anthropic.claude-3", "unknown-unknowns.md", "Document: "]) {
      expect(isPlaceholder(text), text).toBe(false);
    }
  });

  it("in prompts and separators are only the words, not empty texts or angle brackets", () => {
    expect(isPlaceholderWord("")).toBe(false);
    expect(isPlaceholderWord("<doc>")).toBe(false);
    expect(isPlaceholderWord("Unknown")).toBe(true);
  });
});

describe("redaction", () => {
  it("hides secrets by key at any depth and leaves settings alone", () => {
    const safe = redact({
      reader: { model: "m", apiKey: "a", nested: [{ db_password: "b", "X-Authorization": "c" }] },
      secrets: { one: "d", two: ["e"] },
      hf_token: "f",
      client_secret: 12345,
      max_tokens: 512,
      max_token: 512,
      tokenizer: "cl100k",
      key_column: "service",
      author: "Rosa",
      nothing_password: null,
    });
    expect(safe).toEqual({
      reader: { model: "m", apiKey: REDACTED, nested: [{ db_password: REDACTED, "X-Authorization": REDACTED }] },
      secrets: REDACTED,
      hf_token: REDACTED,
      client_secret: REDACTED,
      max_tokens: 512,
      max_token: 512,
      tokenizer: "cl100k",
      key_column: "service",
      author: "Rosa",
      nothing_password: null,
    });
  });

  it("hides secrets that stand in texts, wherever", () => {
    const texts = {
      store: "postgresql://bot:hunter2@db.internal:5432/rag?sslmode=require",
      jdbc: "jdbc:postgresql://db.internal/rag?user=bot&password=hunter2",
      words: "host=db.internal dbname=rag user=bot password=hunter2",
      sentence: "reads from redis://:hunter2@cache:6379/0 and https://bot:hunter2@api.example/v1",
      slack: "xoxb-1-hunter2",
      header: "Bearer hunter2",
      aws: "AKIAABCDEFGHIJKLMNOP",
    };
    const safe = redact(texts);
    expect(JSON.stringify(safe)).not.toMatch(/hunter2|AKIA|sslmode/);
    expect(safe).toMatchObject({ store: "db.internal:5432/rag", words: "db.internal/rag" });
  });

  it("describes a connection string by host and database only", () => {
    expect(describeDsn("postgres://u:p%40ss@h:5433/db?x=1")).toBe("h:5433/db");
    expect(describeDsn("postgres://u:p@ss@h/db")).not.toContain("p@ss@");
    expect(describeDsn("host=h password='a b' dbname=d")).toBe("h/d");
    expect(describeDsn("hunter2")).toBe(REDACTED);
    expect(describeDsn("postgres:///db?host=/tmp")).toBe("localhost/db");
  });
});

describe("the difference of two manifests", () => {
  const before: Json = { configuration: { body: { top_k: 20, "odd.key": 1, old: true } }, list: [1, 2] };
  const after: Json = { configuration: { body: { top_k: 30, "odd.key": 1, fresh: {} } }, list: [1, 3] };

  it("names each changed, new and lost key with its values", () => {
    expect(diffManifests(before, after)).toEqual([
      { key: "configuration.body.fresh", from: null, to: "{}" },
      { key: "configuration.body.old", from: "true", to: null },
      { key: "configuration.body.top_k", from: "20", to: "30" },
      { key: "list", from: "[1,2]", to: "[1,3]" },
    ]);
    expect(diffManifests(before, before)).toEqual([]);
    expect(diffManifests(before, after).map(describeChange)).toContain("configuration.body.top_k: 20 → 30");
  });

  it("can tell null from an absent key", () => {
    expect(diffManifests({ a: null }, {})).toEqual([{ key: "a", from: "null", to: null }]);
  });
});

describe("rendering", () => {
  it("gives the same bytes for the same facts in whatever order they came", () => {
    for (const format of ["yaml", "json"] as const) {
      const one = renderManifest({ b: { d: 1, c: "2026-11-01" }, a: ["x: y", "\n"] }, format);
      expect(renderManifest({ a: ["x: y", "\n"], b: { c: "2026-11-01", d: 1 } }, format)).toBe(one);
      expect(one).toMatchSnapshot();
    }
  });
});
