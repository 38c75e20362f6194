// Started by limiter-postgres.test.ts with the app URL and the lease in argv: takes a place, says so, and never gives it back.
import { createPool } from "#src/journal/pool";
import { createModelLimiter } from "#src/models/limiter-postgres";

const [url = "", leaseMs = ""] = process.argv.slice(2);
const limiter = createModelLimiter({
  pool: createPool({ url, name: "test" }),
  listenUrl: null,
  limits: { maxInFlight: 1, perSecond: 1000, workers: 2 },
  leaseMs: Number(leaseMs),
});
const { signal } = new AbortController();
const forever = () => new Promise<never>(() => undefined);
void limiter.run({ priority: "weekly", signal }, async () => {
  // And one more in line, before everybody else.
  void limiter.run({ priority: "rollback-smoke", signal }, forever);
  while ((await limiter.state()).waiting["rollback-smoke"] === 0);
  process.stdout.write("holds\n");
  await forever();
});
