import { printJson } from "#src/cli/io";
import type { Register } from "#src/cli/register";
import { readSurroundings } from "#src/cli/surroundings";
import { migrateEnvironment } from "#src/config/environment";
import { migrate } from "#src/journal/migrate";
import { prepareRagStore } from "#src/rag/store-postgres";

export const registerMigrate: Register = (program, io) => {
  program
    .command("migrate")
    .description("create or update Golive's tables, and its ledger of flips in each RAG store (repeatable)")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: { json?: boolean }) => {
      const { environment, named } = await readSurroundings(io, migrateEnvironment);
      const say = (line: string): void => {
        if (flags.json !== true) void io.out(`${line}\n`);
      };
      const { applied } = await migrate(environment.DATABASE_OWNER_URL);
      say(applied.length === 0 ? "Golive's tables are up to date." : `Applied ${applied.join(", ")}.`);
      for (const [service, connectionString] of named.storeUrls) {
        await prepareRagStore({ connectionString });
        say(`The RAG store of ${service} has its ledger of flips.`);
      }
      if (flags.json === true) printJson(io, { ok: true, applied, ledgers: [...named.storeUrls.keys()] });
    });
};
