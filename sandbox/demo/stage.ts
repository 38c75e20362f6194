import { setTimeout as sleep } from "node:timers/promises";
import { type FoundButton, findButtons, findInputs, readableText } from "#sandbox/demo/read-blocks";
import type { Hands, Json, SandboxMessage, World } from "#sandbox/slack/model";

/** The story did not go as scripted. The message is the reason that the demo prints. */
export class StoryError extends Error {
  override readonly name = "StoryError";
}

export type Line = { readonly at: string; readonly who: string; readonly what: string };

/** A person at the keyboard of the local Slack, scripted: does what a person does and sees what a person sees. */
export type Stage = {
  /** Adds a line to the transcript. */
  tell(who: string, what: string): void;
  readonly transcript: readonly Line[];
  command(user: string, channel: string, text: string): Promise<void>;
  /** Presses the button with this label, in the newest message for which `near` appears in the button's block. */
  press(user: string, channel: string, label: RegExp, near?: RegExp): Promise<void>;
  /** The newest ephemeral answer to this person that came after the last thing they did. */
  answer(user: string, channel: string): Promise<string>;
  /** The same, if it is there already; else null. */
  answered(user: string, channel: string): string | null;
  /** Waits until a message of the channel that this person sees reads like `pattern`. */
  see(user: string, channel: string, pattern: RegExp, timeoutMs?: number): Promise<SandboxMessage>;
  /** Types this into every box of the modal that is open for this person, and submits it. */
  fillIn(user: string, text: string): Promise<void>;
  /** Opens the app's Home, and reads it as soon as it reads like `pattern`. */
  home(user: string, pattern: RegExp): Promise<string>;
  /** All words of the newest release message, or null when there is none. */
  releaseText(user: string, channel: string): string | null;
  /** Whether a button with this label is there for this person right now. */
  offers(user: string, channel: string, label: RegExp): boolean;
  /** Waits until `predicate` gives something. */
  until<T>(what: string, predicate: () => Promise<T | null> | T | null, timeoutMs?: number): Promise<T>;
};

const PATIENCE_MS = 240_000;

/** `onLine` receives each line as it happens, so that a person can follow. */
export function createStage(world: World, hands: Hands, onLine: (line: Line) => void): Stage {
  const transcript: Line[] = [];
  const actedAt = new Map<string, number>();
  const nameOf = (id: string): string => world.users.find((user) => user.id === id)?.name ?? id;
  const channelName = (id: string): string => world.channels.find((channel) => channel.id === id)?.name ?? id;

  const tell = (who: string, what: string): void => {
    const line = { at: new Date().toISOString(), who, what };
    transcript.push(line);
    onLine(line);
  };
  const mine = (user: string, channel: string): readonly SandboxMessage[] => world.messages(channel, user);
  const ephemerals = (user: string, channel: string): readonly SandboxMessage[] =>
    mine(user, channel).filter((message) => message.ephemeralFor === user);

  const until: Stage["until"] = async (what, predicate, timeoutMs = PATIENCE_MS) => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const value = await predicate();
      if (value !== null) return value;
      if (performance.now() > deadline) throw new StoryError(`waited ${timeoutMs / 1000} s for: ${what}`);
      await sleep(60);
    }
  };

  const findButton = (
    user: string,
    channel: string,
    label: RegExp,
    near?: RegExp,
  ): { message: SandboxMessage; button: FoundButton } | null => {
    for (const message of [...mine(user, channel)].reverse()) {
      const button = findButtons(message.blocks).find(
        (found) => label.test(found.label) && (near === undefined || near.test(found.near)),
      );
      if (button !== undefined) return { message, button };
    }
    return null;
  };

  const acted = (user: string, channel: string): void => {
    actedAt.set(`${user} ${channel}`, ephemerals(user, channel).length);
  };

  const answered: Stage["answered"] = (user, channel) => {
    const message = ephemerals(user, channel)[actedAt.get(`${user} ${channel}`) ?? 0];
    if (message === undefined) return null;
    return message.blocks.length > 0 ? readableText(message.blocks) : message.text;
  };

  return {
    tell,
    transcript,
    until,
    async command(user, channel, text) {
      acted(user, channel);
      const [command = "", ...words] = text.split(" ");
      tell(nameOf(user), `${text}   (in #${channelName(channel)})`);
      const done = await hands.command(user, channel, command, words.join(" "));
      if (!done.ok) throw new StoryError(`${text}: Slack said ${done.error}`);
    },
    async press(user, channel, label, near) {
      const where = near === undefined ? "" : ` next to ${near.source}`;
      const { message, button } = await until(`a button ${label.source}${where}`, () =>
        findButton(user, channel, label, near),
      );
      acted(user, channel);
      const beside = button.near.split("\n").find((text) => near?.test(text) === true && text !== button.label);
      tell(nameOf(user), `presses [${button.label}]${beside === undefined ? "" : ` beside "${firstWords(beside)}"`}`);
      const done = await hands.click(user, { channel, ts: message.ts }, button.blockId, button.actionId);
      if (!done.ok) throw new StoryError(`pressing ${button.label}: Slack said ${done.error}`);
    },
    answered,
    async answer(user, channel) {
      const text = await until(`an answer to ${nameOf(user)}`, () => answered(user, channel));
      tell("Golive", `(only to ${nameOf(user)}) ${text}`);
      return text;
    },
    see: (user, channel, pattern, timeoutMs) =>
      until(
        `a message like ${pattern.source}`,
        () =>
          [...mine(user, channel)]
            .reverse()
            .find((message) => pattern.test(message.text) || pattern.test(readableText(message.blocks))) ?? null,
        timeoutMs,
      ),
    async fillIn(user, text) {
      const view = await until(`a modal for ${nameOf(user)}`, () => world.views(user).at(-1) ?? null);
      const values = Object.fromEntries(
        findInputs(view.view.blocks).map(({ blockId, actionId }) => [blockId, { [actionId]: text }]),
      );
      tell(nameOf(user), `types "${firstWords(text)}" and submits`);
      const done = await hands.submit(user, view.id, values);
      if (!done.ok) throw new StoryError(`submitting: Slack said ${done.error}`);
    },
    async home(user, pattern) {
      tell(nameOf(user), "opens Golive's Home");
      const opened = await hands.openHome(user);
      if (!opened.ok) throw new StoryError(`opening Home: Slack said ${opened.error}`);
      const text = await until(`a Home like ${pattern.source}`, () => {
        const words = readableText(world.home(user)?.view.blocks);
        return pattern.test(words) ? words : null;
      });
      tell("Golive", `(Home of ${nameOf(user)}) ${text}`);
      return text;
    },
    releaseText(user, channel) {
      const released = mine(user, channel).filter(
        ({ ephemeralFor, threadTs, blocks, metadata }) =>
          ephemeralFor === null && threadTs === null && blocks.length > 0 && isOfRelease(metadata),
      );
      const newest = released.at(-1);
      return newest === undefined ? null : readableText(newest.blocks);
    },
    offers: (user, channel, label) => findButton(user, channel, label) !== null,
  };
}

/** Canaries and rollbacks have messages of their own. */
const isOfRelease = (metadata: Json): boolean =>
  typeof metadata === "object" &&
  metadata !== null &&
  "event_type" in metadata &&
  metadata.event_type === "golive_release";

const firstWords = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text).replaceAll("\n", " ");
