import type { ListenerDeps } from "#src/slack/listeners/deps";

/** What an event of Slack's causes. Slack repeats an event that was not acknowledged: every handler is idempotent. */
export type EventHandler = (deps: EventDeps, event: unknown) => Promise<void>;

export type EventDeps = ListenerDeps & {
  /** Resolves a service's roles again; calls while one runs become one more. */
  readonly refresh: (service: string) => Promise<void>;
};
