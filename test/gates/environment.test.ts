import { describe, expect, it } from "vitest";
import { createEnvironmentGate } from "#src/gates/environment";
import { runGate } from "#src/gates/run-gate";
import { RagServiceError } from "#src/rag/service-error";
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
const VARIABLES = ["AWS_REGION", "RAG_STORE_URL", "REQUESTS_PER_SECOND"];
const reporting = (variables: string[]) => createEnvironmentGate({ serviceReport: async () => ({ variables }) });
const away = createEnvironmentGate({
  serviceReport: () => Promise.reject(new RagServiceError("unreachable", "The RAG service is away.")),
});
const environment = reporting(VARIABLES);
const check = (env: Record<string, string | undefined>, gate = environment) =>
  runGate(gate, gateSubject(store, { env }), new AbortController().signal);

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

  it.each([
    [
      "reads one that is not listed",
      [...VARIABLES, "FEATURE_FLAGS"],
      "the service reads FEATURE_FLAGS, which golive.yaml",
    ],
    ["has not set one that is listed", VARIABLES.slice(1), "AWS_REGION is not among those that the service has set"],
  ])("fails when the service %s", async (_what, variables, says) => {
    const result = await check(ENV, reporting(variables));
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain(says);
  });

  it("does not ask the service for the variables by which Golive finds it", async () => {
    const service = serviceFixture();
    service.environment.push({ name: "RAG_SERVICE_URL", type: "url" });
    const env = { ...ENV, RAG_SERVICE_URL: "http://rag.internal" };
    const result = await runGate(environment, gateSubject(store, { service, env }), new AbortController().signal);
    expect(result.verdict).toBe("pass");
  });

  it("is an error when the service can't be asked, but fails for what is missing here", async () => {
    expect(await check(ENV, away)).toMatchObject({ verdict: "error" });
    expect(await check({ ...ENV, AWS_REGION: undefined }, away)).toMatchObject({ verdict: "fail" });
  });

  it("looks at its own side alone where no pair is known to ask the service about", async () => {
    const subject = gateSubject(store, { candidate: { run: "", config: "" } });
    const result = await runGate(away, subject, new AbortController().signal);
    expect(result.verdict).toBe("pass");
    expect(result.summary).toContain("no pair is known");
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
