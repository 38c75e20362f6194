import { describe, expect, it } from "vitest";
import { backupsSchema } from "#src/config/backups-config";
import { cachesSchema } from "#src/config/caches-config";
import { parseNamedVariables } from "#src/config/named-variables";
import { describeProblems } from "#src/config/problems";
import type { GoliveConfig } from "#src/config/service-config";
import { serviceFixture } from "#test/support/rag-fixture";

const limits = {
  max_in_flight: 1,
  per_second: 0.12,
  workers: 2,
  call_timeout_s: 35,
  first_text_timeout_s: 25,
  retries: 4,
  retry_budget_s: 180,
};

function configOf(...ids: readonly string[]): Pick<GoliveConfig, "services" | "models" | "backups"> {
  const services = ids.map((id) => {
    const service = serviceFixture();
    const name = id.toUpperCase();
    return [
      id,
      {
        ...service,
        rag_store: { ...service.rag_store, url_env: `${name}_STORE_URL` },
        rag_service: { ...service.rag_service, url_env: `${name}_URL`, token_env: `${name}_TOKEN` },
      },
    ] as const;
  });
  return {
    models: { region_env: "AWS_REGION", endpoint_env: "BEDROCK_ENDPOINT", limits },
    backups: backupsSchema.parse({ storage: { kind: "directory", path: "backups" } }),
    services: Object.fromEntries(services),
  };
}

const good = {
  DOCS_STORE_URL: "postgresql://reader@localhost/docs",
  DOCS_URL: "https://docs-rag.internal:8443/v1",
  DOCS_TOKEN: "s3cret-bearer",
  AWS_REGION: "eu-central-1",
};

describe("the variables that golive.yaml names", () => {
  it("give each service its store and its RAG service, of whose address only the host is for showing", () => {
    expect(parseNamedVariables(configOf("docs"), good)).toEqual({
      ok: true,
      named: {
        storeUrls: new Map([["docs", good.DOCS_STORE_URL]]),
        ragServices: new Map([
          ["docs", { url: good.DOCS_URL, host: "docs-rag.internal:8443", token: good.DOCS_TOKEN }],
        ]),
        caches: new Map([["docs", []]]),
        modelAccess: { region: "eu-central-1", endpoint: null },
        observationTokens: new Map(),
      },
    });
  });

  it("name the caches that a rollback empties, in their order, with what each needs", () => {
    const [docs] = Object.entries(configOf("docs").services);
    if (docs === undefined) throw new Error("no service");
    const caches = cachesSchema.parse([
      { kind: "table", table: "rag.answer_cache" },
      { kind: "hook", url_env: "HOOK_URL", token_env: "HOOK_TOKEN" },
      { kind: "redis", url_env: "REDIS_URL" },
    ]);
    const config = { ...configOf("docs"), services: { docs: { ...docs[1], caches } } };
    const parsed = parseNamedVariables(config, {
      ...good,
      HOOK_URL: "https://h/x",
      HOOK_TOKEN: "t",
      REDIS_URL: "ftp://r",
    });
    expect(parsed.ok ? [] : parsed.problems.map(({ path }) => path)).toEqual(["REDIS_URL"]);
    const right = parseNamedVariables(config, {
      ...good,
      HOOK_URL: "https://h/x",
      HOOK_TOKEN: "t",
      REDIS_URL: "https://r",
    });
    expect(right.ok ? right.named.caches.get("docs")?.map(({ url, token }) => [url, token]) : null).toEqual([
      [null, null],
      ["https://h/x", "t"],
      ["https://r", null],
    ]);
  });

  it("may leave out the models' endpoint, also as an empty variable, and nothing else", () => {
    expect(parseNamedVariables(configOf("docs"), { ...good, BEDROCK_ENDPOINT: "" }).ok).toBe(true);
    const with_ = parseNamedVariables(configOf("docs"), { ...good, BEDROCK_ENDPOINT: "http://127.0.0.1:4000" });
    expect(with_.ok && with_.named.modelAccess.endpoint).toBe("http://127.0.0.1:4000");
    const parsed = parseNamedVariables(configOf("docs", "wiki"), {});
    expect(parsed.ok ? [] : parsed.problems.map(({ path }) => path)).toEqual([
      "DOCS_STORE_URL",
      "DOCS_URL",
      "DOCS_TOKEN",
      "WIKI_STORE_URL",
      "WIKI_URL",
      "WIKI_TOKEN",
      "AWS_REGION",
    ]);
    expect(parsed.ok ? "" : describeProblems(parsed.problems)).toMatch(
      /WIKI_URL: missing.*RAG service of service wiki/,
    );
  });

  it.each([
    ["a user and password in the address", "DOCS_URL", "https://golive:hunter2@docs.internal/"],
    ["a key in the address", "DOCS_URL", "https://docs.internal/?key=hunter2"],
    ["an address that is none", "DOCS_URL", "docs.internal/hunter2"],
    ["another protocol", "DOCS_URL", "ftp://docs.internal/hunter2"],
    ["a token with a line break", "DOCS_TOKEN", "hunter2\n"],
    ["a region that is none", "AWS_REGION", "hunter2"],
    ["an endpoint that is none", "BEDROCK_ENDPOINT", "hunter2"],
  ])("refuse %s without repeating it", (_what, name, value) => {
    const parsed = parseNamedVariables(configOf("docs"), { ...good, [name]: value });
    if (parsed.ok) throw new Error("accepted");
    expect(parsed.problems).toEqual([expect.objectContaining({ path: name })]);
    expect(describeProblems(parsed.problems)).not.toContain("hunter2");
  });
});
