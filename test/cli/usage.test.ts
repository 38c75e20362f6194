import { describe, expect, it } from "vitest";
import { shell } from "#test/cli/cli-house";

/** A shell without anything set: whoever asks wrongly hears it before anything is opened. */
const golive = (...words: string[]) => shell(words, {});

describe("wrong usage ends with 2 and says what is right", () => {
  it.each([
    [["releas"], /unknown command 'releas'\n\(Did you mean release\?\)\n\(golive help lists the commands\)/],
    [["release", "stauts"], /\(Did you mean status\?\)\n\(golive release --help says how\)/],
    [["release", "start", "--wat"], /\(Did you mean --wait\?\)\n\(golive release start --help says how\)/],
    [["release", "sign"], /missing required argument 'item'/],
    [["release", "cancel", "--as", "U0ROSA"], /required option '--reason <text>' not specified/],
    [["release", "start"], /^Who are you\? .* nothing was done\. Add --as with your Slack user id/],
    [["release", "sign", "go-ahead", "--as", ""], /^Who are you\?/],
    [
      ["release", "cutover", "--as", "U0INES"],
      /nothing was done\. Look at `golive release status`, then add --confirm\./,
    ],
    [["audit", "verify", "--head", "42"], /^--head takes what `golive audit export` printed/],
    [["migrate", "now"], /too many arguments/],
  ])("golive %j", async (words, said) => {
    const { code, out, err } = await golive(...words);
    expect(err).toMatch(said);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it("golive alone shows what there is", async () => {
    const { code, err } = await golive();
    expect(code).toBe(2);
    for (const command of [
      "serve",
      "migrate",
      "init",
      "config",
      "run",
      "release",
      "unlock",
      "eval",
      "few-shot",
      "audit",
    ]) {
      expect(err).toContain(`\n  ${command} `);
    }
  });

  it("says it as one JSON document where --json asks for it", async () => {
    const { code, out } = await golive("release", "cutover", "--json", "--as", "U0INES");
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ ok: false, error: "usage", sentence: expect.stringContaining("--confirm") });
    const unknown = await golive("release", "stauts", "--json");
    expect(JSON.parse(unknown.out)).toMatchObject({ ok: false, error: "usage" });
  });
});

describe("help ends with 0", () => {
  it("of the program, of a command, of a command in a command", async () => {
    const all = await golive("help");
    expect(all).toMatchObject({ code: 0, err: "" });
    expect(all.out).toContain("Exit codes: 0 pass");
    const start = await golive("help", "release", "start");
    expect(start).toMatchObject({ code: 0, err: "" });
    expect(start.out).toMatch(/^Usage: golive release start .*--wait.*Example: golive release start/s);
    expect((await golive("release", "start", "--help")).out).toBe(start.out);
  });

  it("says its version, as package.json has it", async () => {
    const { code, out, err } = await golive("--version");
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("fits 100 columns", async () => {
    const { out } = await golive("help");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe("the environment", () => {
  it("is reported as a whole: every missing and wrong variable at once, without a value", async () => {
    const { code, out, err } = await shell(["release", "status"], {
      GOLIVE_CONFIG: "configs",
      SLACK_BOT_TOKEN: "hunter2hunter2",
      SLACK_API_URL: "nowhere",
      LOG_LEVEL: "loud",
    });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    for (const name of ["DATABASE_URL", "RAG_STORE_URL", "SLACK_BOT_TOKEN", "SLACK_API_URL", "LOG_LEVEL"]) {
      expect(err).toContain(`environment ${name}: `);
    }
    expect(err).not.toContain("hunter2");
  });

  it("is reported together with the files", async () => {
    const { code, err } = await shell(["serve"], { GOLIVE_CONFIG: "no-such-directory" });
    expect(code).toBe(2);
    expect(err).toMatch(/no-such-directory\/golive\.yaml: the file is missing/);
    expect(err).toMatch(/environment SLACK_BOT_TOKEN: missing/);
  });

  it("counts an empty variable as missing", async () => {
    const { code, err } = await shell(["audit", "verify"], { DATABASE_URL: "", GOLIVE_CONFIG: "", LOG_LEVEL: "" });
    expect(code).toBe(2);
    expect(err).toMatch(/1 problem.*\n {2}environment DATABASE_URL: missing/);
  });
});
