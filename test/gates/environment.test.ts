import { describe, expect, it } from "vitest";
import { environment } from "#src/gates/environment";
import { runGate } from "#src/gates/run-gate";
import type { RagStore } from "#src/rag/store";
import { ragStoreOver } from "#src/rag/store-postgres";
import { ENV, gateSubject } from "#test/support/gate-fixture";
import { serviceFixture } from "#test/support/rag-fixture";

/** The environment gate asks no database: this one refuses to be asked. */
const store: RagStore = ragStoreOver(
  {
    query: () => Promise.reject(new Error("not to be asked")),
    transaction: () => Promise.reject(new Error("not to be asked")),
    close: () => Promise.resolve(),
  },
  serviceFixture(),
);
const check = (env: Record<string, string | undefined>) =>
  runGate(environment, gateSubject(store, { env }), new AbortController().signal);

describe("environment", () => {
  it("passes when every named variable is set and parses", async () => {
    expect(await check(ENV)).toMatchObject({ verdict: "pass", value: "3 of 3" });
  });

  it.each([
    ["is missing", { AWS_REGION: undefined }, "AWS_REGION is not set"],
    ["is empty", { AWS_REGION: "  " }, "AWS_REGION is not set"],
    ["still holds a placeholder", { RAG_STORE_URL: "<your url>" }, "RAG_STORE_URL still holds a placeholder"],
    ["is no URL", { RAG_STORE_URL: "db.internal" }, "RAG_STORE_URL is not a URL"],
    ["is no number", { REQUESTS_PER_SECOND: "0,12" }, "REQUESTS_PER_SECOND is not a number"],
    ["is infinite", { REQUESTS_PER_SECOND: "1e999" }, "REQUESTS_PER_SECOND is not a number"],
    ["is no region", { AWS_REGION: "Frankfurt" }, "AWS_REGION is not a region"],
  ])("fails when one %s, naming it", async (_what, change, says) => {
    const result = await check({ ...ENV, ...change });
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain(says);
  });

  it("never shows a value", async () => {
    const result = await check({
      RAG_STORE_URL: "hunter2-is-no-url",
      AWS_REGION: "hunter2",
      REQUESTS_PER_SECOND: "hunter2",
    });
    expect(result.verdict).toBe("fail");
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  it("asks for the store's connection string even when the list forgets it", async () => {
    const service = { ...serviceFixture(), environment: [] };
    const without = await runGate(environment, gateSubject(store, { service, env: {} }), new AbortController().signal);
    expect(without).toMatchObject({ verdict: "fail", value: "0 of 1" });
  });
});
