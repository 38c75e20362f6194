import { CliError } from "#src/cli/io";
import { readConfig } from "#src/cli/open-core";
import type { Register } from "#src/cli/program";
import { migrateEnvironment, parseEnvironment, parseStoreUrls } from "#src/config/environment";
import { describeProblems } from "#src/config/problems";
import { listServices } from "#src/config/to-policy";
import { migrate } from "#src/journal/migrate";
import { prepareRagStore } from "#src/rag/store-postgres";

export const registerMigrate: Register = (program, io) => {
  program
    .command("migrate")
    .description("create or update Golive's tables, and its ledger of flips in each RAG store (repeatable)")
    .action(async () => {
      const config = await readConfig(io);
      const parsed = parseEnvironment(migrateEnvironment, io.env);
      if (!parsed.ok) throw new CliError(describeProblems(parsed.problems));
      const stores = parseStoreUrls(listServices(config), io.env);
      if (!stores.ok) throw new CliError(describeProblems(stores.problems));
      const { applied } = await migrate(parsed.environment.DATABASE_OWNER_URL);
      io.out(applied.length === 0 ? "Golive's tables are up to date.\n" : `Applied ${applied.join(", ")}.\n`);
      for (const [service, connectionString] of stores.urls) {
        await prepareRagStore({ connectionString });
        io.out(`The RAG store of ${service} has its ledger of flips.\n`);
      }
    });
};
