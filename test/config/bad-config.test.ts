import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { isMap, parseDocument } from "yaml";
import { configCheck } from "#src/cli/config-check";
import { loadConfig } from "#src/config/load-config";
import { describeProblems, type Problem } from "#src/config/problems";

const configs = fileURLToPath(new URL("../../configs", import.meta.url));
const made: string[] = [];
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true });
});

async function copy(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "golive-config-"));
  made.push(dir);
  await cp(configs, dir, { recursive: true });
  return dir;
}

/** Problems of the shipped configuration after one edit of one file. The edit must change something. */
async function problemsAfter(file: string, edit: (text: string) => string): Promise<readonly Problem[]> {
  const dir = await copy();
  const before = await readFile(join(dir, file), "utf8");
  const after = edit(before);
  expect(after, "the edit changed nothing").not.toBe(before);
  await writeFile(join(dir, file), after);
  const loaded = await loadConfig(dir);
  return loaded.ok ? [] : loaded.problems;
}

const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split("\n").length;

describe("a broken configuration", () => {
  it("reports the problems of all files at once, each with file, line, path and what was expected", async () => {
    const dir = await copy();
    const golive = (await readFile(join(dir, "golive.yaml"), "utf8"))
      .replace("channel: C0RELEASE", "channel: release")
      .replace("waiver_max_hours: 24", "waiver_max_hours: soon");
    await writeFile(join(dir, "golive.yaml"), golive);
    await writeFile(join(dir, "quality_gates.yaml"), "quality_gates: { precision_min: 20 }\n");
    await rm(join(dir, "deterministic_evaluation.env"));
    const loaded = await loadConfig(dir);
    if (loaded.ok) throw new Error("it loaded");
    const report = describeProblems(loaded.problems);
    const at = (part: string) => lineOf(golive, part);
    expect(report).toContain(
      `golive.yaml:${at("channel: release")} services.support-docs.channel: "release"; expected a Slack channel id`,
    );
    expect(report).toContain(
      `golive.yaml:${at("waiver_max_hours")} services.support-docs.policy.waiver_max_hours: "soon"; expected a number`,
    );
    expect(report).toContain("quality_gates.yaml:1 quality_gates.precision_min: 20; expected number to be <=1");
    expect(report).toContain("quality_gates.yaml:1 quality_gates.recall_min: missing; expected a number");
    expect(report).toContain("deterministic_evaluation.env: the file is missing");
  });

  it("refuses an unknown key and lists the keys that exist there", async () => {
    const [problem, ...rest] = await problemsAfter("golive.yaml", (text) =>
      text.replace("    title: Support docs", "    title: Support docs\n    chanel: C0OTHER"),
    );
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({ path: "services.support-docs", found: 'unknown key "chanel"' });
    expect(problem?.expected).toMatch(/^one of title, channel, rights/);
    expect(problem?.line).toBeGreaterThan(30);
  });

  it("refuses a RAG store without its table of configurations: nothing could go live", async () => {
    const [problem, ...rest] = await problemsAfter("golive.yaml", (text) =>
      text.replace(/^ {6}configs:\n( {8}.*\n)+/m, ""),
    );
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({ path: "services.support-docs.rag_store.configs", found: "missing" });
  });

  it("refuses a key that stands twice, where plain YAML readers keep the last one", async () => {
    const [problem] = await problemsAfter("golive.yaml", (text) =>
      text.replace("      cutover: [", "      cutover: [on-call]\n      cutover: ["),
    );
    expect(problem?.found).toBe('the key "cutover" stands twice in one mapping');
    const [quoted] = await problemsAfter("golive.yaml", (text) =>
      text.replace("      cutover: [", '      "cutover": [on-call]\n      "cutover": ['),
    );
    expect(quoted?.found).toBe('the key "cutover" stands twice in one mapping');
  });

  it("shows twenty problems of a file, says how many more there are, and leaves the other files' alone", () => {
    const problem = { line: 1, path: "", found: "wrong", expected: "right" };
    const many = Array.from({ length: 25 }, () => ({ ...problem, file: "golive.yaml" }));
    const text = describeProblems([...many, { ...problem, file: "checklist.yaml" }]);
    expect(text.match(/golive\.yaml:1/g)).toHaveLength(20);
    expect(text).toContain("  golive.yaml: and 5 more");
    expect(text).toContain("  checklist.yaml:1: wrong; expected right");
    expect(text).toContain("26 problems");
    expect(describeProblems(many.slice(0, 20))).not.toContain("more");
  });

  it("refuses `__proto__` and `constructor` as keys", async () => {
    for (const key of ["__proto__", "constructor"]) {
      const problems = await problemsAfter("golive.yaml", (text) =>
        text.replace("services:", `services:\n  ${key}: { title: x }`),
      );
      expect(problems.length, key).toBeGreaterThan(0);
    }
  });

  it("refuses aliases that explode, without exploding", async () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const below = level === 0 ? '"lol"' : Array.from({ length: 10 }, () => `*l${level - 1}`).join(", ");
      return `l${level}: &l${level} [${below}]`;
    });
    const problems = await problemsAfter("quality_gates.yaml", () => levels.join("\n"));
    expect(problems.some((problem) => problem.found === "alias `*l0`")).toBe(true);
  });

  it.each([
    ["a tab as indentation", (text: string) => text.replace("  precision_min", "\tprecision_min"), /tab/i],
    ["a second document", (text: string) => `${text}\n---\nquality_gates: {}\n`, /more than one document/],
    ["a tag", (text: string) => text.replace("0.20", "!!js/function 0.20"), /tags/],
    ["an unclosed bracket", (text: string) => `${text}\nmore: [1, 2`, /./],
    ["an empty file", () => "", /empty|mapping/],
    ["a list instead of a mapping", () => "- a\n- b\n", /list of 2/],
    ["text instead of a number", (text: string) => text.replace("0.20", '"0.20"'), /"0.20"/],
    ["not-a-number", (text: string) => text.replace("0.20", ".nan"), /NaN/],
    ["a NUL character", (text: string) => `${text}# \0\n`, /NUL/],
    ["100,000 brackets", () => `quality_gates: ${"[".repeat(100_000)}`, /./],
  ])("refuses %s", async (_what, edit, expected) => {
    const problems = await problemsAfter("quality_gates.yaml", edit);
    expect(describeProblems(problems)).toMatch(expected);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]?.file).toMatch(/quality_gates\.yaml$/);
  });

  it("refuses a file over 1 MB without parsing it, a directory in place of a file, and bytes that are not UTF-8", async () => {
    const dir = await copy();
    await writeFile(join(dir, "golive.yaml"), `#${"x".repeat(1024 * 1024)}`);
    await writeFile(join(dir, "checklist.yaml"), Buffer.from([0x61, 0xff, 0xfe]));
    await rm(join(dir, "quality_gates.yaml"));
    await cp(configs, join(dir, "quality_gates.yaml"), { recursive: true });
    const loaded = await loadConfig(dir);
    if (loaded.ok) throw new Error("it loaded");
    const report = describeProblems(loaded.problems);
    expect(report).toMatch(/golive\.yaml: 1048577 bytes; expected at most 1048576/);
    expect(report).toMatch(/checklist\.yaml: not valid UTF-8/);
    expect(report).toMatch(/quality_gates\.yaml: not a file/);
  });

  it("never repeats what could be a secret pasted into the wrong place", async () => {
    const url = "postgres://golive:hunter2@db.internal/rag";
    const token = "xoxb-1234567890-abcdef";
    const problems = await problemsAfter("golive.yaml", (text) =>
      text.replace("url_env: RAG_STORE_URL", `url_env: ${url}`).replace("channel: C0RELEASE", `channel: ${token}`),
    );
    const report = describeProblems(problems);
    expect(problems).toHaveLength(2);
    expect(report).not.toContain("hunter2");
    expect(report).not.toContain(token);
  });
});

describe("a configuration that contradicts itself", () => {
  it.each([
    [
      "a right of a role that is not defined",
      "golive.yaml",
      "mute: [on-call]",
      "mute: [nobody]",
      /role `nobody` is not/,
    ],
    ["a role that names nobody", "golive.yaml", "users: [U0MILA]", "users: []", /at least one user or user group/],
    [
      "a freeze window that ends first",
      "golive.yaml",
      "freeze_windows: []",
      "freeze_windows: [{name: x, from: 2026-01-02T00:00:00Z, to: 2026-01-01T00:00:00Z}]",
      /`from` before `to`/,
    ],
    [
      "a sign-off by a role that is not defined",
      "checklist.yaml",
      "role: ml-lead",
      "role: ml-leed",
      /"ml-leed" is not defined.*release-manager, ml-lead/,
    ],
    [
      "a quorum that could never be reached",
      "checklist.yaml",
      "role: ml-lead\n    quorum: 1",
      "role: ml-lead\n    quorum: 2",
      /could never be reached/,
    ],
    [
      "a sign-off over a check that is not listed",
      "checklist.yaml",
      "covers: [manifest, config-hash,",
      "covers: [f1, config-hash,",
      /check "f1" is not listed/,
    ],
    [
      "an item bound to a check nobody knows",
      "checklist.yaml",
      "check: determinism",
      "check: determinsm",
      /"determinsm" is unknown.*planned/,
    ],
    [
      "an item bound to a sign-off that is not listed",
      "checklist.yaml",
      "sign_off: dashboards",
      "sign_off: boards",
      /"boards" is not listed/,
    ],
    [
      "an item with both a check and a sign-off",
      "checklist.yaml",
      "sign_off: dashboards",
      "sign_off: dashboards\n    check: backup",
      /exactly one/,
    ],
    [
      "an item in a section that is not listed",
      "checklist.yaml",
      "section: backup\n",
      "section: backups\n",
      /"backups" is not listed/,
    ],
    [
      "two items with one id",
      "checklist.yaml",
      "- id: model-ids",
      "- id: freeze-manifest",
      /"freeze-manifest" is already items\[0\]/,
    ],
    [
      "a planned check listed as if it ran",
      "checklist.yaml",
      "{ id: environment,",
      "{ id: canary-ready,",
      /"canary-ready" is not built \(it is planned/,
    ],
    [
      "what the canary decides listed as if a release ran it",
      "checklist.yaml",
      "{ id: environment,",
      "{ id: tool-schema,",
      /"tool-schema" is not built \(it is decided after the cutover/,
    ],
    ["a built check left out", "checklist.yaml", /^ {2}- \{ id: backup, title.*\n/m, "", /"backup" is missing/],
    [
      "a check that must not be waivable",
      "checklist.yaml",
      /(id: backup, .*waivable: )false/,
      "$1true",
      /"backup" can't be waived/,
    ],
  ] as const)("refuses %s", async (_what, file, from, to, expected) => {
    const problems = await problemsAfter(file, (text) => text.replace(from, to));
    expect(describeProblems(problems)).toMatch(expected);
    expect(problems[0]?.line).toBeGreaterThan(0);
  });
});

describe("two services in one configuration", () => {
  /** The shipped service once more, with one value of its RAG store set. */
  const secondService = (path: readonly string[], value: string) => (text: string) => {
    const document = parseDocument(text);
    const shipped = document.getIn(["services", "support-docs"]);
    if (!isMap(shipped)) throw new Error("configs/golive.yaml has no service support-docs");
    document.setIn(["services", "billing"], shipped.clone());
    document.setIn(["services", "billing", "rag_store", ...path], value);
    return document.toString();
  };

  it.each([
    ["with equal names", ["pointer", "key"], "support-docs"],
    ["with the table spelt in quotes", ["pointer", "table"], '"rag"."active_pointer"'],
  ])("are refused on one pointer row, %s, and both are named", async (_what, path, value) => {
    const problems = await problemsAfter("golive.yaml", secondService(path, value));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path: "services.billing.rag_store.pointer.key" });
    expect(problems[0]?.found).toMatch(/`support-docs` and `billing` share one pointer row/);
    expect(problems[0]?.line).toBeGreaterThan(100);
  });

  it.each([
    ["a key", ["pointer", "key"], "billing"],
    ["a database", ["url_env"], "BILLING_STORE_URL"],
    ["a table", ["pointer", "table"], "rag.billing_pointer"],
  ])("are fine with %s of its own for each", async (_what, path, value) => {
    expect(await problemsAfter("golive.yaml", secondService(path, value))).toEqual([]);
  });
});

describe("deterministic_evaluation.env", () => {
  it.each([
    ["another temperature", "TEMPERATURE=0", "TEMPERATURE=0.2", /TEMPERATURE: "0.2"; expected exactly 0/],
    ["a cache left on", "EVAL_DISABLE_CACHE=1", "EVAL_DISABLE_CACHE=0", /EVAL_DISABLE_CACHE: "0"; expected exactly 1/],
    ["another seed", "RANDOM_SEED=42", "RANDOM_SEED=7", /RANDOM_SEED: "7"; expected exactly 42/],
    ["a missing setting", "RANDOM_SEED=42\n", "", /RANDOM_SEED: missing; expected/],
    ["an unknown setting", "TOP_K=1", "TOP_K=1\nTOPK=1", /unknown key "TOPK"; expected one of TEMPERATURE/],
    ["a setting given twice", "TOP_K=1", "TOP_K=1\nTOP_K=1", /TOP_K: already set on line \d+/],
    ["shell syntax", "TOP_P=1", 'export TOP_P="1"', /expected KEY=value/],
  ])("refuses %s", async (_what, from, to, expected) => {
    const problems = await problemsAfter("deterministic_evaluation.env", (text) => text.replace(from, to));
    expect(describeProblems(problems)).toMatch(expected);
  });
});

describe("golive config check", () => {
  it("prints what the configuration means and exits 0", async () => {
    let text = "";
    expect(
      await configCheck(configs, (part) => {
        text += part;
      }),
    ).toBe(0);
    expect(text).toContain("support-docs (Support docs): released in C0RELEASE");
    expect(text).toContain("39 decided after the cutover: by the canary, a rollback, a run by the clock or an SLO");
    expect(text).toContain("4 not built yet: shown, never green, not blocking");
    expect(text).toContain("service from $RAG_SERVICE_URL, judged by sandbox.extractive-judge-v1");
    expect(text).toContain("Models: 1 in flight and 0.12 requests a second, over all copies of Golive");
  });

  it("prints every problem and exits 2, also as one JSON document", async () => {
    const dir = await copy();
    await rm(join(dir, "golive.yaml"));
    let text = "";
    const out = (part: string) => {
      text += part;
    };
    expect(await configCheck(dir, out)).toBe(2);
    expect(text).toMatch(/1 problem.*\n.*golive\.yaml: the file is missing/);
    text = "";
    expect(await configCheck(dir, out, { json: true })).toBe(2);
    expect(JSON.parse(text)).toMatchObject({ ok: false, problems: [{ found: "the file is missing" }] });
  });
});
