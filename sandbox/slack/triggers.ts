import { randomBytes } from "node:crypto";
import { LIFETIMES } from "#sandbox/slack/limits";

export type Exchanged =
  | { readonly ok: true; readonly user: string }
  | { readonly ok: false; readonly error: "expired_trigger_id" | "exchanged_trigger_id" | "invalid_trigger_id" };

export type Triggers = {
  /** A trigger for what this person just did: good for one view, for three seconds. */
  issue(user: string): string;
  exchange(triggerId: string): Exchanged;
};

/** @param now epoch milliseconds */
export function createTriggers(now: () => number): Triggers {
  const issued = new Map<string, { readonly user: string; readonly at: number; exchanged: boolean }>();
  return {
    issue: (user) => {
      const id = `${Math.floor(now())}.${randomBytes(4).readUInt32BE()}.${randomBytes(16).toString("hex")}`;
      issued.set(id, { user, at: now(), exchanged: false });
      return id;
    },
    exchange: (id) => {
      const trigger = issued.get(id);
      if (!trigger) return { ok: false, error: "invalid_trigger_id" };
      if (trigger.exchanged) return { ok: false, error: "exchanged_trigger_id" };
      if (now() - trigger.at > LIFETIMES.trigger) return { ok: false, error: "expired_trigger_id" };
      trigger.exchanged = true;
      return { ok: true, user: trigger.user };
    },
  };
}
