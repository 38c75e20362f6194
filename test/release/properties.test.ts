import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "#src/release/decide";
import type { Recorded, ReleaseEvent, ServiceEvent } from "#src/release/events";
import { evolveRelease, foldRelease, foldService } from "#src/release/evolve";
import type { Intent } from "#src/release/intents";
import { notesOf } from "#src/release/notes-of";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import { releaseOf, serviceOf } from "#src/release/use-cases/folded";
import { viewOf } from "#src/release/view-of";
import type { RollbackEvent } from "#src/rollback/events";
import { audit } from "#test/release/auditor";
import { emptyLedger, type Ledger } from "#test/release/ledger";
import { life, people, type Wish } from "#test/release/wishes";
import * as w from "#test/release/world";

type Told = { readonly story: w.Story; readonly problems: readonly string[] };
type Watch = (before: w.Story, after: w.Story, intent: Intent) => readonly string[];

/** Plays the wishes with the auditor reading along; `watch` may add problems of its own. */
function tell({ from, wishes }: { from: w.Story; wishes: readonly Wish[] }, watch: Watch = () => []): Told {
  let story = from;
  let ledger = historyOf(from);
  const problems: string[] = [];
  for (const next of wishes) {
    const intent = next(story);
    if (typeof intent === "number") {
      story = w.later(story, intent);
      continue;
    }
    const { decision, story: reached } = w.attempt(story, intent);
    const audited = audit(ledger, decision.events, { intent, now: story.now });
    problems.push(...audited.problems, ...watch(story, reached, intent));
    ledger = audited.ledger;
    story = reached;
  }
  return { story, problems };
}

/** The ledger of a story's past; what those intents were is not asked again. */
function historyOf(story: w.Story): Ledger {
  return story.journal.reduce<Ledger>(
    (ledger, entry) => audit(ledger, [asAuthored(entry)], { intent: { type: "resume" }, now: entry.at }).ledger,
    emptyLedger,
  );
}
function asAuthored(entry: Recorded) {
  const { stream, by, event } = entry;
  if (isOfRelease(event)) return { to: "release", stream, by, event } as const;
  if (isOfService(event)) return { to: "service", stream, by, event } as const;
  throw new Error(`the story of a release holds no ${event.type}`);
}
function isOfService(event: Recorded["event"]): event is ServiceEvent {
  return (
    event.type === "release-opened" ||
    event.type === "release-closed" ||
    event.type === "run-adopted" ||
    event.type === "pointer-flipped" ||
    event.type === "service-locked" ||
    event.type === "service-unlocked"
  );
}

const RULES = [
  [1, "sign-offs stand on exactly what they were given for, and are voided exactly where that changed"],
  [2, "quorums are distinct members in their role, never the requester, never in two roles"],
  [3, "vetoes, waivers and break-glass hold to their terms"],
  [4, "at most one flip of what was reviewed, never of what was rolled back"],
  [5, "no cutover without everything"],
  [6, "one open release, rights, never the requester alone"],
  [7, "nothing happens after the end"],
] as const;

describe("over arbitrary intents", () => {
  it.each(RULES)("rule %i: %s", (rule) => {
    fc.assert(
      fc.property(life, (wishes) => {
        expect(tell(wishes).problems.filter((problem) => problem.startsWith(`rule ${rule}:`))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("rule 7: the same intent a second time adds nothing", () => {
    const twice: Watch = (_before, after, intent) => {
      const again = decide(after.service, after.release, intent, after.now).events;
      return again.map(({ event }) => `${intent.type} added ${event.type} again`);
    };
    fc.assert(
      fc.property(life, (wishes) => {
        expect(tell(wishes, twice).problems).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("read on from any of its facts, a stream comes to the same as read from its start", () => {
    fc.assert(
      fc.property(life, fc.nat(), (wishes, cut) => {
        const { story } = tell(wishes);
        const stream = story.journal.filter(({ event }) => isOfRelease(event));
        const last = stream.findLastIndex(({ event }) => event.type === "release-started");
        const facts = stream.slice(Math.max(0, last));
        releaseOf(facts.slice(0, cut % (facts.length + 1)));
        expect(releaseOf(facts)).toEqual(story.release);
        expect(releaseOf(facts)).toBe(releaseOf([...facts]));
        const services = story.journal.filter(({ event }) => isOfService(event));
        serviceOf("docs", services.slice(0, cut % (services.length + 1)));
        expect(serviceOf("docs", services)).toEqual(story.service);
      }),
      { numRuns: 200 },
    );
  });

  it("a state is what its journal folds to", () => {
    fc.assert(
      fc.property(life, (wishes) => {
        const { story } = tell(wishes);
        const last = story.journal.findLastIndex(({ event }) => event.type === "release-started");
        const facts = story.journal
          .slice(Math.max(0, last))
          .filter((entry): entry is Recorded<ReleaseEvent> => isOfRelease(entry.event));
        const services = story.journal.filter((entry): entry is Recorded<ServiceEvent> => isOfService(entry.event));
        expect(foldRelease(facts)).toEqual(story.release);
        expect(foldService("docs", services)).toEqual(story.service);
      }),
      { numRuns: 200 },
    );
  });

  it("what the view offers is what decide accepts: who may sign, and whether a cutover is possible", () => {
    const offers: Watch = (_before, after) => {
      const { release, service, now } = after;
      if (release === null || release.ended !== null || release.standing !== "open" || release.paused !== null)
        return [];
      const view = viewOf(service, release, now);
      const { members } = release;
      const wrong = view.signOffs.flatMap(({ definition, status, mayNow, seen }) =>
        people.flatMap((who) => {
          const offered = status === "waiting" && mayNow.some(({ id }) => id === who.id);
          const { ok } = decide(
            service,
            release,
            { type: "sign", actor: who, members, signOff: definition.id, seen },
            now,
          );
          return ok === offered ? [] : [`${definition.id} by ${who.name}: offered ${offered}, accepted ${ok}`];
        }),
      );
      const { ok } = decide(service, release, { type: "cut-over", actor: w.ines, members, seen: view.seen }, now);
      const possible = view.blockers.length === 0 && (members.approver ?? []).some(({ id }) => id === w.ines.id);
      return ok === possible ? wrong : [...wrong, `cutover: offered ${possible}, accepted ${ok}`];
    };
    fc.assert(
      fc.property(life, (wishes) => {
        expect(tell(wishes, offers).problems).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("whoever is asked to sign may do so at once, and nobody is asked twice for what still stands", () => {
    fc.assert(
      fc.property(life, (wishes) => {
        const asked = new Set<string>();
        const asks: Watch = (before, after) => {
          const facts = after.journal.slice(before.journal.length);
          const ofRelease = facts.filter((fact): fact is Recorded<ReleaseEvent> => isOfRelease(fact.event));
          const { release, service, now } = after;
          if (release === null) return [];
          if (ofRelease.some(({ event }) => event.type === "release-started")) asked.clear();
          for (const { event } of ofRelease) {
            if (event.type === "sign-off-voided" || event.type === "sign-off-withdrawn") asked.delete(event.signOff);
          }
          const told = notesOf(before.release, release, ofRelease).flatMap(({ note }) =>
            note.kind === "signatures-asked" ? [note] : [],
          );
          const items = told.flatMap((note) => note.asks);
          const wrong = items.flatMap(({ signOff, who }) => {
            const repeated = asked.has(signOff) ? [`${signOff} is asked again`] : [];
            asked.add(signOff);
            const refused = who.filter((actor) => {
              return !decide(
                service,
                release,
                { type: "sign", actor, members: release.members, signOff, seen: null },
                now,
              ).ok;
            });
            return [...repeated, ...refused.map(({ name }) => `${name} is asked for ${signOff} and may not`)];
          });
          return told.length > 1 ? [...wrong, "two notes at once"] : wrong;
        };
        expect(tell(wishes, asks).problems).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("every refusal is a sentence that ends, without a hole in it", () => {
    const words: Watch = (before, _after, intent) => {
      const decision = decide(before.service, before.release, intent, before.now);
      if (decision.ok) return [];
      const text = refusalText(decision.refusal, namesFrom(null));
      return /undefined|null|\[object|\(\)|\.\./.test(text) || text.length < 20 ? [text] : [];
    };
    fc.assert(
      fc.property(life, (wishes) => {
        expect(tell(wishes, words).problems).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("reaches every ending, so that the properties are about something", () => {
    const endings = new Set<string>();
    for (const sample of fc.sample(life, { numRuns: 2_000, seed: 7 })) {
      endings.add(tell(sample).story.release?.standing ?? "none");
    }
    expect([...endings].sort()).toEqual(["cancelled", "cutting_over", "failed", "live", "none", "open"]);
  });
});

describe("a broken journal", () => {
  it("is refused instead of folded", () => {
    const [opened] = w.started.journal.filter((entry): entry is Recorded<ReleaseEvent> => isOfRelease(entry.event));
    if (opened === undefined) throw new Error("nothing was started");
    expect(() => evolveRelease(w.releaseOf(w.started), opened)).toThrow(/starts twice/);
    expect(() => evolveRelease(null, { ...opened, event: { type: "resumed" } })).toThrow(/begins with resumed/);
  });
});
function isOfRelease(event: Recorded["event"]): event is ReleaseEvent {
  const others = ["baseline-set", "evaluations-pruned"];
  return !isOfService(event) && !isOfRollback(event) && !others.includes(event.type);
}
function isOfRollback(event: Recorded["event"]): event is RollbackEvent {
  return event.type.startsWith("rollback-") && !isOfService(event);
}
