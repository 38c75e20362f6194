import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgress } from "#src/cli/health-progress";
import { type CliHouse, openHouse, type Said, SERVICE } from "#test/cli/cli-house";

const open: CliHouse[] = [];
const house = async (options: Parameters<typeof openHouse>[0] = {}): Promise<CliHouse> => {
  const opened = await openHouse(options);
  open.push(opened);
  return opened;
};
afterAll(async () => {
  for (const each of open) await each.stop();
});

type Document = {
  readonly gates: readonly { readonly id: string; readonly verdict: string; readonly findings: readonly string[] }[];
};
const document = ({ out }: Said): Document & Record<string, unknown> => JSON.parse(out);

/** Gates that look at the data and the configuration of a pair: they need nothing but the two databases. */
const DATA = ["database", "index-presence", "token-budget", "prefix-leakage", "candidate-run", "rerank-settings"];
const only = (gates: readonly string[]): string[] => gates.flatMap((gate) => ["--gate", gate]);

describe("golive health on a healthy candidate", () => {
  let home: CliHouse;
  beforeAll(async () => {
    home = await house();
  });

  it("runs the named gates against the newest complete run, says so, and exits 0", async () => {
    const said = await home.golive(["health", ...only(DATA)]);
    expect(said.code).toBe(0);
    expect(said.out).toMatch(
      /^support-docs: health of run-2 with v1 \(the newest complete run\)\nlive: run-1 with v1 · run for no release\n/,
    );
    expect(said.out.match(/✅ pass/g)).toHaveLength(DATA.length);
    expect(said.out).toMatch(/^6 gates: 6 pass\.$/m);
  });

  it("tells each gate on stderr as a plain line when stderr is no terminal", async () => {
    const { err } = await home.golive(["health", ...only(DATA)]);
    const lines = err.trimEnd().split("\n");
    expect(lines.map((line) => line.split(":")[0]).sort()).toEqual([...DATA].sort());
    for (const line of lines) expect(line).toMatch(/^[a-z-]+: pass, .+ \([\d.]+ m?s\)$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(err).not.toMatch(/\u001b/);
  });

  it("prints one JSON document with everything a gate found", async () => {
    const said = await home.golive(["health", ...only(DATA), "--json"]);
    expect(said.code).toBe(0);
    const found = document(said);
    expect(found).toMatchObject({
      ok: true,
      service: SERVICE,
      verdict: "pass",
      candidate: { run: "run-2", config: "v1" },
      active: { run: "run-1", config: "v1" },
      chosen: "the newest complete run",
    });
    expect(found.gates.map(({ id }) => id)).toEqual(DATA);
    for (const gate of found.gates) {
      expect(gate).toEqual({
        id: expect.any(String),
        title: expect.any(String),
        version: expect.any(Number),
        verdict: "pass",
        summary: expect.stringMatching(/\.$/),
        value: expect.any(String),
        bar: expect.any(String),
        numbers: expect.any(Object),
        how: expect.any(String),
        next: "",
        findings: [],
        evidence_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        milliseconds: expect.any(Number),
        without_release: null,
        self_test: null,
      });
    }
  });

  it("looks at the pair that was asked for", async () => {
    const said = await home.golive([
      "health",
      ...only(["candidate-run"]),
      "--run",
      "run-1",
      "--config",
      "v1",
      "--json",
    ]);
    expect(document(said)).toMatchObject({ candidate: { run: "run-1", config: "v1" }, chosen: "as asked", ok: true });
  });

  it("says what the gates do that belong to a release: a backup is taken, the manifest is compared with nothing", async () => {
    const said = await home.golive(["health", ...only(["manifest", "backup", "previous-run-intact"])]);
    expect(said.code).toBe(0);
    const words = said.out.replaceAll(/\s+/g, " ");
    expect(words).toContain("no release froze one to compare it with");
    expect(words).toContain("A backup was taken for this look and is kept like any other; no cutover rests on it.");
    expect(words).toContain("what a rollback of the next release would return to");
    expect(await home.golive(["release", "status", "--json"]).then(document)).toMatchObject({ release: null });
  });

  it.each([
    [["health", "--gate", "token-budgte"], "Did you mean token-budget?"],
    [
      ["health", "--gate", "nothing-like-it"],
      "There is no gate `nothing-like-it`. Nothing was run. Gates: environment, ",
    ],
  ])("refuses an unknown gate with the nearest names and exit 2: %j", async (words, says) => {
    const said = await home.golive(words);
    expect({ code: said.code, out: said.out }).toEqual({ code: 2, out: "" });
    expect(said.err).toContain(says);
  });

  it("Ctrl-C stops the statements in the database and ends with 130", async () => {
    const holder = new Client({ connectionString: home.rag.adminUrl });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("LOCK TABLE rag.document_chunks IN ACCESS EXCLUSIVE MODE");
    const waiting =
      "SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND relation = 'rag.document_chunks'::regclass";
    const pressed = Promise.withResolvers<string>();
    const running = home.golive(["health", ...only(["token-budget", "prefix-leakage"]), "--json"], {
      interrupt: pressed.promise,
    });
    await expect.poll(async () => (await holder.query(waiting)).rows[0].count, { timeout: 20_000 }).toBe(2);
    pressed.resolve("SIGINT");
    const said = await running;
    expect(said.code).toBe(130);
    expect(JSON.parse(said.out)).toEqual({
      ok: false,
      error: "interrupted",
      sentence: expect.stringMatching(/^Interrupted: 0 of 2 gates had an answer/),
    });
    expect((await holder.query(waiting)).rows[0].count).toBe(0);
    await holder.end();
  });
});

describe("golive health on what is not healthy", () => {
  it("exits 1 when a gate fails, with its findings", async () => {
    const home = await house({ faults: { leakPrefix: 2 } });
    const said = await home.golive(["health", ...only(DATA), "--json"]);
    expect(said.code).toBe(1);
    const found = document(said);
    expect(found).toMatchObject({ ok: false, verdict: "fail" });
    expect(found.gates.find(({ id }) => id === "prefix-leakage")).toMatchObject({
      verdict: "fail",
      findings: ["bm25_text:prefix"],
    });
    const text = await home.golive(["health", ...only(DATA)]);
    expect(text.out).toMatch(/❌ fail +prefix-leakage/);
    expect(text.out).toMatch(/^6 gates: 5 pass, 1 failed\.$/m);
  });

  it("exits 3 when a gate is inconclusive and none fails", async () => {
    const home = await house();
    const holder = new Client({ connectionString: home.rag.adminUrl });
    await holder.connect();
    await holder.query("UPDATE rag.ingest_runs SET content_digest = NULL WHERE ingest_run_id = 'run-2'");
    await holder.end();
    const said = await home.golive(["health", ...only(["database", "candidate-run"]), "--json"]);
    expect({ code: said.code, verdict: document(said).verdict }).toEqual({ code: 3, verdict: "inconclusive" });
  });

  it("still says what is wrong with the RAG store when it can't even name a candidate", async () => {
    const home = await house();
    const said = await home.golive(["health", ...only(["environment", ...DATA]), "--json"], {
      env: { RAG_STORE_URL: "postgres://golive_app:x@127.0.0.1:1/rag" },
    });
    expect(said.code).toBe(1);
    const found = document(said);
    expect(found).toMatchObject({ candidate: null, chosen: expect.stringContaining("could not be asked") });
    const verdicts = Object.fromEntries(found.gates.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({ environment: "pass", database: "fail", "token-budget": "error" });
  });

  it("looks at what is live when no newer run is complete, and at nothing when nothing is live", async () => {
    const home = await house();
    const edit = async (sql: string) => {
      const client = new Client({ connectionString: home.rag.adminUrl });
      await client.connect();
      await client.query(sql);
      await client.end();
    };
    await edit("UPDATE rag.ingest_runs SET state = 'running' WHERE ingest_run_id = 'run-2'");
    const live = await home.golive(["health", ...only(["token-budget"]), "--json"]);
    expect(document(live)).toMatchObject({
      ok: true,
      candidate: { run: "run-1" },
      chosen: expect.stringMatching(/^what is live/),
    });
    await edit("UPDATE rag.ingest_runs SET state = 'complete'; UPDATE rag.active_pointer SET ingest_run_id = 'run-2'");
    const after = await home.golive(["health", ...only(["token-budget"]), "--json"]);
    expect(document(after), "the older run was replaced").toMatchObject({ candidate: { run: "run-2" } });
    await edit("DELETE FROM rag.active_pointer; UPDATE rag.ingest_runs SET state = 'running'");
    const nothing = await home.golive(["health", ...only(["token-budget", "environment"]), "--json"]);
    expect({ code: nothing.code, ...document(nothing) }).toMatchObject({
      code: 3,
      candidate: null,
      gates: [{ verdict: "pass" }, { verdict: "error", findings: ["candidate:none"] }],
    });
  });
});

describe("progress on a terminal", () => {
  it("draws one list on stderr's terminal and takes it away again, whatever process.stdout is", async () => {
    let drawn = "";
    const terminal: NodeJS.WriteStream = Object.assign(Object.create(process.stderr), {
      isTTY: true,
      columns: 80,
      rows: 24,
      write(text: string) {
        drawn += text;
        return true;
      },
    });
    const never = () => new Promise<string>(() => undefined);
    const open = () => new Promise<void>(() => undefined);
    const io = {
      out: () => undefined,
      err: () => undefined,
      env: {},
      stopSignal: never,
      inputClosed: open,
      terminal,
    };
    const progress = createProgress(io, ["one", "two"], 1);
    await expect.poll(() => drawn).toContain("one");
    progress.done("one", "pass, fine (3 ms)", true);
    await expect.poll(() => drawn).toContain("one: pass, fine (3 ms)");
    progress.done("two", "fail, 3 of 4 (8 ms)", false);
    await progress.end();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal control is what is looked for
    expect(drawn).toMatch(/\u001b\[(2K|J|G|1A)/);
  });
});
