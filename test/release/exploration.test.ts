import { describe, expect, it } from "vitest";
import { decide } from "#src/release/decide";
import { accept, onRelease } from "#src/release/decision";
import { type Decide, explore } from "#test/release/exploration";
import { evidenced, fingerprint, movesOf, opened, VARIANTS } from "#test/release/toy";

const roots = Object.values(VARIANTS);
const run = (decideOnce: Decide, from: typeof opened, maxDepth: number) =>
  explore({ decide: decideOnce, roots: roots.map(from), movesOf, fingerprint, maxDepth });

describe("every state of a toy release to depth 6", () => {
  it("keeps the seven rules from the opening on", () => {
    const found = run(decide, opened, 6);
    console.log(`from the opening: ${found.states} states, ${found.transitions} decisions`);
    expect(found.breach).toBeNull();
    expect(found.states).toBeGreaterThan(15_000);
  });

  it("keeps them from a green gate on, and reaches every ending there", () => {
    const found = run(decide, evidenced, 6);
    console.log(`from a green gate: ${found.states} states, ${found.transitions} decisions`);
    expect(found.breach).toBeNull();
    expect(Object.keys(found.endings).sort()).toEqual(["cancelled", "failed", "live"]);
  });
});

/** Rules broken on purpose: what the exploration is worth is what it finds. */
describe("the exploration finds a planted breach", () => {
  const shortest = (broken: Decide) => {
    const { breach } = run(broken, evidenced, 7);
    return { problem: breach?.problems[0] ?? "none found", steps: breach?.path.length ?? 0 };
  };

  it("when nothing is ever voided", () => {
    const found = shortest((service, release, intent, now) => {
      const decision = decide(service, release, intent, now);
      return { ...decision, events: decision.events.filter(({ event }) => event.type !== "sign-off-voided") };
    });
    expect(found.problem).toMatch(/^rule [12]: /);
  });

  it("when too much is voided", () => {
    const found = shortest((service, release, intent, now) => {
      const decision = decide(service, release, intent, now);
      const entry = release?.signOffs[0];
      if (release === null || entry === undefined || intent.type !== "pause" || !decision.ok) return decision;
      const because = { kind: "evidence", from: "", to: "", what: "" } as const;
      const { signOff, person } = entry;
      return accept(...decision.events, onRelease(release, { type: "sign-off-voided", signOff, person, because }));
    });
    expect(found.problem).toBe("rule 1: voided s1 for evidence: unfounded");
  });

  it("when the quorum is skipped", () => {
    const found = shortest((service, release, intent, now) => {
      if (release === null) return decide(service, release, intent, now);
      const signOffs = release.checklist.signOffs.map((signOff) => ({ ...signOff, quorum: 1 }));
      return decide(service, { ...release, checklist: { ...release.checklist, signOffs } }, intent, now);
    });
    expect(found).toEqual({ problem: "rule 5: cutover without the quorum of s1", steps: 3 });
  });

  it("when the requester signs the own release", () => {
    const found = shortest((service, release, intent, now) => {
      if (release === null) return decide(service, release, intent, now);
      return decide(service, { ...release, policy: { ...release.policy, requesterMaySign: true } }, intent, now);
    });
    expect(found).toEqual({ problem: "rule 2: the requester signed s1", steps: 1 });
  });

  it("when anybody lifts a veto", () => {
    const found = shortest((service, release, intent, now) => {
      const decision = decide(service, release, intent, now);
      if (release === null || decision.ok || decision.refusal.kind !== "not-your-veto") return decision;
      if (intent.type !== "lift-veto") return decision;
      const { signOff, actor } = intent;
      const person = decision.refusal.by.id;
      return accept(onRelease(release, { type: "veto-lifted", signOff, person }, actor));
    });
    expect(found.problem).toMatch(/^rule 3: .* lifted a veto of somebody else$/);
  });

  it("when a release flips again after it flipped", () => {
    const broken: Decide = (service, release, intent, now) => {
      const decision = decide(service, release, intent, now);
      if (release === null || !decision.events.some(({ event }) => event.type === "went-live")) return decision;
      const stopped = onRelease(release, { type: "cutover-stopped", because: [] });
      return accept(...decision.events.slice(0, 1), stopped);
    };
    const found = explore({ decide: broken, roots: [evidenced(VARIANTS.roles)], movesOf, fingerprint, maxDepth: 8 });
    expect(found.breach?.problems[0]).toBe("rule 4: a second flip of one release");
  });

  it("when evidence never ages", () => {
    const found = shortest((service, release, intent, now) =>
      decide(service, release, intent, intent.type === "cut-over" ? 0 : now),
    );
    expect(found.problem).toBe("rule 5: cutover with g closed");
  });

  it("when the requester cuts over alone", () => {
    const found = shortest((service, release, intent, now) => {
      if (release === null || intent.type !== "cut-over") return decide(service, release, intent, now);
      const requester = { ...release.requester, id: "somebody else" };
      return decide(service, { ...release, requester }, intent, now);
    });
    expect(found.problem).toBe("rule 6: the requester alone");
  });

  it("when a second click is taken for another decision", () => {
    const found = shortest((service, release, intent, now) => {
      const decision = decide(service, release, intent, now);
      if (release === null || decision.ok || decision.refusal.kind !== "already-signed") return decision;
      return decide(service, { ...release, signOffs: [] }, intent, now);
    });
    expect(found.problem).toBe("rule 7: sign twice adds signed");
  });
});
