import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Recorded } from "#src/release/events";
import { GOLIVE } from "#src/release/people";
import { drawUpIncident, type IncidentFacts } from "#src/rollback/incident/incident";
import { incidentMarkdown } from "#src/rollback/incident/markdown";
import { incidentPage } from "#src/rollback/incident/page";
import { dan, NOW, policy, result, rina, view } from "#test/slack-blocks/fixtures";
import { anyRollback, ended, plan } from "#test/slack-blocks/rollback-fixtures";

const at = (seconds: number) => NOW - 600_000 + seconds * 1_000;

const events: readonly Recorded[] = [
  {
    stream: "service/support-docs",
    version: 9,
    at: at(400),
    by: dan,
    event: { type: "service-locked", reason: "rollback #3", manifest: null },
  },
  {
    stream: "release/rel_1",
    version: 4,
    at: at(10),
    by: dan,
    event: {
      type: "signed",
      signOff: "data-quality",
      role: "data-lead",
      binding: { manifest: "m", evidence: "e", policy: "p" },
      members: [],
    },
  },
  {
    stream: "release/rel_1",
    version: 5,
    at: at(20),
    by: GOLIVE,
    event: { type: "went-live", live: { run: "run-b", config: "config-2" }, before: plan.to },
  },
  {
    stream: "release/rel_1",
    version: 3,
    at: at(5),
    by: GOLIVE,
    event: { type: "check-finished", check: "prefix-leakage", attempt: 1, result: result(), freshUntil: NOW },
  },
  {
    stream: "rollback/rb_1",
    version: 2,
    at: at(400),
    by: dan,
    event: { type: "rollback-confirmed", how: "right", people: [dan], reason: null },
  },
];

const CHECK = { status: "finished", attempt: 1, result: result(), finishedAt: NOW, freshUntil: NOW } as const;

function facts(overrides: Partial<IncidentFacts> = {}): IncidentFacts {
  const { rollback } = ended("complete", "support-docs answers from run-a with config-1 again. Go-lives are locked.");
  const members = { ...rollback.members, "ml-lead": [rina] };
  const steps = rollback.steps.map((step) =>
    step.id === "proof" && step.result !== null
      ? { ...step, result: { ...step.result, facts: { f1: 0.612, cases: 24 } } }
      : step,
  );
  return {
    rollback: { ...rollback, members, steps },
    events,
    undone: view({}, { standing: "live", checks: { "prefix-leakage": CHECK } }).release,
    differences: [{ text: "reranker.top_n: 18 → 12", checks: ["rerank-settings"] }],
    ...overrides,
  };
}

describe("the incident document", () => {
  const markdown = incidentMarkdown(drawUpIncident(facts()));
  const page = incidentPage(drawUpIncident(facts()));

  it("tells who did what and when, in order, without what went by itself", () => {
    const { timeline } = drawUpIncident(facts());
    expect(timeline.map(({ by, text }) => `${by}: ${text}`)).toEqual([
      "Dan Ito: Signed data-quality as data-lead.",
      "Golive: run-b with config-2 went live; before it run-a with config-1.",
      "Dan Ito: The rollback was confirmed by Dan Ito.",
      "Dan Ito: Go-lives were locked: rollback #3",
    ]);
    expect(markdown).toMatch(/\| 2026-11-23 \d\d:\d\d:\d\d UTC \| Dan Ito \| Signed data-quality as data-lead\. \|/);
  });

  it("holds the evidence, the figures, and what changed since the last stable manifest, in both forms", () => {
    for (const text of [markdown.replaceAll("\\", ""), page]) {
      expect(text).toContain("Smoke 24/24 green.");
      expect(text).toContain("0.612");
      expect(text).toContain("reranker.top_n: 18 → 12");
      expect(text).toContain("From confirmation to flip");
    }
  });

  it("says who has to do what next: the root cause, the unlock", () => {
    expect(drawUpIncident(facts()).actions).toEqual([
      [expect.stringMatching(/root cause/), "Rina Ray"],
      [expect.stringContaining("/golive unlock support-docs"), "Rina Ray"],
    ]);
  });

  it("of a rollback that did not do all it should begins with the next thing to do", () => {
    const { rollback } = ended("incomplete", "It answers from run-a. Next: clear the caches by hand.");
    expect(drawUpIncident(facts({ rollback })).actions[0]).toEqual([
      expect.stringContaining("Next: clear the caches"),
      "Dan Ito, Mei Sato",
    ]);
  });

  it("says of a role that is empty, and of manifests that are not kept, that they are", () => {
    const { rollback } = facts();
    const none = drawUpIncident(
      facts({ rollback: { ...rollback, members: {}, policy }, differences: null, undone: null }),
    );
    expect(none.actions[0]?.[1]).toContain("nobody is in ml-lead");
    expect(incidentMarkdown(none)).toContain("Not known: one of the two manifests is not kept.");
  });

  it("is the same whenever it is drawn up from the same facts", () => {
    const turned = facts({ events: events.toReversed() });
    expect(incidentPage(drawUpIncident(turned))).toBe(page);
  });

  it("is a page without a script that nothing may be loaded into", () => {
    expect(page).toContain("default-src &#39;none&#39;");
    expect(page).not.toMatch(/<script|https?:/);
  });

  it("shows any text and interprets none", () => {
    fc.assert(
      fc.property(anyRollback, ({ rollback }) => {
        const drawn = drawUpIncident({
          rollback,
          events: [],
          undone: null,
          differences: [{ text: rollback.reason, checks: [] }],
        });
        const written = incidentMarkdown(drawn);
        expect(written).not.toMatch(/(?<!\\)[<>`]/);
        expect(written.split("\n").every((line) => !/^#(?!#? )/.test(line))).toBe(true);
        const html = incidentPage(drawn);
        expect(html).not.toMatch(/<!channel|<@U|<b>/);
        expect(html.isWellFormed()).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
