/** Calls per minute of Slack's tiers, and how many may come at once. Posting is limited per channel. */
const TIERS: Readonly<
  Record<string, { readonly perMinute: number; readonly burst: number; readonly each: "app" | "channel" }>
> = {
  "chat.postMessage": { perMinute: 60, burst: 5, each: "channel" },
  "chat.postEphemeral": { perMinute: 100, burst: 20, each: "app" },
  "chat.update": { perMinute: 50, burst: 10, each: "app" },
  "chat.delete": { perMinute: 50, burst: 10, each: "app" },
  "conversations.history": { perMinute: 50, burst: 10, each: "app" },
  "usergroups.users.list": { perMinute: 20, burst: 10, each: "app" },
  "users.info": { perMinute: 100, burst: 20, each: "app" },
};

export type RateLimits = {
  /** Seconds to wait before this call would be let through; 0 when it is let through now. */
  take(method: string, channel: string): number;
};

/** Token buckets that fill with real time: what a limit protects is real, too. */
export function createRateLimits(now: () => number = Date.now): RateLimits {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (method, channel) => {
      const tier = TIERS[method];
      if (!tier) return 0;
      const key = tier.each === "channel" ? `${method} ${channel}` : method;
      const at = now();
      const bucket = buckets.get(key) ?? { tokens: tier.burst, at };
      const tokens = Math.min(tier.burst, bucket.tokens + ((at - bucket.at) / 60_000) * tier.perMinute);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at });
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / tier.perMinute) * 60);
    },
  };
}
