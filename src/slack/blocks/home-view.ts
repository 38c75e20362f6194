import type { HomeView, KnownBlock } from "@slack/types";
import type { ServicePicture, Unread } from "#src/operations/digest/picture";
import { type Waiting, waitingOf } from "#src/operations/digest/waiting";
import { KINDS } from "#src/operations/kinds";
import type { Instant } from "#src/release/policy";
import { canarySentence } from "#src/slack/blocks/canary-sentence";
import type { LinkOf } from "#src/slack/blocks/digest-message";
import { bullets, context, header, packed, section } from "#src/slack/blocks/elements";
import { releaseSentence } from "#src/slack/blocks/release-sentence";
import { pairOrNothing } from "#src/slack/blocks/rollback-words";
import { isAtRisk, sloLine, sloTally } from "#src/slack/blocks/slo-line";
import { when } from "#src/slack/blocks/times";
import { waitingLine } from "#src/slack/blocks/waiting-lines";
import { count, number } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** What waits for one person, over all services; lines beyond it are counted. */
const MOST_WAITING = 20;
const MOST_SLOS = 12;

/** A service, or why nothing at all is known of it. */
export type HomeService = { readonly service: string } & (
  | { readonly picture: ServicePicture }
  | { readonly failed: string }
);

export type HomePage = {
  readonly user: string;
  readonly services: readonly HomeService[];
  /** Services that are configured and not shown. */
  readonly hidden: number;
  readonly at: Instant;
};

/** What waits for this person, and only that. */
export const waitingOn = (picture: ServicePicture, user: string): readonly Waiting[] =>
  waitingOf(picture).filter(({ who }) => who.some(({ id }) => id === user));

/** Messages that the page links to. */
export function homeSubjects({ user, services }: HomePage): readonly (string | null)[] {
  return services.flatMap((one) =>
    "failed" in one
      ? []
      : [
          ...waitingOn(one.picture, user).map(({ subject }) => subject),
          one.picture.release?.release.id ?? null,
          one.picture.canary?.canary.id ?? null,
        ],
  );
}

/** One person's Home: what waits for them first, then each service. */
export function homeView(page: HomePage, linkOf: LinkOf = () => null): HomeView {
  const link = linked(linkOf);
  const blocks: KnownBlock[] = [
    ...waitingBlocks(page, link),
    ...page.services.flatMap((one) => serviceBlocks(one, link)),
    context(
      `As of ${when(page.at)}${page.hidden > 0 ? `. ${count(page.hidden, "more service")} not shown: \`/golive status\` in their channels` : ""}`,
    ),
  ];
  return { type: "home", blocks: within(blocks) };
}

/** For guests and people of other organisations: nothing of what stands inside. */
export const strangersHome = (): HomeView => ({
  type: "home",
  blocks: [
    header("Golive"),
    section("Golive takes this team's services live. What it knows is shown to full members of the team only."),
  ],
});

/** When Slack doesn't say who it is, or nothing can be drawn. `why` finishes with a full stop. */
export const unreadHome = (why: string): HomeView => ({
  type: "home",
  blocks: [
    header("Golive"),
    section(`⚠️ ${line(why)} Open this page again in a minute; \`/golive status\` in a release channel says the same.`),
  ],
});

type Link = (subject: string | null) => string;

const linked =
  (linkOf: LinkOf): Link =>
  (subject) => {
    const url = subject === null ? null : linkOf(subject);
    return url === null ? "" : ` <${url}|Open>`;
  };

function waitingBlocks({ user, services }: HomePage, link: Link): KnownBlock[] {
  const known = services.flatMap((one) => ("failed" in one ? [] : [one.picture]));
  const waiting = known.flatMap((picture) =>
    waitingOn(picture, user).map((one) => {
      const where = services.length > 1 ? ` · ${code(picture.service, 60)}` : "";
      return `${waitingLine(one, picture.service)}${link(one.subject)}${where}`;
    }),
  );
  const doubt = services.some((one) => "failed" in one || one.picture.unread.length > 0);
  const none = doubt ? "Nothing that could be read waits for you." : "Nothing waits for you.";
  const hidden = waiting.length - MOST_WAITING;
  const lines = [
    ...waiting.slice(0, MOST_WAITING),
    ...(hidden > 0 ? [`_… and ${number(hidden)} more, in the channels_`] : []),
  ];
  return [
    header("Waiting on you"),
    ...(lines.length === 0 ? [section(none)] : packed(lines).map((text) => section(text))),
  ];
}

function serviceBlocks(one: HomeService, link: Link): KnownBlock[] {
  const divider: KnownBlock = { type: "divider" };
  if ("failed" in one) {
    return [
      divider,
      header(one.service),
      section(`⚠️ ${code(one.service)} could not be read: ${shorten(line(one.failed), 300)}`),
    ];
  }
  const { picture } = one;
  const slos = picture.slos.length === 0 ? [] : [section(sloLines(picture).join("\n"))];
  return [
    divider,
    header(picture.service),
    section(standingLines(picture, link).join("\n")),
    ...slos,
    ...nextBlocks(picture),
    ...unreadBlocks(picture.unread),
  ];
}

function standingLines({ live, state, release, canary, unread }: ServicePicture, link: Link): string[] {
  const isRead = !unread.some(({ what }) => what === "What is live");
  const open = release !== null && release.release.ended === null && release.release.standing !== "live";
  const watched = canary !== null && canary.canary.ended === null;
  return [
    `*Live*: ${isRead ? pairOrNothing(live) : "not known"}${state === null || state.lock === null ? "" : " · go-lives are locked"}`,
    open ? `*Release*: ${releaseSentence(release)}${link(release.release.id)}` : "*Release*: none is open",
    watched ? `*Canary*: ${canarySentence(canary)}${link(canary.canary.id)}` : "*Canary*: none is watched",
  ];
}

/** Those that somebody should look at in full, the others as a count: why one is not known is said by the command. */
function sloLines({ slos }: ServicePicture): string[] {
  const bad = slos.filter(isAtRisk).slice(0, MOST_SLOS);
  return [`*SLOs*: ${sloTally(slos)} · \`/golive slo\` shows each`, ...bad.map((slo) => `• ${sloLine(slo)}`)];
}

function nextBlocks({ next, agenda }: ServicePicture): KnownBlock[] {
  if (next.length === 0) return agenda === null ? [] : [context("Nothing is scheduled.")];
  const runs = next.map(({ kind, at }) => {
    const last = agenda?.entries[kind].last ?? null;
    const before = last === null ? "" : ` (last: ${last.verdict})`;
    return `${bold(KINDS[kind].title)} ${when(at)}${before}`;
  });
  return [context(`Next: ${runs.join(" · ")}`)];
}

const unreadBlocks = (unread: readonly Unread[]): KnownBlock[] =>
  unread.length === 0
    ? []
    : [
        section(
          bullets(
            unread.map(({ what, why }) => `⚠️ ${line(what)} could not be read: ${line(why)}`),
            10,
            300,
          ),
        ),
      ];

/** Whole blocks from the top, as many as a view takes; that something is missing is said. */
function within(blocks: readonly KnownBlock[]): KnownBlock[] {
  const kept: KnownBlock[] = [];
  let size = 0;
  for (const block of blocks) {
    size += JSON.stringify(block).length + 1;
    if (kept.length >= BUDGET.view.blocks - 1 || size > BUDGET.view.json - 500) {
      return [...kept, context("_There is more than this page takes: `/golive status` in each channel shows it._")];
    }
    kept.push(block);
  }
  return kept;
}
