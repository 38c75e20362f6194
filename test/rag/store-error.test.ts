import { describe, expect, it } from "vitest";
import { RagStoreError, toRagStoreError } from "#src/rag/store-error";
import { secretsOf } from "#src/rag/url-secrets";

const coded = (code: string) => Object.assign(new Error("said"), { code });

describe("RagStoreError", () => {
  it.each([
    ["ECONNREFUSED", "unreachable", true],
    ["57P01", "unreachable", true],
    ["57014", "timeout", true],
    ["40P01", "busy", true],
    ["55P03", "busy", true],
    ["28P01", "denied", false],
    ["42501", "denied", false],
    ["42P01", "missing", false],
    ["2201B", "invalid-value", false],
    ["23505", "failed", false],
  ])("takes %s for %s", (sqlState, code, retryable) => {
    expect(toRagStoreError(coded(sqlState), [], false)).toMatchObject({ code, retryable, sqlState });
  });

  it("calls everything aborted once the caller gave up, and leaves its own kind alone", () => {
    expect(toRagStoreError(coded("57014"), [], true)).toMatchObject({ code: "aborted", retryable: false });
    const own = new RagStoreError("busy", "x");
    expect(toRagStoreError(own, [], true)).toBe(own);
  });

  it.each([
    "postgres://bot:hun%74er2@db/rag",
    "postgres://bot@db/rag?password=hun%74er2",
    "host=db dbname=rag password='hunter2'",
    "host=db password=hunter2 dbname=rag",
  ])("carries no spelling of the password in %s, not even in what it was caused by", (connectionString) => {
    const cause = Object.assign(
      new Error(
        `could not use ${connectionString} with hunter2${connectionString.includes("%74") ? " or hun%74er2" : ""}`,
      ),
      {
        input: connectionString,
      },
    );
    const error = toRagStoreError(cause, secretsOf(connectionString), false);
    const cargo = error.cause instanceof Error ? [error.cause.message, error.cause.stack, { ...error.cause }] : [];
    expect(JSON.stringify([error.message, error.stack, { ...error }, cargo])).not.toMatch(/hunter2|hun%74er2/);
  });

  it.each([
    "postgres://u:geh@eimnis@db.example/x",
    "postgres://u:geh%40eimnis@db.example/x",
    "postgresql://u:geh/eimnis@db.example/x",
    "postgres://u:geh:eimnis@db.example/x?application_name=a@b",
    "postgres://u:geh?eimnis#@db.example/x",
  ])("carries no piece of the password in %s either, wherever somebody splits it", (connectionString) => {
    const secrets = secretsOf(connectionString);
    const pieces = ["geh@eimnis", "geh/eimnis", "geh:eimnis", "geh?eimnis#", "geh%40eimnis", "eimnis", "geh"];
    for (const said of [connectionString, ...pieces, "eimnis@db.example"]) {
      const error = toRagStoreError(new Error(`getaddrinfo ENOTFOUND ${said}.`), secrets, false);
      expect(`${error.message} ${String(error.cause)}`).not.toMatch(/geh|eimnis/);
      expect(error.message).toContain("getaddrinfo ENOTFOUND");
    }
  });
});
