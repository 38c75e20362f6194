import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DigestNote, digestOf } from "#src/operations/digest/digest";
import type { ServicePicture } from "#src/operations/digest/picture";
import { digestMessage } from "#src/slack/blocks/digest-message";
import { homeView, strangersHome, unreadHome, waitingOn } from "#src/slack/blocks/home-view";
import {
  agendaFacts,
  closed,
  HOUR,
  mila,
  opened,
  picture,
  proposal,
  SERVICE,
  serviceFacts,
  serviceState,
} from "#test/digest/night";
import { anyCanary, breached } from "#test/slack-blocks/canary-fixtures";
import { budgetBreaches, messageBreaches, readText, viewBreaches } from "#test/slack-blocks/check-limits";
import { dan, NOW, person, signOffView, view } from "#test/slack-blocks/fixtures";
import { anyView, extreme } from "#test/slack-blocks/hostile";

const morning = (seen: ServicePicture): DigestNote =>
  digestOf(seen, seen.facts ?? { service: [], agenda: [] }, { service: 0, agenda: 0, at: NOW - 24 * HOUR }, NOW);
const words = (seen: ServicePicture, link?: (subject: string) => string | null) =>
  readText(digestMessage(morning(seen), link).blocks);
const next = [{ kind: "smoke", at: NOW + HOUR }] as const;
const signing = view({ phase: "signing", signOffs: [signOffView("Data quality")] });

describe("the digest", () => {
  test("a quiet one is one line, with what comes next", () => {
    const { text, blocks } = digestMessage(morning(picture({ next })));
    expect(text).toBe("support-docs this morning: nothing happened, nothing is waiting.");
    expect(blocks).toHaveLength(1);
    expect(readText(blocks)).toMatch(/^support-docs this morning: .* Next: smoke <!date\^\d+\^/);
  });

  test("says what waits first, with the people who can and a link; then what ran, with its number", () => {
    const agenda = agendaFacts(opened("smoke", 7), closed("smoke", 7, "fail", "3 of 212 checks are red"));
    const seen = picture({ release: signing, facts: { service: [], agenda } });
    const said = words(seen, (subject) => `https://x.slack.com/${subject}`);
    expect(said).toContain(
      "✍️ Sign *Data quality* of release #12 <https://x.slack.com/rel_01J0ABCDEF|Open> → <@U0DAN001> <@U0MEI001>",
    );
    expect(said).toMatch(/❌ fail · \*Smoke #7\* <!date\^.*: 3 of 212 checks are red/);
    expect(said.indexOf("Waiting")).toBeLessThan(said.indexOf("Ran"));
    expect(digestMessage(morning(seen)).text).toBe(
      "support-docs this morning: 1 thing waits for people; smoke came to fail.",
    );
  });

  test("mentions nobody who has nothing to do", () => {
    const service = serviceFacts(
      { type: "release-opened", release: "r4", number: 4 },
      { type: "service-unlocked", reason: "", rootCause: "a stale index" },
    );
    const said = words(picture({ facts: { service, agenda: [] } }));
    expect(said).toContain("release #4 was started by Rosa Lind");
    expect(said).toContain("unlocked by Rosa Lind: a stale index");
    expect(said).not.toContain("<@");
  });

  test("names whoever may unlock without a mention once they have been told", () => {
    const lock = { reason: "rolled back", by: mila, at: NOW, manifest: null };
    const facts = {
      service: serviceFacts({ type: "service-locked", reason: "rolled back", manifest: null }),
      agenda: [],
    };
    const seen = picture({ state: serviceState({ lock }), facts });
    const said = (service: number) =>
      readText(digestMessage(digestOf(seen, facts, { service, agenda: 0, at: NOW - 24 * HOUR }, NOW)).blocks);
    expect(said(0)).toMatch(/takes the root cause → <@U0MILA/);
    expect(said(99)).toMatch(/takes the root cause → Mila Berg$/m);
    expect(said(99)).not.toContain("<@");
  });

  test("says what could not be read, and never that nothing happened then", () => {
    const said = words(picture({ unread: [{ what: "SLOs", why: "the roll-up is <away>" }] }));
    expect(said).toContain("⚠️ SLOs could not be read: the roll-up is &lt;away&gt;");
    expect(said).not.toContain("nothing happened");
  });

  test("says so when nobody is known who may do what waits", () => {
    expect(words(picture({ proposals: [proposal()], members: {} }))).toContain("→ ⚠️ nobody who may is known");
  });

  const hostile = fc.tuple(extreme(3_000), anyView, anyCanary, fc.nat(40)).map(([text, release, canary, many]) => {
    const agenda = Array.from({ length: many }, (_, nth) => closed("smoke", nth, "fail", text));
    return picture({
      service: text || "s",
      release,
      canary,
      facts: { service: [], agenda: agendaFacts(...agenda) },
      proposals: Array.from({ length: many }, () => proposal({ title: text })),
      slos: Array.from({ length: many }, () => {
        return { slo: text, title: text, standing: "spent", says: text } as const;
      }),
      unread: [{ what: text, why: text }],
      next,
    });
  });

  test("stays within Slack's limits and its own budget, whatever happened", () => {
    fc.assert(
      fc.property(hostile, (seen) => {
        const { text, blocks } = digestMessage(morning(seen), () => "https://x.slack.com/archives/C1/p1");
        expect([...messageBreaches(blocks), ...budgetBreaches(blocks)]).toEqual([]);
        expect(text.length).toBeLessThanOrEqual(600);
        // The header is plain text: nothing in it is markup.
        expect(readText(blocks.filter(({ type }) => type !== "header"))).not.toMatch(/<!channel>/);
      }),
      { numRuns: 40 },
    );
  });

  test("so does a Home", () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (seen) => {
        const services = seen.map((one) => ({ service: one.service, picture: one }));
        const drawn = homeView(
          { user: dan.id, services, hidden: 3, at: NOW },
          () => "https://x.slack.com/archives/C1/p1",
        );
        expect(
          viewBreaches({
            ...drawn,
            title: { text: "-" },
            submit: { text: "-" },
            close: { text: "-" },
            callback_id: "-",
            private_metadata: "-",
          }),
        ).toEqual([]);
        expect(JSON.stringify(drawn.blocks).length).toBeLessThan(40_000);
      }),
      { numRuns: 15 },
    );
  });
});

describe("Home", () => {
  const said = (user: string, ...services: Parameters<typeof homeView>[0]["services"]) =>
    readText(homeView({ user, services, hidden: 0, at: NOW }, (subject) => `https://x.slack.com/${subject}`).blocks);
  const of = (seen: ServicePicture) => ({ service: seen.service, picture: seen });

  test("says first what waits for whoever looks, and only for them, with a link", () => {
    const seen = picture({ release: signing, proposals: [proposal({ approvers: ["ml-lead"] })] });
    expect(said(dan.id, of(seen))).toMatch(
      /^Waiting on you\n✍️ Sign \*Data quality\* of release #12 <https:\/\/x\.slack\.com\/rel_01J0ABCDEF\|Open>/,
    );
    expect(said(dan.id, of(seen))).not.toContain("Accept or decline");
    expect(said(mila.id, of(seen))).toMatch(/^Waiting on you\n✍️ Accept or decline proposal #2/);
    expect(said("U0NORA01", of(seen))).toMatch(/^Waiting on you\nNothing waits for you\./);
    expect(waitingOn(seen, "U0NORA01")).toEqual([]);
  });

  test("shows release, canary, SLOs and the next runs of each service", () => {
    const slos = [{ slo: "p95", title: "p95 latency", standing: "burning", says: "31 s of 27 s" } as const];
    const text = said(dan.id, of(picture({ release: signing, canary: breached(), slos, next })));
    for (const part of [
      "*Live*: `run-2`",
      "*Release*: Release #12",
      "*Canary*: Canary #3",
      "*SLOs*: ✅ 0 of 1 kept",
      "• 🟡 burning · *p95 latency*: 31 s of 27 s",
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/Next: \*Smoke\* <!date/);
  });

  test("says which service can't be read, and doesn't promise then that nothing waits", () => {
    const text = said(dan.id, of(picture()), { service: "billing-docs", failed: "its state did not come" });
    expect(text).toContain("`billing-docs` could not be read: its state did not come");
    expect(text).toContain("Nothing that could be read waits for you.");
    const half = said(dan.id, of(picture({ unread: [{ what: "Proposals", why: "no answer" }] })));
    expect(half).toContain("Proposals could not be read: no answer");
    expect(half).toContain("Nothing that could be read waits for you.");
  });

  test("shows strangers nothing from inside", () => {
    expect(readText(strangersHome().blocks)).not.toContain(SERVICE);
    expect(readText(unreadHome("Slack didn't say who you are just now.").blocks)).toContain("Open this page again");
    expect(person("U1", "x").kind).toBe("member");
  });
});
