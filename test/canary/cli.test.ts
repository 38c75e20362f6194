import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { loadCanaryPolicy } from "#src/config/load-config";
import { describeProblems } from "#src/config/problems";
import { record, text, worse } from "#test/canary/recording";
import { shell } from "#test/cli/cli-house";
import { inFolder } from "#test/evaluation/bytes";

const CONFIGS = fileURLToPath(new URL("../../configs/", import.meta.url));
const golive = (...words: string[]) => shell(words, { GOLIVE_CONFIG: CONFIGS });
const healthy = record();

describe("golive canary replay", () => {
  it("--json prints the document of the contract, and exits with 0 for a pass", async () => {
    await inFolder(async (write) => {
      const { code, out } = await golive(
        "canary",
        "replay",
        "--observations",
        await write("c.ndjson", text(healthy)),
        "--json",
      );
      const document = JSON.parse(out);
      expect(code).toBe(0);
      expect(Object.keys(document)).toEqual(["verdict", "kpis", "alarms"]);
      expect(document).toMatchObject({ verdict: "pass", alarms: [] });
      expect(document.kpis).toHaveLength(12);
      for (const kpi of document.kpis)
        expect(Object.keys(kpi)).toEqual([
          "id",
          "standing",
          "value",
          "baseline",
          "threshold",
          "log_e",
          "first_alarm_at",
          "n",
        ]);
    });
  });

  it("exits with 1 for a rollback, names the bad lines on stderr, and when the alarm would have come", async () => {
    const lines = record({ hours: 4, change: (line) => (line.arm === "canary" ? worse(line, 0.3) : {}) });
    await inFolder(async (write) => {
      const file = await write("c.ndjson", `\ufeff${text(lines.slice(0, 50))}{"at":1}\r\n\n${text(lines.slice(50))}`);
      const { code, out, err } = await golive("canary", "replay", "--observations", file, "--json");
      expect(code).toBe(1);
      expect(err).toContain(`${file}:51: refused: arm is missing; expected "baseline" or "canary"`);
      const document = JSON.parse(out);
      expect(document.verdict).toBe("rollback");
      expect(document.alarms[0]).toMatchObject({
        kpi: "f1",
        at: expect.stringMatching(/^2026-03-28T0[0-3]:(00|15|30|45):00\.000Z$/),
      });
      const table = await golive("canary", "replay", "--observations", file);
      expect(table.out).toContain("ROLLBACK: a breach is proven");
      for (const line of table.out.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(100 + file.length);
    });
  });

  it("exits with 3 for what is inconclusive, also for no observations at all", async () => {
    await inFolder(async (write) => {
      const short = await golive(
        "canary",
        "replay",
        "--observations",
        await write("s.ndjson", text(record({ hours: 2 }))),
      );
      expect(short.code).toBe(3);
      expect(short.out).toContain("both arms had data in 2 hours of the 48");
      const empty = await golive("canary", "replay", "--observations", await write("e.ndjson", ""), "--json");
      expect(empty.code).toBe(3);
      expect(JSON.parse(empty.out).verdict).toBe("inconclusive");
    });
  });

  it("exits with 2 for a file that isn't there, a folder, and one without a usable line", async () => {
    await inFolder(async (write) => {
      const wrong = await write("w.ndjson", "not\njson\n");
      for (const [file, sentence] of [
        [wrong, "none of its 2 lines is an observation"],
        [join(wrong, "..", "none"), "there is no such file"],
        [join(wrong, ".."), "it is a directory"],
      ] as const) {
        const { code, err } = await golive("canary", "replay", "--observations", file);
        expect(code, file).toBe(2);
        expect(err).toContain(sentence);
      }
      expect((await golive("canary", "replay")).code).toBe(2);
    });
  });

  it("sorts lines that are not in the order of time, and comes to the same", async () => {
    const lines = record({
      hours: 30,
      change: (line, index) => (line.arm === "canary" && index > 600 ? worse(line, 0.2) : {}),
    });
    await inFolder(async (write) => {
      const replay = async (name: string, content: readonly object[]) =>
        golive("canary", "replay", "--observations", await write(name, text(content)), "--json");
      const sorted = await replay("sorted.ndjson", lines);
      const byArm = lines.toSorted((a, b) => (a.arm < b.arm ? -1 : a.arm > b.arm ? 1 : 0));
      const shuffled = lines
        .map((line, index) => ({ line, key: (index * 7_919) % 3_613 }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ line }) => line);
      for (const other of [byArm, shuffled]) {
        const { code, out, err } = await replay("other.ndjson", [{ arm: "none" }, ...other]);
        expect(out).toBe(sorted.out);
        expect(code).toBe(1);
        expect(err).toContain("sorted first");
        expect(err).toContain("other.ndjson:1: refused: arm");
      }
      expect(sorted.err).not.toContain("sorted first");
    });
  });

  it("takes the defaults where there is no configuration, and its KPIs where there is one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "golive-canary-"));
    try {
      await cp(CONFIGS, folder, { recursive: true });
      const gates = join(folder, "quality_gates.yaml");
      await writeFile(gates, (await readFile(gates, "utf8")).replace(/^ {4}(?!f1:|#)\w+: .*\n/gm, ""));
      await inFolder(async (write) => {
        const file = await write("c.ndjson", text(record({ hours: 1 })));
        const { out } = await shell(["canary", "replay", "--observations", file, "--json"], { GOLIVE_CONFIG: folder });
        expect(JSON.parse(out).kpis.map(({ id }: { id: string }) => id)).toEqual(["f1"]);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("golive canary check", () => {
  const cases = (drop: number, count = 600) =>
    Array.from({ length: count }, (_, index) => ({
      query_id: `q-${index}`,
      metrics: { f1: Math.max(0, 0.3 + (index % 50) / 100 - drop), precision: 0.8, recall: 0.7, faithfulness: 0.9 },
      oracle: { evidence: "files", prefilter: index % 10 > 0 },
      latency_ms: 1_000 + (index % 97) * 10,
      censored: false,
    }));
  const check = async (baseline: object[], candidate: object[], ...more: string[]) =>
    inFolder(async (write) => {
      const [before, after] = [
        await write("b.json", JSON.stringify({ results: baseline })),
        await write("c.json", JSON.stringify({ results: candidate })),
      ];
      return golive("canary", "check", "--baseline", before, "--eval-results", after, ...more);
    });

  it("asks people where a breach is proven: a frozen file drifts", async () => {
    const { code, out, err } = await check(cases(0), cases(0.2), "--json");
    const document = JSON.parse(out);
    expect(code).toBe(3);
    expect(document.verdict).toBe("ask");
    expect(document.kpis.find(({ id }: { id: string }) => id === "f1")).toMatchObject({ standing: "breach", n: 600 });
    expect(err).toContain("frozen file");
  });

  it("finds nothing between equals, says what it could not see, and does not pass for that", async () => {
    const { code, out } = await check(cases(0, 130), cases(0, 130));
    expect(code).toBe(3);
    expect(out).toContain("INCONCLUSIVE");
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      "130 different questions are few: to prove a tolerance takes, at the usual spread, for oracle_prefilter 3 points about 622, " +
        "reader_used_gold 3 points about 622, f1 2 points about 1399, precision 4 points about 350.",
    );
    expect(out).toContain("nothing is known of tool_schema");
  });

  it("compares latencies as whole samples", async () => {
    const slow = cases(0).map((each) => ({ ...each, latency_ms: each.latency_ms * 3 }));
    const { out } = await check(cases(0), slow, "--json");
    expect(JSON.parse(out).alarms.map(({ kpi }: { kpi: string }) => kpi)).toEqual(["p95_latency"]);
  });

  it("refuses a baseline without cases, files without a common question, and results without an id", async () => {
    const empty = await check([], cases(0));
    expect(empty.code).toBe(2);
    expect(empty.err).toMatch(/b\.json holds no cases: there is nothing to compare with/);
    const other = await check(cases(0, 5), [{ ...cases(0, 1)[0], query_id: "else" }]);
    expect(other.code).toBe(2);
    expect(other.err).toContain("no query id in common");
    const nameless = await check(cases(0, 5), [{ metrics: { f1: 1 } }]);
    expect(nameless.code).toBe(2);
    expect(nameless.err).toContain("element 0 has no query_id");
    const score = await check(cases(0, 5), [{ query_id: "q-1", metrics: { f1: 1.2 } }]);
    expect(score.err).toContain("scores.f1 is 1.2; expected a number from 0 to 1");
    expect((await check(cases(0, 5), cases(0, 5), "--duration", "0")).code).toBe(2);
  });

  it("does not compare what two evaluator epochs graded", async () => {
    await inFolder(async (write) => {
      const of = (epoch: string) => JSON.stringify({ run: { epoch: { id: epoch } }, results: cases(0, 20) });
      const [before, same, other] = [
        await write("b.json", of("one")),
        await write("s.json", of("one")),
        await write("o.json", of("two")),
      ];
      const refused = await golive("canary", "check", "--baseline", before, "--eval-results", other);
      expect(refused).toMatchObject({ code: 3, out: "" });
      expect(refused.err).toContain("golive eval baseline regrade");
      expect((await golive("canary", "check", "--baseline", before, "--eval-results", same)).out).toContain("20 pairs");
    });
  });

  it("takes a log of one case a line, and leaves out the summary at its end", async () => {
    const log = (drop: number) =>
      text([
        ...Array.from({ length: 200 }, (_, index) => ({
          type: "case_completed",
          case_id: `g-${index}`,
          precision: 0.5,
          recall: 0.5,
          f1_score: Math.max(0, 0.3 + (index % 9) / 20 - drop),
          faithfulness: 0.4,
          latency_sec: 2,
        })),
        { type: "evaluation_complete", overall_metrics: { f1_score: 0.5 } },
      ]);
    await inFolder(async (write) => {
      const [before, after] = [await write("b.jsonl", log(0)), await write("c.jsonl", log(0.3))];
      const { code, out } = await golive("canary", "check", "--baseline", before, "--eval-results", after, "--json");
      expect(code).toBe(3);
      expect(JSON.parse(out)).toMatchObject({ verdict: "ask", alarms: [{ kpi: "f1" }] });
      expect(JSON.parse(out).kpis.find(({ id }: { id: string }) => id === "p95_latency").n).toBe(200);
    });
  });

  it("scores labelled results itself, and takes the judge's failures for missing", async () => {
    const labelled = (index: number, label: string) => ({
      query_id: `q-${index}`,
      gt_answer: "Every workspace may have at most ten webhooks in total.",
      response_claims: [["a", "b", "c"]],
      gt_answer_claims: [["a", "b", "c"]],
      answer2response: [label],
      response2answer: [label],
      retrieved2response: [[label]],
      retrieved2answer: [[label]],
      retrieved_context: [{ doc_id: "guide.md#1", document: "guide.md", text: "Ten webhooks." }],
      expected_files: ["guide.md"],
      oracle: { evidence: "files", prefilter: true },
    });
    const all = Array.from({ length: 60 }, (_, index) => index);
    const { out, err } = await check(
      all.map((index) => labelled(index, "Entailment")),
      all.map((index) =>
        index < 6 ? { ...labelled(index, "Entailment"), judge: { status: "ungraded" } } : labelled(index, "Neutral"),
      ),
      "--json",
    );
    const kpis = Object.fromEntries(JSON.parse(out).kpis.map((kpi: { id: string }) => [kpi.id, kpi]));
    expect(kpis.f1).toMatchObject({ n: 54, value: 0, baseline: 1, standing: "breach" });
    expect(kpis.reader_used_gold).toMatchObject({ n: 54, value: 0, baseline: 1 });
    expect(err).toContain("10 % of the canary's answers have no f1");
  });
});

describe("the KPIs of quality_gates.yaml", () => {
  const problemsOf = async (edit: (yaml: string) => string) => {
    const folder = await mkdtemp(join(tmpdir(), "golive-canary-"));
    try {
      await writeFile(
        join(folder, "quality_gates.yaml"),
        edit(await readFile(join(CONFIGS, "quality_gates.yaml"), "utf8")),
      );
      const loaded = await loadCanaryPolicy(folder);
      return "problems" in loaded ? describeProblems(loaded.problems) : loaded.policy;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  it("as shipped are the defaults, with an owner each", async () => {
    const policy = await problemsOf((yaml) => yaml);
    if (typeof policy === "string") throw new Error(policy);
    expect({ ...policy, kpis: policy.kpis.map((kpi) => ({ ...kpi, owner: null })) }).toEqual(DEFAULT_POLICY);
    expect(policy.kpis.map(({ owner }) => owner)).not.toContain(null);
    const weights = DEFAULT_POLICY.kpis.reduce((sum, kpi) => sum + (kpi.kind === "zero" ? 0 : kpi.weight), 0);
    expect(weights).toBeCloseTo(1, 12);
  });

  it("may be left out whole", async () => {
    expect(await problemsOf((yaml) => yaml.slice(0, yaml.indexOf("canary:")))).toEqual(DEFAULT_POLICY);
  });

  it.each<[string, (yaml: string) => string, RegExp]>([
    [
      "weights of more than 1",
      (yaml) => yaml.replace("weight: 0.25", "weight: 0.26"),
      /canary\.kpis: the weights add up to 1\.01; at most 1/,
    ],
    [
      "an unknown key",
      (yaml) => yaml.replace("of: f1,", "of: f1, margin: 2,"),
      /canary\.kpis\.f1: unknown key "margin"/,
    ],
    ["an unknown kind", (yaml) => yaml.replace("kind: breadth", "kind: width"), /canary\.kpis\.snapshot_breadth/],
    [
      "an unknown consequence",
      (yaml) => yaml.replace("on_breach: rollback", "on_breach: panic"),
      /on_breach: "panic"; expected one of rollback, ask, alert/,
    ],
    [
      "a tolerance that is a breach",
      (yaml) => yaml.replace("threshold: 0.02, tolerance: 0.04", "threshold: 0.02, tolerance: 0.02"),
      /precision: tolerance 0\.02 is not above threshold 0\.02/,
    ],
    [
      "a binary KPI with a margin",
      (yaml) => yaml.replace("of: oracle_prefilter, threshold: 0,", "of: oracle_prefilter, threshold: 0.01,"),
      /oracle_prefilter: a paired-binary KPI has no margin/,
    ],
    ["points for shares", (yaml) => yaml.replace("tolerance: 0.03", "tolerance: 3"), /tolerance: 3; expected/],
    [
      "unrefuted without a size",
      (yaml) =>
        yaml.replace(
          "tolerance: 0.02, weight: 0.25, at_end: proven",
          "tolerance: 0.02, weight: 0.25, at_end: unrefuted",
        ),
      /f1: at_end is unrefuted, so `detect`/,
    ],
    [
      "a band without an inside",
      (yaml) => yaml.replace("least: 0.10", "least: 0.35"),
      /least 0\.35 is not below most 0\.35/,
    ],
    ["no KPI", (yaml) => yaml.replace(/^ {4}\w+: .*\n/gm, "").replace("kpis:", "kpis: {}"), /no KPI is declared/],
    ["a name that objects have already", (yaml) => yaml.replace("    f1:", "    constructor:"), /constructor/],
  ])("refuse %s", async (_, edit, expected) => {
    expect(await problemsOf(edit)).toMatch(expected);
  });
});
