import { describe, expect, it } from "vitest";
import { parseNamedVariables } from "#src/config/named-variables";
import { observationsSchema, serviceObservationsSchema } from "#src/config/observations-config";
import { shippedConfig } from "#test/support/bot";

const poll = { query: "SELECT * FROM traces WHERE id > $1 ORDER BY id", cursor: "id", start: "0" };

describe("observations in golive.yaml", () => {
  it("come in by a token, by a query, or by both", () => {
    expect(serviceObservationsSchema.parse({ token_env: "A_TOKEN", poll })).toMatchObject({ poll: { every_s: 30 } });
    expect(serviceObservationsSchema.parse({ token_env: "A_TOKEN" })).toEqual({ token_env: "A_TOKEN" });
    expect(serviceObservationsSchema.safeParse({ poll }).success).toBe(true);
    expect(serviceObservationsSchema.safeParse(undefined).success).toBe(true);
    expect(observationsSchema.parse(undefined)).toEqual({ keep_days: 30, late_after_hours: 24 });
  });

  it.each([
    [{}, "neither `token_env` nor `poll`"],
    [{ token_env: "OBSERVATIONS" }, "TOKEN, SECRET or PASSWORD"],
    [{ poll: { ...poll, query: "SELECT * FROM traces" } }, "a query that uses $1"],
    [{ poll: { ...poll, query: "SELECT * FROM traces WHERE id > $12" } }, "a query that uses $1"],
    [{ poll: { ...poll, query: "DELETE FROM traces WHERE id > $1" } }, "one SELECT"],
    [{ poll: { ...poll, query: `${poll.query}; SELECT 1` } }, "without a semicolon"],
    [{ poll: { ...poll, every_s: 0 } }, "expected number to be >=1"],
    [{ poll: { ...poll, limit: 5 } }, "Unrecognized key"],
  ])("refuse %j", (config, says) => {
    const result = serviceObservationsSchema.safeParse(config);
    expect(result.success ? "" : JSON.stringify(result.error.issues)).toContain(says);
  });

  it("are not dropped before a canary has ended", () => {
    expect(observationsSchema.safeParse({ keep_days: 8 }).success).toBe(false);
  });

  it("need tokens that can't be guessed, another one for each service", async () => {
    const { golive } = await shippedConfig();
    const [service] = Object.values(golive.services);
    if (service === undefined) throw new Error("no service");
    const of = (token_env: string) => ({ ...service, observations: { token_env } });
    const config = { ...golive, services: { one: of("ONE_TOKEN"), two: of("TWO_TOKEN") } };
    const said = (one: string, two: string) => {
      const parsed = parseNamedVariables(config, { ONE_TOKEN: one, TWO_TOKEN: two });
      return parsed.ok
        ? []
        : parsed.problems.filter(({ path }) => path.endsWith("_TOKEN")).map((each) => `${each.path}: ${each.found}`);
    };
    expect(said("a".repeat(16), "b".repeat(16))).toEqual([]);
    expect(said("short", "")).toEqual(["ONE_TOKEN: set, but wrong", "TWO_TOKEN: missing"]);
    expect(said("a".repeat(16), "a".repeat(16))).toEqual(["TWO_TOKEN: set to the token of service one's observations"]);
  });
});
