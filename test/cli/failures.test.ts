import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withStore } from "#sandbox/rag/rag-store";
import { type CliHouse, openHouse, type Said } from "#test/cli/cli-house";

const NO_STACK = /\n\s+at |node:internal|file:\/\//;
const PASSWORD = "hunter2hunter2";

let house: CliHouse;
let empty: CliHouse;
beforeAll(async () => {
  house = await openHouse();
  empty = await openHouse({ migrated: false });
});
afterAll(async () => {
  await house.stop();
  await empty.stop();
});

const wrongPassword = (url: string) => url.replace(/:[^:@/]+@/, `:${PASSWORD}@`);
const nowhere = `postgres://golive_app:${PASSWORD}@127.0.0.1:9/golive`;
const check = (said: Said, code: number, pattern: RegExp) => {
  expect(said.err).toMatch(pattern);
  expect(said).toMatchObject({ code, out: "" });
  expect(said.err).not.toMatch(NO_STACK);
  expect(said.err).not.toContain(PASSWORD);
};

const COMMANDS = [
  ["release", "status"],
  ["release", "start", "--as", "U0ROSA", "--wait"],
  ["audit", "verify"],
  ["audit", "export"],
  ["run", "adopt", "run-1", "--as", "U0ROSA"],
  ["unlock", "--as", "U0INES", "--reason", "r", "--root-cause", "c"],
];

describe("Golive's own database", () => {
  it.each(COMMANDS)("down: golive %s %s", async (...words) => {
    const said = await house.golive(words, { env: { DATABASE_URL: nowhere } });
    check(
      said,
      3,
      /^Golive's own database can't be reached: connect ECONNREFUSED 127\.0\.0\.1:9\. Nothing was decided .* Check that/,
    );
  });

  it.each(COMMANDS)("not migrated: golive %s %s", async (...words) => {
    check(await empty.golive(words), 3, /has not had every migration: .* Run `golive migrate`/);
  });

  it("wrong password: a matter of configuration", async () => {
    const said = await house.golive(["release", "status"], {
      env: { DATABASE_URL: wrongPassword(house.database.appUrl) },
    });
    check(said, 2, /refused the connection: password authentication failed.* Check user, password and database name/);
  });

  it("as JSON: one document and nothing else", async () => {
    const said = await house.golive(["release", "status", "--json"], { env: { DATABASE_URL: nowhere } });
    expect({ code: said.code, err: said.err }).toEqual({ code: 3, err: "" });
    expect(JSON.parse(said.out)).toEqual({
      ok: false,
      error: "database-unreachable",
      sentence: expect.stringMatching(/^Golive's own database can't be reached/),
    });
    expect(said.out).not.toContain(PASSWORD);
  });

  it("prints where it happened for LOG_LEVEL=debug only, without the password", async () => {
    const said = await house.golive(["release", "status"], { env: { DATABASE_URL: nowhere, LOG_LEVEL: "debug" } });
    expect(said.err).toMatch(/\n\s+at /);
    expect(said.err).not.toContain(PASSWORD);
  });
});

describe("the RAG store", () => {
  it("down: nothing starts", async () => {
    const said = await house.golive(["release", "start", "--as", "U0ROSA"], { env: { RAG_STORE_URL: nowhere } });
    check(said, 3, /^The RAG store could not be reached: connect ECONNREFUSED 127\.0\.0\.1:9\. Nothing was decided/);
  });

  it("down: status still says where the release stands, and that what is live is unknown", async () => {
    const said = await house.golive(["release", "status", "--json"], { env: { RAG_STORE_URL: nowhere } });
    expect(said.code).toBe(0);
    expect(JSON.parse(said.out)).toMatchObject({
      live: null,
      live_unknown: expect.stringMatching(/could not be reached/),
    });
    expect(said.out).not.toContain(PASSWORD);
  });

  it("without a right: says so, and where the rights are listed", async () => {
    await withStore(house.rag.adminUrl, (client) =>
      client.query("REVOKE SELECT ON rag.active_pointer FROM golive_app"),
    );
    check(await house.golive(["release", "start", "--as", "U0ROSA"]), 3, /refused access.*docs\/rag-store\.md/);
  });
});
