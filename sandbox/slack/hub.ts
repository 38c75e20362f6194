import type { Block } from "#sandbox/slack/model";

/** Something that the Events API would tell the app. `subscription` is the name in the app's manifest. */
export type AppEvent = { readonly subscription: string; readonly event: Block };

/** Where the rooms of the workspace say that something changed, and what the app should hear of it. */
export type Hub = {
  changed(): void;
  tell(event: AppEvent): void;
  onChange(listener: () => void): () => void;
  onEvent(listener: (event: AppEvent) => void): () => void;
};

export function createHub(): Hub {
  const changes = new Set<() => void>();
  const events = new Set<(event: AppEvent) => void>();
  return {
    changed: () => {
      for (const listener of changes) listener();
    },
    tell: (event) => {
      for (const listener of events) listener(event);
    },
    onChange: (listener) => {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    onEvent: (listener) => {
      events.add(listener);
      return () => events.delete(listener);
    },
  };
}

/**
 * Message timestamps: unique per workspace and rising, also when the clock stands still.
 *
 * @param now epoch milliseconds
 */
export function createTimestamps(now: () => number): () => string {
  let last = 0;
  return () => {
    last = Math.max(Math.round(now() * 1000), last + 1);
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, "0")}`;
  };
}
