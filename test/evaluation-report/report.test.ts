import { describe, expect, it } from "vitest";
import { tenths } from "#src/evaluation/report/charts";
import { echo, html } from "#src/evaluation/report/html";
import { renderReport } from "#src/evaluation/report/render-report";
import { pointsText } from "#src/evaluation/report/words";
import { sampleCases, sampleRecord, sampleReport, worseCandidate } from "#test/evaluation-report/sample";

describe("HTML from a template", () => {
  it("escapes whatever is put into it, in texts and in attributes", () => {
    expect(html`<p title="${`"'<&>`}">${"</p><script>"}</p>`.html).toBe(
      '<p title="&quot;&#39;&lt;&amp;&gt;">&lt;/p&gt;&lt;script&gt;</p>',
    );
  });

  it("writes out what can't be seen and what would reorder its surroundings", () => {
    expect(html`${"a\u202Eb\u0000c\u2066\ufeff\r\nd\te\ud800"}`.html).toBe(
      "a⟨U+202E⟩b⟨U+0000⟩c⟨U+2066⟩⟨U+FEFF⟩\nd\te\ufffd",
    );
  });

  it("says how much of a long text is left out, and cuts no character in half", () => {
    expect(echo("\u{1F600}".repeat(3), 3).html).toContain(">\u{1F600}…</bdi>");
    expect(echo("x".repeat(5000)).html).toContain("(1,000 more characters)");
    expect(echo("").html).toContain("nothing");
  });
});

describe("a chart", () => {
  it("counts every case once, 1 in the last tenth", () => {
    expect(tenths([0, 0.05, 0.1, 0.3, 0.7, 0.999, 1])).toEqual([2, 1, 0, 1, 0, 0, 0, 1, 0, 2]);
  });

  it("never says −0.0", () => {
    expect([pointsText(-0.0001), pointsText(0.0123), pointsText(-0.5), pointsText(null)]).toEqual([
      "0.0",
      "+1.2",
      "−50.0",
      "–",
    ]);
  });
});

describe("the report of an evaluation", () => {
  it("holds no script, no reference to anywhere, and a policy that would refuse both", async () => {
    const page = renderReport(await worseCandidate());
    expect(page).not.toMatch(/<(?:script|img|link|iframe|object|embed|base|form)\b/i);
    expect(page).not.toMatch(/\s(?:on\w+|style)\s*=\s*"/i);
    expect(page.match(/\b(?:src|href)="[^"]*"/g)?.filter((each) => !/^href="#/.test(each))).toEqual([]);
    expect(page).toMatch(/Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/);
    expect(page).toContain("&lt;script&gt;document.title");
    expect(page).toContain("⟨U+202E⟩");
    expect(["\u0000", "\u202e", "\u2066"].filter((unseen) => page.includes(unseen))).toEqual([]);
  });

  it("has the means of each tag, and what the traces show of data and tools", async () => {
    const page = renderReport(await worseCandidate());
    expect(page).toContain('<a href="#tags">Tags</a>');
    expect(page).toMatch(/<section id="tags">[\s\S]*billing[\s\S]*webhooks/);
    expect(page).toMatch(/<section id="traces">[\s\S]*Breadth of the snapshot[\s\S]*clamps them silently/);
    expect(page).not.toContain('id="repeats"');
  });

  it("says how far repeats agree, and the judge with itself", async () => {
    const cases = sampleCases("ev_r", 30, 0.8);
    const again = cases.slice(0, 5).map((each, index) => ({ ...each, repeat: 1, place: 30 + index }));
    const all = [...cases, ...again];
    const page = renderReport(await sampleReport({ record: sampleRecord("ev_r", all), cases: all }, null));
    expect(page).toMatch(
      /<section id="repeats">[\s\S]*5 cases were asked again; 100\.0 % of them were answered the same/,
    );
    expect(page).toMatch(/5 answers were judged more than once; 100\.0 % of them got the same grade each time/);
  });

  it("says first what it all comes to, and tells what has no score from what is bad", async () => {
    const report = await worseCandidate();
    const page = renderReport(report);
    expect(report.floors.verdict).toBe("fail");
    expect(page).toMatch(/Quality floors: <span class="state fail">✗ fail<\/span> – /);
    expect(report.against?.comparison).toMatchObject({ comparable: true, caveats: [{ kind: "missing-apart" }] });
    expect(page).toMatch(/Against the baseline: <span class="state inconclusive">.*breach: .*f1/);
    expect(page).toMatch(/Without a score: 3 of 130 cases/);
    expect(page).toMatch(/The RAG service did not answer within 30 s\..*case-001/s);
    expect(page).toContain("Answer in the baseline");
    expect(report.worst).toHaveLength(10);
    expect(report.run.cases.filter(({ gold }) => !gold.answerable)).toHaveLength(10);
    expect(page).toMatch(/5 of 10 were refused \(50\.0 %\)/);
  });

  it("of a run alone shows its lowest cases, and that it was compared with nothing", async () => {
    const cases = sampleCases("ev_a", 20, 0.5);
    const report = await sampleReport({ record: sampleRecord("ev_a", cases), cases }, null);
    const page = renderReport(report);
    expect(page).toContain("not compared, since none was asked for");
    expect(page).not.toContain('id="comparison"');
    const f1s = report.worst.map(({ trial }) => trial.verdict?.metrics?.f1 ?? Number.NaN);
    expect(f1s).toEqual([...f1s].sort((a, b) => a - b));
    expect(page).toMatch(/19 answerable cases have a score; at least 50/);
  });

  it("of another evaluator epoch compares nothing, and says how it could be", async () => {
    const [cases, before] = [sampleCases("ev_b", 60, 0.5), sampleCases("ev_a", 60, 0.5)];
    const record = sampleRecord("ev_a", before);
    const other = { ...record.plan.epoch, id: "b".repeat(64) };
    const page = renderReport(
      await sampleReport(
        { record: sampleRecord("ev_b", cases), cases },
        { record: { ...record, plan: { ...record.plan, epoch: other } }, cases: before },
      ),
    );
    expect(page).toMatch(/Against the baseline: not comparable.*golive eval baseline regrade/s);
    expect(page).not.toContain("95 % interval");
  });

  it("of a run that was cancelled, or has no answer at all, is still a page that says so", async () => {
    const cases = sampleCases("ev_c", 8, 0.5, 8);
    const record = { ...sampleRecord("ev_c", cases), state: "cancelled" as const, reason: "nothing <answers>" };
    const page = renderReport(await sampleReport({ record, cases }, null));
    expect(page).toMatch(/⚠ cancelled<\/span> nothing &lt;answers&gt;: the figures below are of a part/);
    expect(page).toContain("Nothing was scored.");
    expect(page).toContain("unanswered");
  });
});
