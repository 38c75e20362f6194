import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import { type CliHouse, openHouse, type Said, SERVICE, signEverything } from "#test/cli/cli-house";

const open: CliHouse[] = [];
const house = async (options: Parameters<typeof openHouse>[0] = {}): Promise<CliHouse> => {
  const opened = await openHouse(options);
  open.push(opened);
  return opened;
};
afterAll(async () => {
  for (const each of open) await each.stop();
});

const document = ({ out }: Said) => JSON.parse(out);

describe("a whole go-live by hand, without Slack", () => {
  let golive: CliHouse["golive"];
  let home: CliHouse;
  beforeAll(async () => {
    home = await house();
    golive = home.golive;
  });

  it("status says that there was none yet, and what is live", async () => {
    const said = await golive(["release", "status"]);
    expect(said).toMatchObject({ code: 0, err: "" });
    expect(said.out).toMatch(/^support-docs had no release yet\. Live: run-1\./);
    expect(document(await golive(["release", "status", "--json"]))).toEqual({
      ok: true,
      service: "support-docs",
      live: { run: "run-1", config: "v1" },
      release: null,
      resources: {
        processes: 0,
        silent_processes: 0,
        event_loop_lag_p99_ms: 0,
        rss_bytes: 0,
        cpu_share: 0,
        jobs_waiting: 0,
        models: { in_flight: 0, in_flight_max: 4, waiting: 0, rate_booked_s: 0 },
      },
    });
  });

  it("start --wait runs the checks here, tells each on stderr as it finishes, and ends with 0", async () => {
    const said = await golive(["release", "start", "--as", "U0ROSA", "--wait"]);
    expect(said.code).toBe(0);
    expect(said.err).toMatch(/^manifest [0-9a-f]{8} frozen$/m);
    expect(said.err.match(/✅ pass/g)).toHaveLength(22);
    expect(said.out).toMatch(
      /^support-docs: run-1 with v1 → run-2 with v1\nsigning · 24 of 24 checks done · 0 of 6 sign-offs\n/,
    );
    expect(said.out).toMatch(/What blocks the cutover\n(.|\n)*data-lead has not signed \(U0DAN or U0MEI\)/);
  });

  it("a second start is refused: one release at a time", async () => {
    const said = await golive(["release", "start", "--as", "U0ROSA"]);
    expect({ code: said.code, out: said.out }).toEqual({ code: 1, out: "" });
    expect(said.err).toMatch(/Release #1 .* is open already.*`golive release status`, `golive release cancel`/);
  });

  it("a cutover without signatures is refused with everything that is missing; the pointer stays", async () => {
    const said = await golive(["release", "cutover", "--as", "U0INES", "--confirm", "--json"]);
    expect({ code: said.code, err: said.err }).toEqual({ code: 1, err: "" });
    expect(document(said)).toMatchObject({
      ok: false,
      error: "blocked",
      sentence: expect.stringContaining("untouched"),
    });
    expect(document(said).details.blockers).toHaveLength(5);
    expect(await home.live()).toEqual({ run: "run-1", config: "v1" });
  });

  it("sign refuses who isn't in the role, who is the requester, and what isn't on the checklist", async () => {
    const stranger = await golive(["release", "sign", "go-ahead", "--as", "U0DAN"]);
    expect(stranger).toMatchObject({ code: 1, out: "" });
    expect(stranger.err).toMatch(/^You can't sign go-ahead: it needs the role release-approver \(U0INES and U0TOM\)/);
    const unknown = await golive(["release", "sign", "data-qualty", "--as", "U0DAN", "--json"]);
    expect(unknown.code).toBe(2);
    expect(document(unknown)).toMatchObject({
      error: "unknown-item",
      sentence: expect.stringMatching(
        /^There is no sign-off `data-qualty` .* Did you mean `data-quality`\? There are: /,
      ),
    });
    const nobody = await golive(["release", "sign", "go-ahead", "--as", "U0GHOST"]);
    expect(nobody.code).toBe(1);
    expect(nobody.err).toMatch(/no role in golive\.yaml names U0GHOST as a user, and Slack was not asked/);
  });

  it("everybody signs; a quorum of two needs two", async () => {
    const said = await signEverything(home);
    expect(said.map(({ code, err }) => ({ code, err }))).toEqual(said.map(() => ({ code: 0, err: "" })));
    expect(said[2]?.out).toMatch(/1 of 2 people of release-approver/);
    expect(said[5]?.out).toMatch(/Ready: nothing blocks the cutover\./);
    const again = await golive(["release", "sign", "go-ahead", "--as", "U0INES"]);
    expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/already; it counts once/) });
  });

  it("status fits 100 columns, and its JSON has every check and signature", async () => {
    const { out } = await golive(["release", "status"]);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(101);
    const { ok, release } = document(await golive(["release", "status", "--json"]));
    expect(ok).toBe(true);
    expect(release).toMatchObject({ number: 1, phase: "ready", blockers: [], ended: null });
    expect(release.checks).toHaveLength(24);
    expect(release.sign_offs.flatMap((each: { given: unknown[] }) => each.given)).toHaveLength(6);
    expect(release.not_built.length).toBeGreaterThan(0);
  });

  it("cutover --confirm flips the pointer and says what is live and what was before", async () => {
    const said = await golive(["release", "cutover", "--as", "U0INES", "--confirm"]);
    expect(said).toMatchObject({ code: 0, err: "" });
    expect(said.out).toMatch(
      /Live: support-docs answers from run-2 with v1 since .* UTC\. Before: run-1 with v1\. Cut\s+over by U0INES\./,
    );
    expect(await home.live()).toEqual({ run: "run-2", config: "v1" });
    const { release, live } = document(await golive(["release", "status", "--json"]));
    expect(live).toEqual({ run: "run-2", config: "v1" });
    expect(release).toMatchObject({ phase: "live" });
  });

  it("after it there is nothing to sign or release, and no lock to lift", async () => {
    const late = await golive(["release", "sign", "go-ahead", "--as", "U0TOM"]);
    expect(late).toMatchObject({ code: 1, err: expect.stringMatching(/^No release of support-docs is open/) });
    const same = await golive(["release", "start", "--as", "U0ROSA"]);
    expect(same).toMatchObject({ code: 1, err: expect.stringMatching(/run-2 with v1 is live already/) });
    const unlock = await golive(["unlock", "--as", "U0INES", "--reason", "repaired", "--root-cause", "none", "--json"]);
    expect(unlock.code).toBe(1);
    expect(document(unlock)).toMatchObject({ ok: false, error: "not-locked" });
  });

  it("the audit trail of all that is intact", async () => {
    expect(await golive(["audit", "verify"])).toMatchObject({ code: 0 });
  });
});

describe("what a start waits for", () => {
  it("a check that fails: exit 1, with the number and what to do, and the cutover stays closed", async () => {
    const { golive } = await house({ faults: { leakPrefix: 2 } });
    const said = await golive(["release", "start", "--as", "U0ROSA", "--wait"]);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/❌ fail +prefix-leakage +2 of 3 chunks begin/);
    expect(said.err.replaceAll(/\s+/g, " ")).toContain("ingest again, and start a release with the new run.");
    const { ok, release } = document(await golive(["release", "status", "--wait", "--json"]));
    expect(ok).toBe(false);
    expect(release.blockers[0]).toMatchObject({ id: "prefix-leakage" });
  });

  it("a check that can't say: exit 3, with what makes it sayable; done so, the next release passes", async () => {
    const { golive, rag } = await house();
    await withStore(rag.adminUrl, (client) =>
      client.query(
        "UPDATE rag.ingest_runs SET content_digest = NULL, chunk_count = NULL WHERE ingest_run_id = 'run-1'",
      ),
    );
    const unsure = await golive(["release", "start", "--as", "U0ROSA", "--wait", "--json"]);
    expect(unsure.code).toBe(3);
    expect(document(unsure).ok).toBe(false);
    expect(unsure.err).toMatch(/⚠️ inconclusive +previous-run-intact/);
    expect(unsure.err).toContain("golive run adopt run-1");

    await golive(["release", "cancel", "--as", "U0ROSA", "--reason", "run-1 is not recorded"]);
    expect(await golive(["run", "adopt", "run-1", "--as", "U0ROSA"])).toMatchObject({ code: 0 });
    expect(await golive(["release", "start", "--as", "U0ROSA", "--wait"])).toMatchObject({ code: 0 });
  });

  it("without --wait nothing runs here: the bot does, or a later status --wait", async () => {
    const { golive } = await house();
    const started = await golive(["release", "start", "--as", "U0ROSA", "--json"]);
    expect(started.code).toBe(0);
    expect(document(started).release).toMatchObject({ phase: "checking", progress: { checks_done: 0 } });
    const later = await golive(["release", "status", "--json"]);
    expect(document(later).release.progress.checks_done).toBe(0);
    const waited = await golive(["release", "status", "--wait"]);
    expect(waited.code).toBe(0);
    expect(waited.err.match(/✅ pass/g)).toHaveLength(22);
  });
});

describe("what can't be started", () => {
  it.each([
    [["--run", "run-9"], /^Run run-9 does not exist in the RAG store/, 1],
    [["--config", "v9"], /^Configuration v9 does not exist/, 1],
    [["--run", "run-1"], /is live already/, 1],
    [
      ["--service", "suport-docs"],
      /no service `suport-docs` in golive\.yaml, so nothing was done\. Did you mean support-docs\?/,
      2,
    ],
  ])("%j", async (words, said, code) => {
    const { golive, live } = open[0] ?? (await house());
    const before = await golive(["release", "status", "--json"]);
    const run = words[1] === "run-1" ? "run-2" : words[1];
    const refused = await golive(["release", "start", "--as", "U0ROSA", words[0] ?? "", run ?? ""]);
    expect(refused).toMatchObject({ code, out: "", err: expect.stringMatching(said) });
    expect((await golive(["release", "status", "--json"])).out).toBe(before.out);
    expect(await live()).toEqual({ run: "run-2", config: "v1" });
  });
});

describe("a cutover that can't flip", () => {
  it("stops when somebody else moved the pointer, says so, and leaves it as it is", async () => {
    const opened = await house();
    await opened.golive(["release", "start", "--as", "U0ROSA", "--wait"]);
    await signEverything(opened);
    await putConfig(opened.rag.adminUrl, "by-hand", { emergency: true });
    await setPointer(opened.rag.adminUrl, SERVICE, { run: "run-1", config: "by-hand" });
    const said = await opened.golive(["release", "cutover", "--as", "U0INES", "--confirm"]);
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/The last cutover stopped before the flip; the pointer is untouched\n {2}- /);
    expect(await opened.live()).toEqual({ run: "run-1", config: "by-hand" });
    const { release } = document(await opened.golive(["release", "status", "--json"]));
    expect(release.cutover_stopped.length).toBeGreaterThan(0);
    expect(release.ended).toBeNull();
  });
});

describe("cancelling", () => {
  it("ends the release, with the reason, and the pointer stays", async () => {
    const { golive, live } = await house();
    await golive(["release", "start", "--as", "U0ROSA"]);
    const said = await golive(["release", "cancel", "--as", "U0ROSA", "--reason", "wrong corpus"]);
    expect(said).toMatchObject({ code: 0, err: "" });
    expect(said.out).toMatch(/Cancelled by U0ROSA, .*: wrong corpus\. The pointer was not moved by it\./);
    expect(await live()).toEqual({ run: "run-1", config: "v1" });
    const gone = await golive(["release", "cancel", "--as", "U0ROSA", "--reason", "again", "--json"]);
    expect(gone.code).toBe(1);
    expect(document(gone)).toMatchObject({
      ok: false,
      error: "refused",
      sentence: expect.stringContaining("nothing to decide"),
    });
  });
});

describe("which configuration goes live", () => {
  const withVersions = async (live: boolean) => {
    const opened = await house({ live });
    const { adminUrl } = opened.rag;
    for (const version of ["v9", "v10", "v11"]) await putConfig(adminUrl, version, { retrieval: { top_k: 8 } });
    if (live) await setPointer(adminUrl, SERVICE, { run: "run-1", config: "v10" });
    return opened;
  };
  const start = (golive: CliHouse["golive"], ...more: string[]) =>
    golive(["release", "start", "--as", "U0ROSA", "--json", ...more]);

  it("without a word about it the one that is live stays, whatever other versions are called", async () => {
    const { golive } = await withVersions(true);
    const same = await start(golive, "--run", "run-1");
    expect(same.code).toBe(1);
    expect(document(same)).toMatchObject({ error: "same-as-active", details: { known: ["v1", "v9", "v10", "v11"] } });
    expect(document(same).sentence).toMatch(
      /is live already.*release start --run run-1 --config VERSION.*Versions there are: v1, v9, v10 and v11\./,
    );
    const typo = document(await start(golive, "--config", "v12"));
    expect(typo).toMatchObject({ error: "config-missing", sentence: expect.stringContaining("v10 and v11") });
    const started = document(await start(golive));
    expect(started.release.candidate).toEqual({ run: "run-2", config: "v10" });
    await golive(["release", "cancel", "--as", "U0ROSA", "--reason", "the other configuration"]);
    const named = document(await start(golive, "--run", "run-1", "--config", "v11"));
    expect(named.release.candidate).toEqual({ run: "run-1", config: "v11" });
  });

  it("on a first go-live the only one there is is taken; of several one has to be named", async () => {
    const several = await withVersions(false);
    const unnamed = document(await start(several.golive));
    expect(unnamed).toMatchObject({ ok: false, error: "config-unnamed" });
    expect(unnamed.sentence).toMatch(/--run run-2 --config VERSION.*v1, v9, v10 and v11\./);
    const named = document(await start(several.golive, "--config", "v9"));
    expect(named.release.candidate).toEqual({ run: "run-2", config: "v9" });

    const only = await house({ live: false });
    expect(document(await start(only.golive)).release.candidate).toEqual({ run: "run-2", config: "v1" });
  });

  it("nobody without the right to start is told the versions", async () => {
    const { golive } = await withVersions(true);
    const said = await golive(["release", "start", "--run", "run-1", "--as", "U0MILA", "--json"]);
    expect(document(said).error).toBe("no-right");
    expect(said.out).not.toContain("v11");
  });
});

describe("adopting a run", () => {
  it("records count and digest once; what changed since or isn't finished is refused", async () => {
    const { golive, rag } = await house();
    const adopted = await golive(["run", "adopt", "run-1", "--as", "U0ROSA", "--json"]);
    expect(adopted.code).toBe(0);
    expect(document(adopted)).toEqual({
      ok: true,
      service: "support-docs",
      run: "run-1",
      chunks: 3,
      digest: expect.stringMatching(/^gl2:/),
      by: "U0ROSA",
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    const adopt = (run: string) => golive(["run", "adopt", run, "--as", "U0ROSA"]);
    expect(await adopt("run-1")).toMatchObject({ code: 0 });
    await withStore(rag.adminUrl, async (client) => {
      await client.query("UPDATE rag.document_chunks SET chunk_text = 'other' WHERE ingest_run_id = 'run-1'");
      await client.query("UPDATE rag.ingest_runs SET state = 'running' WHERE ingest_run_id = 'run-2'");
    });
    expect(await adopt("run-1")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Run run-1 .* has changed since/),
    });
    expect(await adopt("run-2")).toMatchObject({ code: 1, err: expect.stringMatching(/^Run run-2 is not complete/) });
    const missing = await golive(["run", "adopt", "run-9", "--as", "U0ROSA", "--json"]);
    expect(document(missing)).toMatchObject({ ok: false, error: "run-missing" });
    const notMine = await golive(["run", "adopt", "run-2", "--as", "U0MILA"]);
    expect(notMine).toMatchObject({ code: 1, out: "" });
  });
});
