import type { ClientBase } from "pg";
import { PgBoss } from "pg-boss";
import { queueDefinitions } from "#src/jobs/queues";
import { JOBS_SCHEMA } from "#src/journal/journal";

/**
 * Creates or upgrades pg-boss's schema and queues on the owner's connection, and lets `golive_app` work with them.
 * Called by `migrate` under its lock. Queue options are brought up to date every time.
 */
export async function installJobs(client: ClientBase): Promise<void> {
  const boss = new PgBoss({
    db: { executeSql: async (text, values) => client.query(text, values) },
    schema: JOBS_SCHEMA,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  const failures: Error[] = [];
  boss.on("error", (error) => failures.push(error));
  await boss.start();
  try {
    for (const { name, policy, ...options } of queueDefinitions()) {
      if ((await boss.getQueue(name)) === null) await boss.createQueue(name, { ...options, ...(policy && { policy }) });
      else await boss.updateQueue(name, options);
    }
  } finally {
    await boss.stop({ graceful: false });
  }
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  await client.query(`
    GRANT USAGE ON SCHEMA ${JOBS_SCHEMA} TO golive_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${JOBS_SCHEMA} TO golive_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${JOBS_SCHEMA} TO golive_app;
  `);
}
