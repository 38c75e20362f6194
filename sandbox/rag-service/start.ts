import { once } from "node:events";
import { createAnswerCache } from "#sandbox/rag-service/answer-cache";
import { createPools } from "#sandbox/rag-service/few-shot-pool";
import { type Knobs, NO_FAULTS } from "#sandbox/rag-service/knobs";
import { type BedrockAccess, createReader } from "#sandbox/rag-service/reader";
import { createRagServer, type Source } from "#sandbox/rag-service/server";
import { openStore } from "#sandbox/rag-service/store-reader";

export type RagServiceOptions = {
  /** The RAG store's connection string. */
  readonly storeUrl: string;
  /** Whose pointer is followed. */
  readonly service: string;
  readonly bedrock: BedrockAccess;
  /** 0 or left out: any free port. */
  readonly port?: number;
  /** Asked of every caller; null or left out: nobody is asked. */
  readonly token?: string | null;
  /** Names of the variables that GET /config shows as set. */
  readonly variables?: readonly string[];
  readonly source?: Source | null;
  readonly faults?: Partial<Knobs>;
  /** A folder in which new few-shot pools may appear. */
  readonly pools?: string;
};

export type LocalRagService = {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Turns single knobs; the others stay. */
  misbehave(knobs: Partial<Knobs>): void;
  behave(): void;
  clearCache(): void;
  stop(): Promise<void>;
};

/** Starts the sandbox's RAG service on the loopback interface. */
export async function startRagService(options: RagServiceOptions): Promise<LocalRagService> {
  const now = () => performance.now();
  const knobs = { current: { ...NO_FAULTS, ...options.faults } };
  const store = openStore(options.storeUrl);
  const reader = createReader(options.bedrock, now);
  const cache = createAnswerCache();
  let questions = 0;
  const server = createRagServer({
    service: options.service,
    store,
    reader,
    cache,
    pools: createPools(options.pools ?? null),
    token: options.token ?? null,
    variables: options.variables ?? [],
    source: options.source ?? null,
    knobs,
    answered: () => {
      questions += 1;
      return questions - 1;
    },
    now,
  });
  const letGo = async () => {
    reader.close();
    await store.close();
  };
  server.listen(options.port ?? 0, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    await letGo();
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the RAG service has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    misbehave(some) {
      knobs.current = { ...knobs.current, ...some };
    },
    behave() {
      knobs.current = NO_FAULTS;
    },
    clearCache: () => cache.clear(),
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await letGo();
    },
  };
}
