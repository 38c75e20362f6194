import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CandidateChoice } from "#src/release/use-cases";
import { readCarried } from "#src/slack/blocks/carried";
import { detailsModal } from "#src/slack/blocks/details-modal";
import { errorModal, waitingModal } from "#src/slack/blocks/error-modal";
import { breakGlassModal, cancelModal, objectModal, unlockModal, waiveModal } from "#src/slack/blocks/reason-modals";
import { type StartModalInput, startModal } from "#src/slack/blocks/start-modal";
import { ACTIONS, INPUTS } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";
import { actionIds, readText, viewBreaches } from "#test/slack-blocks/check-limits";
import {
  checkView,
  failing,
  failingView,
  item,
  mei,
  NOW,
  result,
  rina,
  sectionView,
  signOffView,
  view,
} from "#test/slack-blocks/fixtures";
import { anyView, extreme, worstView } from "#test/slack-blocks/hostile";

const known = new Set<string>([...Object.values(ACTIONS), ...Object.values(INPUTS)]);

describe("Details of a section", () => {
  test("shows value, bar, numbers, query, freshness and what to do of a failing check, with Re-run and Waive", () => {
    const modal = detailsModal(failingView(), "health-gates", NOW);
    const text = readText(modal.blocks);
    for (const part of [
      "❌ fail · *prefix-leakage*",
      "3 of 41,220 chunks begin with `Document: `",
      "Value: 3 chunks · bar: 0",
      "chunks 41,220 · leaks 0",
      "SELECT count(*) FILTER",
      "(59 min left)",
      "*What to do*: Ingest again with prefix policy A",
      "✅ pass · *token-budget*",
    ]) {
      expect(text).toContain(part);
    }
    expect(actionIds(modal)).toEqual([ACTIONS.rerun, ACTIONS.waive, ACTIONS.rerun]);
    expect(viewBreaches(modal)).toEqual([]);
  });

  test("stale evidence says since when and that it has to run again", () => {
    const stale = checkView("prefix-leakage", { status: "stale", freshUntil: NOW - 1 });
    expect(readText(detailsModal(failingView({ checks: [stale] }), "health-gates", NOW))).toContain(
      "stale since <!date^",
    );
  });

  test("a check that is no longer waivable or passes has no Waive", () => {
    const rigid = checkView("prefix-leakage", { status: "fail", result: failing });
    const modal = detailsModal(
      failingView({ checks: [{ ...rigid, definition: { ...rigid.definition, waivable: false } }] }),
      "health-gates",
      NOW,
    );
    expect(actionIds(modal)).not.toContain(ACTIONS.waive);
  });

  test("a waiver shows who, until when and why", () => {
    const waiver = {
      check: "prefix-leakage",
      by: mei,
      reason: "three chunks of a retired page",
      until: NOW,
      at: NOW,
      evidence: "e",
    };
    const waived = checkView("prefix-leakage", { status: "waived", result: failing, waiver });
    const text = readText(detailsModal(failingView({ checks: [waived] }), "health-gates", NOW));
    expect(text).toContain("⚠️ waived by Mei Sato until <!date^");
    expect(text).toContain("three chunks of a retired page");
  });

  test("lines not built yet are listed as such", () => {
    const sections = [
      sectionView("evaluation", [item("seed", { status: "not-built", text: "Random seed=42", line: "not built yet" })]),
    ];
    const text = readText(detailsModal(view({ sections }), "evaluation", NOW));
    expect(text).toContain("*Not built yet: nothing decides these lines, and they don't block* (1)");
    expect(text).toContain("• Random seed=42");
  });

  test("a section that no longer exists says so instead of showing nothing", () => {
    expect(readText(detailsModal(view(), "gone", NOW))).toContain("No section of this release has that name");
  });

  test("after the end nothing can be pressed", () => {
    const ended = view({ phase: "live" }, { standing: "live", ended: { at: NOW, by: rina, reason: "" } });
    expect(actionIds(detailsModal(ended, null, NOW))).toEqual([]);
  });
});

describe("Details of sign-offs", () => {
  test("show the hashes that were signed, Object for an open one, and nothing to lift without an objection", () => {
    const modal = detailsModal(view(), null, NOW);
    expect(readText(modal)).toContain("manifest `a1b2c3d4`, evidence `0f1e2d3c`, policy `99887766`");
    expect(actionIds(modal)).toEqual(expect.arrayContaining([ACTIONS.withdraw, ACTIONS.object]));
    expect(actionIds(modal)).not.toContain(ACTIONS.breakGlass);
  });

  test("an objection can be lifted or overruled", () => {
    const vetoes = [{ signOff: "data-quality", person: mei, reason: "stale manuals", at: NOW }];
    const ids = actionIds(
      detailsModal(view({ signOffs: [signOffView("data-quality", { status: "vetoed", vetoes })] }), null, NOW),
    );
    expect(ids).toEqual(expect.arrayContaining([ACTIONS.liftObjection, ACTIONS.breakGlass]));
  });
});

describe("pages of Details", () => {
  test("together hold every check of a long checklist exactly once, and the page is carried", () => {
    const ids = Array.from({ length: 120 }, (_, i) => `check-${String(i).padStart(3, "0")}`);
    const checks = ids.map((id) => checkView(id, { status: "fail", result: result({ summary: `found by ${id}.` }) }));
    const sections = [
      sectionView(
        "health-gates",
        ids.map((id) => item(id, { status: "fail" })),
      ),
    ];
    const long = failingView({ checks, sections, signOffs: [] });
    const seen: string[] = [];
    for (let page = 0; ; page += 1) {
      const modal = detailsModal(long, "health-gates", NOW, page);
      expect(viewBreaches(modal)).toEqual([]);
      expect(readCarried(modal.private_metadata)).toEqual({ r: "rel_01J0ABCDEF", i: "health-gates", p: page });
      seen.push(...(readText(modal.blocks).match(/found by check-\d+/g) ?? []));
      if (!actionIds(modal).includes(ACTIONS.detailsNext)) break;
    }
    expect(seen).toEqual(ids.map((id) => `found by ${id}`));
  });

  test("a page that no longer exists shows the last one", () => {
    expect(readCarried(detailsModal(view(), null, NOW, 99).private_metadata)?.p).toBe(0);
  });
});

describe("modals that ask for a reason", () => {
  const [check = checkView("prefix-leakage")] = failingView().checks;

  test("waive: reason and hours, at most what the policy allows", () => {
    const modal = waiveModal(failingView(), check);
    expect(actionIds(modal)).toEqual([INPUTS.reason, INPUTS.hours]);
    expect(JSON.stringify(modal)).toContain('"max_value":"24"');
    expect(readCarried(modal.private_metadata)).toEqual({ r: "rel_01J0ABCDEF", i: "prefix-leakage" });
  });

  test("break-glass: the reason may stay empty, and says what that means", () => {
    const modal = breakGlassModal(view(), signOffView("data-quality"));
    expect(JSON.stringify(modal)).toContain('"optional":true');
    expect(readText(modal)).toContain("Left empty, a second person has to break the glass too");
  });

  test("unlock: root cause and reason, with what locked it", () => {
    const modal = unlockModal("support-docs", { reason: "F1 fell to .56", by: rina, at: NOW, manifest: null });
    expect(readText(modal)).toContain("locked by Rina Ray: F1 fell to .56");
    expect(actionIds(modal)).toEqual([INPUTS.rootCause, INPUTS.reason]);
  });

  test("all stay within Slack's limits with known ids for any release", () => {
    fc.assert(
      fc.property(anyView, extreme(3_000), (shown, text) => {
        const [signOff = signOffView(text)] = shown.signOffs;
        const [gate = checkView(text)] = shown.checks;
        const lock = { reason: text, by: shown.release.requester, at: NOW, manifest: null };
        for (const modal of [
          objectModal(shown, signOff),
          breakGlassModal(shown, signOff),
          waiveModal(shown, gate),
          cancelModal(shown),
          unlockModal(text.slice(0, 40), lock),
          errorModal(text, text, text),
          waitingModal(text || "Wait", text),
        ]) {
          expect(viewBreaches(modal)).toEqual([]);
          expect(actionIds(modal).filter((id) => !known.has(id))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("the start modal", () => {
  const run = (id: string, overrides: Partial<CandidateChoice> = {}): CandidateChoice => {
    return { run: id, chunks: 41_220, finishedAt: NOW, state: "complete", active: false, ...overrides };
  };
  const input = (overrides: Partial<StartModalInput> = {}): StartModalInput => ({
    channel: "C0RELEASE",
    services: [{ id: "support-docs", title: "Support documentation" }],
    service: "support-docs",
    live: { run: "run-a", config: "config-1" },
    runs: { kind: "list", candidates: [run("run-c"), run("run-b"), run("run-a", { active: true })] },
    ...overrides,
  });

  test("offers complete runs with counts and dates, the newest that isn't live chosen, and can be submitted", () => {
    const modal = startModal(input());
    const text = readText(modal);
    expect(text).toMatch(/run-c · 41,220 chunks · \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(text).toContain("· live now");
    expect(JSON.stringify(modal)).toContain('"initial_option":{"text":{"type":"plain_text","text":"run-c');
    expect(modal.submit?.text).toBe("Start");
    expect(readCarried(modal.private_metadata)).toEqual({ r: "", i: "support-docs", s: "C0RELEASE" });
  });

  test("an incomplete run is not offered, and said to be there", () => {
    const modal = startModal(
      input({ runs: { kind: "list", candidates: [run("run-c", { state: "incomplete" }), run("run-b")] } }),
    );
    expect(readText(modal)).toContain("Incomplete, so not offered: `run-c`");
    expect(JSON.stringify(modal)).not.toContain('"value":"run-c"');
  });

  test("while runs are read, and when there is none, nothing can be submitted and the text says what is going on", () => {
    const loading = startModal(input({ runs: { kind: "loading" } }));
    expect(loading.submit).toBeUndefined();
    expect(readText(loading)).toContain("⏳ Reading the runs");
    const empty = startModal(input({ runs: { kind: "list", candidates: [] } }));
    expect(empty.submit).toBeUndefined();
    expect(readText(empty)).toContain("golive run adopt RUN --service support-docs");
    expect(readText(startModal(input({ runs: { kind: "unreadable", why: "connection refused" } })))).toContain(
      "Nothing was started",
    );
  });

  test("several services of a channel make a select that dispatches", () => {
    const services = [...input().services, { id: "hr-docs", title: "HR" }];
    const modal = startModal(input({ services, service: null, runs: { kind: "choose-service" } }));
    expect(actionIds(modal)).toEqual([ACTIONS.startService]);
    expect(modal.submit).toBeUndefined();
  });

  test("stays within Slack's limits for any runs and services", () => {
    const choice = fc.record({
      run: extreme(300),
      chunks: fc.option(fc.nat()),
      finishedAt: fc.option(fc.double()),
      state: fc.constantFrom("complete", "incomplete"),
      active: fc.boolean(),
    });
    const service = fc.record({ id: fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/), title: extreme(60) });
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 150 }), fc.array(service, { maxLength: 5 }), (candidates, services) => {
        const modal = startModal(input({ services, runs: { kind: "list", candidates } }));
        expect(viewBreaches(modal)).toEqual([]);
        expect(actionIds(modal).filter((id) => !known.has(id))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

test("the worst release's Details need several pages, each within the page budget", () => {
  const modal = detailsModal(worstView(), null, NOW, 0);
  expect(actionIds(modal)).toContain(ACTIONS.detailsNext);
  expect(JSON.stringify(modal.blocks).length).toBeLessThanOrEqual(BUDGET.view.json);
});
