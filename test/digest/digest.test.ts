import { describe, expect, test } from "vitest";
import { cursorAfter, cursorAt, digestOf, isQuiet } from "#src/operations/digest/digest";
import type { ServicePicture } from "#src/operations/digest/picture";
import { waitingOf } from "#src/operations/digest/waiting";
import {
  agendaFacts,
  closed,
  HOUR,
  mila,
  omar,
  opened,
  picture,
  proposal,
  rosa,
  running,
  serviceFacts,
  serviceState,
  weekly,
} from "#test/digest/night";
import { breached, f1Breach } from "#test/slack-blocks/canary-fixtures";
import { dan, given, mei, NOW, signOffView, view } from "#test/slack-blocks/fixtures";

const A = { run: "run-1", config: "v1" };
const B = { run: "run-2", config: "v2" };
const none = { service: 0, agenda: 0, at: NOW - 24 * HOUR };
const morning = (seen: ServicePicture, since = none) =>
  digestOf(seen, seen.facts ?? { service: [], agenda: [] }, since, NOW);

describe("what is told", () => {
  test("nothing happened and nothing waits: quiet, and not otherwise", () => {
    expect(isQuiet(morning(picture()))).toBe(true);
    const slo = { slo: "p95", title: "p95", says: "" };
    expect(isQuiet(morning(picture({ slos: [{ ...slo, standing: "kept" }] })))).toBe(true);
    expect(isQuiet(morning(picture({ slos: [{ ...slo, standing: "burning" }] })))).toBe(false);
    expect(isQuiet(morning(picture({ unread: [{ what: "SLOs", why: "no answer" }] })))).toBe(false);
    expect(isQuiet(morning(picture({ agenda: running("weekly") })))).toBe(false);
  });

  test("each run with verdict and number, its missed fires, and what was skipped with the reason; never digests themselves", () => {
    const agenda = agendaFacts(
      opened("digest", 1),
      closed("digest", 1),
      opened("smoke", 7),
      closed("smoke", 7, "fail", "3 of 212 checks are red"),
      {
        type: "fire-skipped",
        kind: "backup",
        due: NOW,
        fires: 2,
        because: "freeze",
        says: "the freeze “year end” holds",
        week: "2026-W48",
      },
      { type: "fire-skipped", kind: "digest", due: NOW, fires: 1, because: "too-late", says: "", week: "2026-W48" },
    );
    const note = morning(picture({ facts: { service: [], agenda } }));
    expect(note.ran).toEqual([
      expect.objectContaining({ kind: "smoke", number: 7, verdict: "fail", summary: "3 of 212 checks are red" }),
    ]);
    expect(note.skipped).toEqual([
      expect.objectContaining({ kind: "backup", fires: 2, says: "the freeze “year end” holds" }),
    ]);
  });

  test("what changed, in the order it happened over both streams, with numbers from before the last digest", () => {
    const service = serviceFacts(
      { type: "release-opened", release: "r4", number: 4 },
      { type: "release-closed", release: "r4", as: "live", manifest: null },
      { type: "pointer-flipped", release: "r4", flip: "f", from: A, to: B },
      { type: "service-locked", reason: "rolled back", manifest: null },
    );
    const agenda = agendaFacts(
      { type: "proposal-opened", proposal: "pp_1", number: 1, kind: "retrieval-nudge", title: "Weigh more" },
      { type: "proposal-closed", proposal: "pp_1", as: "accepted" },
    );
    const note = morning(picture({ facts: { service, agenda } }), { service: 1, agenda: 1, at: NOW - 9 * HOUR });
    expect(note.changed.map(({ kind }) => kind).toSorted()).toEqual([
      "flip",
      "locked",
      "proposal-closed",
      "release-closed",
    ]);
    expect(note.changed).toContainEqual(expect.objectContaining({ kind: "release-closed", number: 4, as: "live" }));
    expect(note.changed).toContainEqual(
      expect.objectContaining({ kind: "proposal-closed", number: 1, title: "Weigh more", as: "accepted" }),
    );
    expect(note.changed.map(({ at }) => at)).toEqual(note.changed.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  test("everything once: a digest goes on where the one before ended, also where clocks of two copies differ", () => {
    const early = serviceFacts({ type: "release-opened", release: "r4", number: 4 });
    const ahead = early.map((fact) => ({ ...fact, at: NOW + HOUR }));
    const told = cursorAfter({ service: ahead, agenda: [] }, NOW);
    expect(morning(picture({ facts: { service: ahead, agenda: [] } }), told).changed).toEqual([]);
    expect(cursorAt({ service: early, agenda: [] }, NOW - 2 * HOUR).service).toBe(0);
    expect(cursorAt({ service: early, agenda: [] }, NOW).service).toBe(1);
  });

  test("a breach that was found since is a change, an older one is not", () => {
    const seen = picture({ canary: breached() });
    expect(morning(seen).changed).toMatchObject([{ kind: "breach", kpi: "F1" }]);
    expect(morning(seen, { ...none, at: NOW }).changed).toEqual([]);
  });
});

describe("what waits for whom", () => {
  test("a sign-off for those who can give it now; one without evidence waits for nobody", () => {
    const waits = (signOff: ReturnType<typeof signOffView>) =>
      waitingOf(picture({ release: view({ phase: "signing", signOffs: [signOff] }) }));
    expect(waits(signOffView("data-quality"))).toMatchObject([
      { kind: "sign-off", release: 12, missing: 1, who: [dan, mei], subject: "rel_01J0ABCDEF" },
    ]);
    expect(waits(signOffView("data-quality", { status: "waiting-for-evidence" }))).toEqual([]);
    expect(waits(signOffView("d", { status: "signed", given: [given("d")], missing: 0, mayNow: [] }))).toEqual([]);
  });

  test("a ready release for those who may cut over; an ended or paused one for nobody", () => {
    expect(waitingOf(picture({ release: view() }))).toMatchObject([{ kind: "cut-over", run: "run-b", who: [rosa] }]);
    const ended = { at: NOW, by: rosa, reason: "" };
    expect(waitingOf(picture({ release: view({}, { ended }) }))).toEqual([]);
    expect(waitingOf(picture({ release: view({}, { paused: "bot-removed" }) }))).toEqual([]);
  });

  test("a breach until somebody acknowledged it or held what it calls for", () => {
    const canary = breached();
    expect(waitingOf(picture({ canary }))).toMatchObject([{ kind: "breach", kpi: "F1", who: [omar] }]);
    const acknowledged = { by: omar, at: NOW };
    expect(
      waitingOf(
        picture({ canary: { ...canary, canary: { ...canary.canary, breaches: [f1Breach({ acknowledged })] } } }),
      ),
    ).toEqual([]);
    const held = { by: omar, reason: "we look", at: NOW };
    expect(waitingOf(picture({ canary: { ...canary, canary: { ...canary.canary, held } } }))).toEqual([]);
  });

  test("a canary that people decide about", () => {
    const canary = breached();
    const next = { kind: "waits-for-people", why: "The window is over" } as const;
    const decided = { ...canary, next, canary: { ...canary.canary, breaches: [] } };
    expect(waitingOf(picture({ canary: decided }))).toMatchObject([{ kind: "canary", why: "The window is over" }]);
  });

  test("a proposal for the roles that have not accepted; a decided or agreed one for nobody", () => {
    const waits = (change: Parameters<typeof proposal>[0]) => waitingOf(picture({ proposals: [proposal(change)] }));
    expect(waits({})).toMatchObject([{ kind: "proposal", number: 2, who: [mila, dan, mei] }]);
    expect(waits({ accepted: [{ role: "data-lead", by: dan, at: NOW }] })).toMatchObject([{ who: [mila] }]);
    expect(waits({ ended: { as: "declined", says: "", by: dan, at: NOW } })).toEqual([]);
    expect(waits({ agreed: { by: dan, at: NOW } })).toEqual([]);
  });

  const card = {
    ...{ id: "retrieval-miss", title: "Gold is not retrieved", owner: "data-lead" },
    steps: [
      { id: "look", title: "Look at the cases" },
      { id: "mend", title: "Mend the index" },
    ],
  };
  const step = (id: string, done: boolean) => ({ card: "retrieval-miss", step: id, done, note: "", by: mila, at: NOW });

  test("a step that was begun and not done, once, for whoever began it", () => {
    const run = weekly({ steps: [step("look", false), step("look", false), step("mend", false), step("look", true)] });
    expect(waitingOf(picture({ carded: [{ run, cards: [card] }] }))).toMatchObject([
      { kind: "sop-step", card: "Gold is not retrieved", step: "Mend the index", who: [mila] },
    ]);
    expect(waitingOf(picture({ carded: [{ run, cards: [] }] }))).toMatchObject([
      { card: "retrieval-miss", step: "mend" },
    ]);
  });

  test("a card on which nobody works, for its owners: the next step, of the newest run alone", () => {
    const of = (...steps: readonly ReturnType<typeof step>[]) => ({ run: weekly({ steps }), cards: [card] });
    const waits = (...carded: readonly ReturnType<typeof of>[]) => waitingOf(picture({ carded }));
    expect(waits(of())).toMatchObject([{ kind: "sop-card", step: "Look at the cases", who: [dan, mei] }]);
    expect(waits(of(step("look", true)), of())).toMatchObject([{ kind: "sop-card", step: "Mend the index" }]);
    expect(waits(of(step("look", true), step("mend", true)))).toEqual([]);
  });

  test("a lock for those who may unlock", () => {
    const state = serviceState({ lock: { reason: "rolled back", by: omar, at: NOW, manifest: null } });
    expect(waitingOf(picture({ state }))).toMatchObject([{ kind: "unlock", reason: "rolled back", who: [mila] }]);
  });

  test("a lock mentions them in the first digest after it, and names them in those that follow", () => {
    const state = serviceState({ lock: { reason: "rolled back", by: omar, at: NOW, manifest: null } });
    const service = serviceFacts({ type: "service-locked", reason: "rolled back", manifest: null });
    const facts = { service, agenda: [] };
    const seen = picture({ state, facts });
    const mentioned = (since: typeof none, isFirst?: boolean) =>
      digestOf(seen, facts, since, NOW, isFirst).waiting.map((each) => each.mentioned);
    expect(mentioned(none)).toEqual([true]);
    expect(mentioned(cursorAfter(facts, NOW))).toEqual([false]);
    expect(mentioned(cursorAfter(facts, NOW), true)).toEqual([true]);
    const others = picture({ release: view(), proposals: [proposal()] });
    expect(digestOf(others, facts, cursorAfter(facts, NOW), NOW).waiting.every((each) => each.mentioned)).toBe(true);
  });

  test("what users feel stands before what may take its time", () => {
    const all = waitingOf(picture({ canary: breached(), release: view(), proposals: [proposal()] }));
    expect(all.map(({ kind }) => kind)).toEqual(["breach", "cut-over", "proposal"]);
  });
});
