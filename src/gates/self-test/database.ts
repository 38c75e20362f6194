import type { SelfTest } from "#src/gates/self-test/self-test";

const MISSING = "9999_self_test.sql";

export const databaseSelfTest: SelfTest = {
  bad: [
    {
      what: "a bot database that lacks a migration",
      change: ({ machineNow }) => ({
        botDatabase: { ping: async () => ({ nowMs: machineNow(), missingMigrations: [MISSING], writable: true }) },
      }),
      finds: `bot_database:migrations:${MISSING}`,
    },
    {
      what: "a bot database whose clock is an hour ahead",
      change: ({ machineNow }) => ({
        botDatabase: { ping: async () => ({ nowMs: machineNow() + 3_600_000, missingMigrations: [], writable: true }) },
      }),
      finds: "bot_database:clock-ahead",
    },
    {
      what: "a bot database that takes no writes",
      change: ({ machineNow }) => ({
        botDatabase: { ping: async () => ({ nowMs: machineNow(), missingMigrations: [], writable: false }) },
      }),
      finds: "bot_database:read-only",
    },
    {
      what: "a RAG store whose clock is an hour behind",
      // The machine an hour ahead of both: the bot database, which answers with the machine's time, agrees with it.
      change: ({ machineNow }) => ({
        machineNow: () => machineNow() + 3_600_000,
        botDatabase: {
          ping: async () => ({ nowMs: machineNow() + 3_600_000, missingMigrations: [], writable: true }),
        },
      }),
      finds: "RAG_store:clock-behind",
    },
    { what: "a RAG store without its pointer table", sql: ["DROP TABLE pointer"], finds: "RAG_store:missing" },
  ],
  good: { what: "both databases as they should be" },
};
