import { Client } from "pg";

const CHANNEL = "golive_model_limit";
const RETRY_MS = { first: 1_000, most: 30_000 };

export type Bell = { close(): Promise<void> };

export type BellOptions = {
  readonly url: string;
  /** A member was given a place; null: any may have been, unheard. */
  readonly onRing: (member: string | null) => void;
  /** For the log only: the bell comes back by itself, and until then looking now and then has to do. */
  readonly onError: (error: unknown) => void;
};

/**
 * Hears of places at once that another process gave out. One connection of its own, apart from the pool. A notification is
 * only a reason to look, never the place itself: one that is lost, doubled or made up does no harm.
 */
export function createBell({ url, onRing, onError }: BellOptions): Bell {
  let closed = false;
  let client: Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = RETRY_MS.first;

  async function listen(): Promise<void> {
    const mine = new Client({ connectionString: url, application_name: "golive-limiter", keepAlive: true });
    client = mine;
    const ended = Promise.withResolvers<void>();
    mine.on("error", onError);
    mine.on("end", () => ended.resolve());
    mine.on("notification", ({ payload }) => onRing(payload ?? null));
    try {
      await mine.connect();
      await mine.query(`LISTEN ${CHANNEL}`);
      pauseMs = RETRY_MS.first;
      onRing(null);
      await ended.promise;
    } catch (error) {
      if (!closed) onError(error);
      await mine.end().catch(() => undefined);
    }
    client = null;
    if (closed) return;
    timer = setTimeout(() => void listen(), pauseMs).unref();
    pauseMs = Math.min(RETRY_MS.most, pauseMs * 2);
  }

  void listen();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
