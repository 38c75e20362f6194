import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import { describeDsn, REDACTED } from "#src/manifest/describe-dsn";
import { describeChange, diffManifests } from "#src/manifest/diff-manifests";
import { isPlaceholder, isPlaceholderWord } from "#src/manifest/placeholder";
import { redact } from "#src/manifest/redact";
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

  it.each([
    ["private_key_pem", "geheim"],
    ["apiKeyValue", "geheim"],
    ["tokens", ["geheim", "eimnis"]],
    ["keys", { one: ["geheim"] }],
    ["x-token-value", "geheim"],
    ["MYSQLPASSWORD", "geheim"],
    ["OPENAI_API_KEYS", "geheim"],
    ["secretAccessKey", "geheim"],
    ["slack_webhook", "https://hooks.example/geheim"],
    ["credentials", { user: "geheim" }],
    ["pwd", 4711],
  ])("hides what stands under %s", (key, value) => {
    expect(redact({ deep: [{ [key]: value }] })).toEqual({ deep: [{ [key]: REDACTED }] });
  });

  it("leaves settings alone that only sound like secrets", () => {
    const settings = {
      max_tokens: 512,
      maxTokens: "512",
      token_count: "tokens",
      tokens_per_minute: 6000,
      top_k: 20,
      tokenizer: "cl100k",
      key_column: "service",
      prompt_hash: "0f1e",
      few_shot_ids: ["q-1"],
      keywords: ["invoice"],
      stop_tokens: ["</s>"],
      tokens: 512,
      primary_key: "id",
      author: "Rosa",
      monkey: "see",
      endpoint: "https://api.example/v1/answer?api-version=2024-02-01",
      prompt: "Answer in one sentence; cite the chunk. Question: {question}",
      docs: "https://docs.example/@golive/setup#tokens",
    };
    expect(redact(settings)).toEqual(settings);
  });

  it.each([
    "https://hooks.slack.com/services/T0GEHEIM/B0GEHEIM/geheim",
    "https://hooks.slack.com/workflows/T0/A0/geheim/geheim",
    "https://discord.com/api/webhooks/123/geheim",
    "post to https://api.telegram.org/bot123:geheim/sendMessage",
    "https://api.example/v1?model=m&api_key=geheim",
    "https://store.example/blob?sv=2024&sig=geheim#access_token=geheim",
    "https://api.example/?geheim",
    "https://bot:geh@eimnis-geheim@api.example/v1",
    "https://bot:geh/geheim@api.example/v1",
    "Server=db;Database=rag;User Id=sa;Pwd=geheim geheim;Encrypt=true",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=geheim==;EndpointSuffix=core",
    "host=h password='a\\'geheim geheim' dbname=d",
    "host=h password=geheim;geheim dbname=d",
    "export API_KEY=geheim && run",
    "Authorization: Basic geheim",
    "X-Api-Key: geheim",
    "postgres://golive:geh@eimnis-geheim@db.example/golive",
    "postgres://golive:geh/geheim@db.example/golive",
    'postgres://golive:geh"geheim@db.example/golive',
    "postgres://golive:1?geheim@db.example/golive",
  ])("shows nothing secret of %s", (text) => {
    expect(JSON.stringify(redact({ a: text }))).not.toMatch(/geheim|eimnis/i);
  });

  it.each([
    `AIza${"Sy_-9".repeat(7)}`,
    `AKIA${"Z9".repeat(8)}`,
    `xoxe.xoxp-1-${"a".repeat(20)}`,
    `hf_${"a".repeat(30)}`,
    `github_pat_${"a".repeat(30)}`,
    `sk-ant-${"a".repeat(20)}`,
  ])("knows the token %s by its shape, wherever it stands", (token) => {
    expect(redact(["say", { note: `use ${token}, please` }])).toEqual(["say", { note: `use ${REDACTED}, please` }]);
  });

  it("keeps the host of a webhook and the names of parameters", () => {
    expect(redact("https://hooks.slack.com/services/T/B/x")).toBe(`https://hooks.slack.com/${REDACTED}`);
    expect(redact("https://api.example/v1?model=m&api_key=x")).toBe(
      `https://api.example/v1?model=m&api_key=${REDACTED}`,
    );
  });

  it.each([
    "a=b ",
    "password=x ",
    "x=;",
    "https://a@",
    "a'",
    "a-key-",
    "x-a-",
    "eyJa-",
    "a-",
    "http://",
    "password:a@",
  ])("reads 200 kB of %j without stopping for it", (part) => {
    // Backtracking would take this longer than any test may.
    expect(redact(`password=x; ${part.repeat(200_000 / part.length)}`)).not.toContain("password=x");
  });

  it("describes a connection string by host and database only", () => {
    expect(describeDsn("postgres://u:p%40ss@h:5433/db?x=1")).toBe("h:5433/db");
    expect(describeDsn("postgres://golive:geh@eimnis@db.example/golive")).toBe("db.example/golive");
    expect(describeDsn("postgres://golive:a:b@c@h1:5432,h2:5433/golive")).toBe("h1:5432,h2:5433/golive");
    expect(describeDsn("postgres://golive:a/b@db.example/golive")).toBe(REDACTED);
    expect(describeDsn("postgres://golive:geheim")).toBe(REDACTED);
    expect(describeDsn("host=h password='x host=geheim' dbname=d")).toBe("h/d");
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

  it.each(["1.1", "1.2"] as const)("is read back as it was by readers of YAML %s", (version) => {
    const words =
      "off on yes no y n Off NO true null ~ = << 12:30 190:20:30 2026-11-01 0123 0o7 0x1F 1_000 1e-7 .5 .inf";
    const values = [...words.split(" "), "", 1e-7, -1e21, 0.05, 42, true, null];
    const body: Json = { values, ...Object.fromEntries(words.split(" ").map((word) => [word, word])) };
    const yaml = renderManifest(body, "yaml");
    expect(parse(yaml, { version, merge: false })).toEqual(body);
    // Neither is taken for a number, a time or a merge by a reader that is none of ours.
    for (const word of ["off", "12:30", "1_000", "<<", "="]) expect(yaml).toContain(`\n  - "${word}"\n`);
    expect(yaml).toContain("\n  - 1.0e-7\n  - -1.0e+21\n");
  });
});
