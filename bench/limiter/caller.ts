// A process that has as much to ask as it is let: started by bench/limiter.ts, which sends it what to do.
import { ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { createPool } from "#src/journal/pool";
import { createBedrock } from "#src/models/bedrock";
import { createModelLimiter } from "#src/models/limiter-postgres";
import { PRIORITIES } from "#src/models/model-call";
import { type Heard, orderSchema, thenSchema } from "./orders.ts";

const MODEL = "sandbox.extractive-reader-v1";
const send = (heard: Heard) => process.send?.(heard);

process.once("message", async (message) => {
  const { databaseUrl, listen, endpoint, region, limits, leaseMs, askers } = orderSchema.parse(message);
  const pool = createPool({ url: databaseUrl, name: "bench-limiter", max: 10 });
  let troubles = 0;
  const limiter = createModelLimiter({
    pool,
    listenUrl: listen ? databaseUrl : null,
    limits,
    leaseMs,
    onError: (error) => {
      troubles += 1;
      console.error(`caller ${process.pid}: ${error instanceof Error ? error.message : error}`);
    },
  });
  const bedrock = createBedrock({ region, endpoint, credentials: { accessKeyId: "bench", secretAccessKey: "bench" } });
  const stop = new AbortController();
  let dieAfterMs: number | null = null;

  async function askOn(asker: number): Promise<void> {
    const priority = PRIORITIES[asker % PRIORITIES.length] ?? "nightly";
    while (!stop.signal.aborted) {
      await limiter.run({ priority, signal: stop.signal }, (signal) => {
        if (dieAfterMs !== null) setTimeout(() => process.kill(process.pid, "SIGKILL"), dieAfterMs);
        return bedrock.runtime.send(
          new ConverseCommand({
            modelId: MODEL,
            messages: [{ role: "user", content: [{ text: "<question>How long?</question>" }] }],
            inferenceConfig: { temperature: 0, maxTokens: 64 },
          }),
          { abortSignal: signal },
        );
      });
    }
  }

  process.on("message", async (then) => {
    const { dieInCallAfterMs } = thenSchema.parse(then);
    if (dieInCallAfterMs !== undefined) {
      dieAfterMs = dieInCallAfterMs;
      return;
    }
    stop.abort();
    await asked;
    await limiter.close();
    bedrock.close();
    await pool.end();
    send({ troubles });
    process.disconnect();
  });
  const asked = Promise.allSettled(Array.from({ length: askers }, (_, asker) => askOn(asker))).then((outcomes) => {
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled" || stop.signal.aborted) continue;
      troubles += 1;
      console.error(`caller ${process.pid} gave up:`, outcome.reason);
    }
  });
});
send("ready");
