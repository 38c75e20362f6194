import { afterEach, describe, expect, test, vi } from "vitest";
import type { ServicePicture } from "#src/operations/digest/picture";
import type { Person } from "#src/release/people";
import { createHomePages, type HomePages } from "#src/slack/home";
import { IdentityError } from "#src/slack/identity-error";
import { picture, proposal } from "#test/digest/night";
import { quiet } from "#test/slack/bench";
import { readText } from "#test/slack-blocks/check-limits";
import { NOW } from "#test/slack-blocks/fixtures";

const people: Readonly<Record<string, Person>> = {
  U0MILA01: { id: "U0MILA01", name: "Mila Berg", kind: "member" },
  U0GUS01: { id: "U0GUS01", name: "Gus Hale", kind: "guest" },
  U0STEN01: { id: "U0STEN01", name: "Sten Falk", kind: "stranger" },
};

let homes: HomePages | undefined;
afterEach(() => {
  homes?.stop();
  vi.useRealTimers();
});

function house(services: readonly string[] = ["support-docs"]) {
  const world = {
    seen: picture(),
    reads: 0,
    machine: 0,
    kind: null as Person["kind"] | null,
    published: [] as { readonly user: string; readonly text: string }[],
    isSlackAway: false,
    readFails: false,
  };
  homes = createHomePages({
    services,
    async picture(service): Promise<ServicePicture> {
      world.reads += 1;
      if (world.readFails) throw new Error("secret detail");
      return { ...world.seen, service };
    },
    identity: {
      async person(id) {
        const known = people[id];
        if (known === undefined) throw new IdentityError("Slack didn't say", { cause: null });
        return world.kind === null ? known : { ...known, kind: world.kind };
      },
    },
    team: "T0GOLIVE",
    web: {
      async publishHome(user, { blocks }) {
        if (world.isSlackAway) throw new Error("ratelimited");
        world.published.push({ user, text: readText(blocks) });
      },
    },
    links: async () => () => null,
    now: () => NOW,
    machineNow: () => world.machine,
    log: quiet,
  });
  return { world, homes };
}

describe("a Home", () => {
  test("is published for whoever opened it", async () => {
    const { world, homes: pages } = house();
    world.seen = picture({ proposals: [proposal()] });
    await pages.open("U0MILA01");
    expect(world.published).toMatchObject([{ user: "U0MILA01", text: expect.stringContaining("Accept or decline") }]);
  });

  test.each(["U0GUS01", "U0STEN01"])("tells %s nothing, and reads nothing for them", async (user) => {
    const { world, homes: pages } = house();
    await pages.open(user);
    expect(world.published).toMatchObject([{ user, text: expect.not.stringContaining("support-docs") }]);
    expect(world.reads).toBe(0);
  });

  test("of many who open it within a second costs one read a service, twelve services at most", async () => {
    const { world, homes: pages } = house(Array.from({ length: 30 }, (_, nth) => `service-${nth}`));
    await Promise.all([pages.open("U0MILA01"), pages.open("U0MILA01")]);
    await pages.open("U0MILA01");
    expect(world.reads).toBe(12);
    expect(world.published.at(-1)?.text).toContain("18 more services not shown");
    world.machine += 1_500;
    await pages.open("U0MILA01");
    expect(world.reads).toBe(24);
  });

  test("says what can't be read, without what is inside; and never fails for the person", async () => {
    const { world, homes: pages } = house();
    world.readFails = true;
    await pages.open("U0MILA01");
    expect(world.published[0]?.text).toContain("could not be read");
    expect(world.published[0]?.text).not.toContain("secret detail");
    await pages.open("U0NOBODY");
    expect(world.published[1]?.text).toContain("Slack didn't say who you are");
    world.isSlackAway = true;
    await expect(pages.open("U0MILA01")).resolves.toBeUndefined();
  });

  test("is published again when it reads differently, for two hours, and not otherwise", async () => {
    const { world, homes: pages } = house();
    await pages.open("U0MILA01");
    world.machine += 60_000;
    await pages.refresh();
    expect(world.published).toHaveLength(1);
    world.seen = picture({ proposals: [proposal()] });
    world.machine += 60_000;
    await pages.refresh();
    expect(world.published.at(-1)?.text).toContain("Accept or decline");
    world.machine += 2 * 3_600_000;
    world.seen = picture();
    await pages.refresh();
    expect(world.published).toHaveLength(2);
  });

  test("is taken from somebody who is no member any more", async () => {
    const { world, homes: pages } = house();
    await pages.open("U0MILA01");
    world.kind = "guest";
    world.machine += 60_000;
    world.seen = picture({ proposals: [proposal()] });
    await pages.refresh();
    expect(world.published.at(-1)?.text).not.toContain("support-docs");
    await pages.refresh();
    expect(world.published).toHaveLength(2);
  });

  test("changes that come together are one look, shortly after", async () => {
    vi.useFakeTimers();
    const { world, homes: pages } = house();
    await pages.open("U0MILA01");
    world.seen = picture({ proposals: [proposal()] });
    world.machine += 60_000;
    for (let nth = 0; nth < 20; nth += 1) pages.nudge();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(world.published).toHaveLength(2);
    expect(world.reads).toBe(2);
  });
});
