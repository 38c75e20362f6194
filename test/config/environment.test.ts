import { describe, expect, it } from "vitest";
import { demoEnvironment, migrateEnvironment, parseEnvironment, serveEnvironment } from "#src/config/environment";
import { describeProblems } from "#src/config/problems";

const good = {
  DATABASE_URL: "postgres://golive_app:pw-of-app@localhost:5432/golive",
  SLACK_BOT_TOKEN: "xoxb-000-not-a-token",
  SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef",
};

describe("the environment of `serve`", () => {
  it("is accepted for HTTP with defaults for port, log level and directory", () => {
    const parsed = parseEnvironment(serveEnvironment, { ...good, SLACK_APP_TOKEN: "", HOME: "/root" });
    expect(parsed).toEqual({
      ok: true,
      environment: { ...good, PORT: 3000, LOG_LEVEL: "info", GOLIVE_CONFIG: "configs" },
    });
  });

  it("is accepted for Socket Mode without a signing secret", () => {
    const { SLACK_SIGNING_SECRET: _, ...rest } = good;
    const parsed = parseEnvironment(serveEnvironment, { ...rest, SLACK_APP_TOKEN: "xapp-1-A0-not-a-token" });
    expect(parsed.ok).toBe(true);
  });

  it("reports every missing and wrong variable together, the missing transport too", () => {
    const parsed = parseEnvironment(serveEnvironment, {
      DATABASE_URL: "mysql://x",
      PORT: "70000",
      LOG_LEVEL: "loud",
      SLACK_API_URL: "not a url",
    });
    if (parsed.ok) throw new Error("accepted");
    expect(new Set(parsed.problems.map((problem) => problem.path))).toEqual(
      new Set(["DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "PORT", "LOG_LEVEL"]),
    );
  });

  it("never shows a value, and says so when white space came along with a copied secret", () => {
    const parsed = parseEnvironment(serveEnvironment, {
      DATABASE_URL: "mysql://root:hunter2@db/x",
      SLACK_BOT_TOKEN: "xoxb-000-not-a-token\n",
      SLACK_SIGNING_SECRET: "tooshort",
    });
    if (parsed.ok) throw new Error("accepted");
    const report = describeProblems(parsed.problems);
    expect(report).not.toMatch(/hunter2|not-a-token|tooshort/);
    expect(report).toMatch(/SLACK_BOT_TOKEN: set, but wrong \(there is white space around it\)/);
  });
});

describe("other environments", () => {
  it("lets the demo start with nothing at all", () => {
    expect(parseEnvironment(demoEnvironment, {})).toEqual({
      ok: true,
      environment: { LOG_LEVEL: "info", GOLIVE_CONFIG: "configs" },
    });
  });

  it("asks `migrate` for both roles' connections", () => {
    const parsed = parseEnvironment(migrateEnvironment, {});
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.path)).toEqual([
      "DATABASE_OWNER_URL",
      "DATABASE_URL",
    ]);
  });
});
