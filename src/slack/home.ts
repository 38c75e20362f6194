import type { HomeView } from "@slack/types";
import type { Log } from "#src/log";
import type { ServicePicture } from "#src/operations/digest/picture";
import { mayDecide, type Person } from "#src/release/people";
import {
  type HomePage,
  type HomeService,
  homeSubjects,
  homeView,
  strangersHome,
  unreadHome,
} from "#src/slack/blocks/home-view";
import { latest } from "#src/slack/coalesce";
import type { SlackIdentity } from "#src/slack/identity";
import { IdentityError } from "#src/slack/identity-error";
import { keepAnswers } from "#src/slack/keep-answers";
import type { FindLinks } from "#src/slack/message-links";
import type { SlackWeb } from "#src/slack/web";

/** Each is some reads of the journal, and a page that nobody reads to its end. */
const MOST_SERVICES = 12;
/** Everybody who opens it within a second gets the same reads. */
const PICTURE_MS = 1_000;
/** Whoever opened their Home so long ago has gone: it is drawn anew when they come back. */
const WATCHED_MS = 2 * 3_600_000;
/** People whose Home is kept up to date; of more, those who opened it first are let go. */
const MOST_WATCHED = 50;
/** Changes that come together are one look. */
const GAP_MS = 3_000;

export type HomePages = {
  /** Publishes the Home of somebody who opened it. Never rejects: what can't be read is said there. */
  open(user: string): Promise<void>;
  /** Publishes again, for those who opened theirs within two hours, what reads differently by now. Never rejects. */
  refresh(): Promise<void>;
  /** Something changed: a refresh follows shortly. */
  nudge(): void;
  stop(): void;
};

export type HomeDeps = {
  readonly services: readonly string[];
  readonly picture: (service: string) => Promise<ServicePicture>;
  readonly identity: Pick<SlackIdentity, "person">;
  /** Our own team: Slack tells no other one of its members' Homes. */
  readonly team: string;
  readonly web: Pick<SlackWeb, "publishHome">;
  readonly links: FindLinks;
  /** Domain clock. */
  readonly now: () => number;
  /** Machine clock. */
  readonly machineNow: () => number;
  readonly log: Log;
};

export function createHomePages(deps: HomeDeps): HomePages {
  const { identity, team, web, links, now, machineNow, log } = deps;
  const shown = deps.services.slice(0, MOST_SERVICES);
  const pictures = keepAnswers(deps.picture, { now: machineNow, shareMs: PICTURE_MS, keptMs: PICTURE_MS });
  /** Who has opened their Home, in that order, and what they were shown last. */
  const watched = new Map<string, { readonly openedAt: number; readonly digest: string }>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function services(): Promise<readonly HomeService[]> {
    return Promise.all(
      shown.map(async (service): Promise<HomeService> => {
        try {
          return { service, picture: await pictures.known(service) };
        } catch (error) {
          log.warn({ err: error, service }, "a service could not be read for a Home");
          return { service, failed: "its state did not come; the log says more" };
        }
      }),
    );
  }

  async function draw(user: string): Promise<{ readonly view: HomeView; readonly digest: string }> {
    const page: HomePage = {
      user,
      services: await services(),
      hidden: deps.services.length - shown.length,
      at: now(),
    };
    const linkOf = await links(homeSubjects(page));
    // Only when it was drawn differs from one look to the next.
    return { view: homeView(page, linkOf), digest: JSON.stringify(homeView({ ...page, at: 0 }, linkOf)) };
  }

  async function show(user: string, person: Person, openedAt: number): Promise<void> {
    if (!mayDecide(person)) {
      watched.delete(user);
      return web.publishHome(user, strangersHome());
    }
    const { view, digest } = await draw(user);
    await web.publishHome(user, view);
    watched.delete(user);
    watched.set(user, { openedAt, digest });
    const first = watched.keys().next();
    if (watched.size > MOST_WATCHED && first.done !== true) watched.delete(first.value);
  }

  async function again(user: string, { openedAt, digest }: { openedAt: number; digest: string }): Promise<void> {
    if (machineNow() - openedAt > WATCHED_MS) {
      watched.delete(user);
      return;
    }
    if ((await draw(user)).digest !== digest) await show(user, await identity.person(user, team), openedAt);
  }

  /** The page says what is wrong where it can; Slack itself may be what is. */
  async function sayWhy(user: string, error: unknown): Promise<void> {
    log.warn({ err: error, user }, "a Home could not be drawn");
    const why =
      error instanceof IdentityError
        ? "Slack didn't say who you are just now."
        : "This page could not be drawn just now.";
    await web
      .publishHome(user, unreadHome(why))
      .catch((err: unknown) => log.warn({ err, user }, "nor could that be said on it"));
  }

  const refresh = latest(async () => {
    for (const [user, seen] of [...watched]) {
      if (stopped) return;
      await again(user, seen).catch((err: unknown) => log.warn({ err, user }, "a Home stays as it was"));
    }
  });

  return {
    async open(user) {
      try {
        await show(user, await identity.person(user, team), machineNow());
      } catch (error) {
        await sayWhy(user, error);
      }
    },
    refresh: () => refresh("homes"),
    nudge() {
      // What is read from now on is of after the change.
      pictures.forget();
      if (watched.size === 0 || stopped) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void refresh("homes");
      }, GAP_MS).unref();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
