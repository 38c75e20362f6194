import { z } from "zod";
import type { Gate, GateSubject } from "#src/gates/gate";
import { dbNumber, readRow } from "#src/rag/read-row";
import { RagStoreError } from "#src/rag/store-error";
import { digestOf } from "#src/release/hash";

const ANSWER_MS = 5_000;
const SKEW_MS = 1_000;
const LAG_MS = 10_000;

/** `kind` names connection and defect for the evidence, without a measured value; `text` is for people. */
type Said = { readonly kind: string; readonly text: string };

type Look = {
  readonly problems: readonly Said[];
  readonly doubts: readonly Said[];
  readonly numbers: Readonly<Record<string, string | number | boolean | null>>;
};

/** Runs one connection's look within its own time limit; a connection that does not answer is what this gate is about. */
async function within(name: string, outer: AbortSignal, look: (signal: AbortSignal) => Promise<Look>): Promise<Look> {
  const limit = AbortSignal.timeout(ANSWER_MS);
  const signal = AbortSignal.any([outer, limit]);
  const late = Promise.withResolvers<never>();
  const giveUp = (): void => late.reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([look(signal), late.promise]);
  } catch (error) {
    outer.throwIfAborted();
    const [kind, why] = limit.aborted
      ? ["late", `did not answer within ${ANSWER_MS / 1000} s`]
      : error instanceof RagStoreError
        ? [error.code, `can't be used (${error.message})`]
        : ["unusable", "can't be used"];
    return {
      problems: [{ kind: `${name}:${kind}`, text: `the ${name.replaceAll("_", " ")} ${why}` }],
      doubts: [],
      numbers: {},
    };
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** The other clock against ours, seen over a round trip: half of it is how wrong the comparison can be. */
function clockLook(name: string, sent: number, theirs: number, received: number): Look {
  const skew = theirs - (sent + received) / 2;
  const doubt = (received - sent) / 2;
  const numbers = { [`${name}_clock_skew_ms`]: Math.round(skew), [`${name}_round_trip_ms`]: received - sent };
  if (Math.abs(skew) - doubt >= SKEW_MS) {
    const side = skew > 0 ? "ahead" : "behind";
    const text = `the clock of the ${name.replaceAll("_", " ")} is ${Math.round(Math.abs(skew))} ms ${side}`;
    return { problems: [{ kind: `${name}:clock-${side}`, text }], doubts: [], numbers };
  }
  if (Math.abs(skew) + doubt >= SKEW_MS) {
    const text = `the ${name.replaceAll("_", " ")} answers too slowly to compare clocks`;
    return { problems: [], doubts: [{ kind: `${name}:clock-unknown`, text }], numbers };
  }
  return { problems: [], doubts: [], numbers };
}

async function lookAtBot({ botDatabase, machineNow }: GateSubject, signal: AbortSignal): Promise<Look> {
  const sent = machineNow();
  const { nowMs, missingMigrations, writable } = await botDatabase.ping(signal);
  const clock = clockLook("bot_database", sent, nowMs, machineNow());
  const lacks: readonly Said[] =
    missingMigrations.length === 0
      ? []
      : [
          {
            kind: `bot_database:migrations:${[...missingMigrations].sort().join(",")}`,
            text: `the bot database lacks migrations: ${missingMigrations.join(", ")}`,
          },
        ];
  return {
    ...clock,
    problems: [
      ...clock.problems,
      ...lacks,
      ...(writable ? [] : [{ kind: "bot_database:read-only", text: "the bot database takes no writes" }]),
    ],
    numbers: { ...clock.numbers, missing_migrations: missingMigrations.length, bot_database_writable: writable },
  };
}

/**
 * The rights are those that a flip uses and no more: UPDATE of the two columns it sets (and so of the row it locks). Only
 * where no row stands yet it inserts one, and locks the table first, which Postgres grants with a right on all of it.
 */
const STORE_SQL = `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
       pg_is_in_recovery() AS replica,
       (extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::float8 AS lag,
       coalesce(has_column_privilege(to_regclass($1), $2::text, 'UPDATE')
            AND has_column_privilege(to_regclass($1), $3::text, 'UPDATE'), false) AS may_update,
       coalesce(has_column_privilege(to_regclass($1), $2::text, 'INSERT')
            AND has_column_privilege(to_regclass($1), $3::text, 'INSERT')
            AND has_column_privilege(to_regclass($1), $4::text, 'INSERT'), false) AS may_insert,
       coalesce(has_table_privilege(to_regclass($1), 'UPDATE, DELETE, TRUNCATE'), false) AS may_lock,
       to_regclass('golive_store.golive_flip') IS NOT NULL AS ledger,
       EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('golive_store.golive_flip')
            AND attname = 'to_config_digest' AND NOT attisdropped) AS ledger_current,
       coalesce(has_table_privilege(to_regclass('golive_store.golive_flip'), 'INSERT')
            AND has_table_privilege(to_regclass('golive_store.golive_flip'), 'SELECT'), false) AS may_record`;

const storeRow = z.object({
  now: dbNumber,
  replica: z.boolean(),
  lag: dbNumber.nullable(),
  may_update: z.boolean(),
  may_insert: z.boolean(),
  may_lock: z.boolean(),
  ledger: z.boolean(),
  ledger_current: z.boolean(),
  may_record: z.boolean(),
});

async function lookAtStore({ service, store, machineNow }: GateSubject, signal: AbortSignal): Promise<Look> {
  // The first answer may carry the connection's set-up; clocks are compared over the second.
  await store.query("SELECT 1", [], signal);
  const sent = machineNow();
  const { pointer } = store.names;
  const { run, config, key_column: key } = service.rag_store.pointer;
  const row = readRow(storeRow, await store.query(STORE_SQL, [pointer.table, run, config, key], signal));
  const clock = clockLook("RAG_store", sent, row.now, machineNow());
  const problems = [...clock.problems];
  const against = (kind: string, text: string): void => void problems.push({ kind: `RAG_store:${kind}`, text });
  if (row.replica) {
    against("replica", "the RAG store's connection leads to a read replica: the pointer can't be flipped there");
    if (row.lag !== null && row.lag > LAG_MS) {
      against("replica-lag", `that replica is ${Math.round(row.lag / 1000)} s behind`);
    }
  }
  const whose = `SELECT 1 FROM ${pointer.table} WHERE ${pointer.keyColumn} = $1 LIMIT 1`;
  const stands = (await store.query(whose, [pointer.key], signal)).length > 0;
  if (stands && !row.may_update) {
    against("pointer-update", `Golive's role may not update ${run} and ${config} of the RAG store's pointer table`);
  }
  if (!stands && !(row.may_insert && row.may_lock)) {
    const needs = "INSERT, and UPDATE on the whole table to lock it for that moment";
    against(
      "pointer-insert",
      `Golive's role may not insert the first pointer row into the RAG store (it needs ${needs})`,
    );
  }
  if (!row.ledger) against("ledger", "the ledger golive_store.golive_flip is not in the RAG store yet");
  else if (!row.ledger_current) {
    against(
      "ledger-old",
      "the ledger golive_store.golive_flip is of an earlier version: `golive migrate` brings it up",
    );
  } else if (!row.may_record) {
    against("ledger-rights", "Golive's role may not read and write the ledger golive_store.golive_flip");
  }
  // Reads through the configured names, as everything else will.
  await store.pointer(signal);
  const numbers = { ...clock.numbers, RAG_store_replica: row.replica, RAG_store_lag_ms: row.lag };
  return { problems, doubts: clock.doubts, numbers };
}

/**
 * Every configured connection answers within its time limit: the bot's database with its migrations, the RAG store with the
 * rights that a flip needs; clocks agree within a second.
 */
export const database: Gate = {
  id: "database",
  title: "Database connections",
  version: 3,
  timeoutMs: 20_000,
  withoutCandidate: true,
  thresholds: () => ({
    answer_ms: ANSWER_MS,
    clock_skew_ms: SKEW_MS,
    replication_lag_ms: LAG_MS,
    missing_migrations: 0,
  }),
  check: async (subject, signal) => {
    const looks = await Promise.all([
      within("bot_database", signal, (inner) => lookAtBot(subject, inner)),
      within("RAG_store", signal, (inner) => lookAtStore(subject, inner)),
    ]);
    const problems = looks.flatMap((look) => look.problems);
    const doubts = looks.flatMap((look) => look.doubts);
    const verdict = problems.length > 0 ? "fail" : doubts.length > 0 ? "inconclusive" : "pass";
    const said = [...problems, ...doubts].map(({ text }) => text).join("; ");
    return {
      verdict,
      summary:
        verdict === "pass"
          ? "The bot database and the RAG store answer, may be written where needed, and their clocks agree."
          : `${said.charAt(0).toUpperCase()}${said.slice(1)}.`,
      value: verdict === "pass" ? "2 of 2 connections" : `${problems.length + doubts.length} problems`,
      bar: `answers in ${ANSWER_MS / 1000} s, clocks within ${SKEW_MS / 1000} s, migrations current`,
      numbers: Object.assign({}, ...looks.map((look) => look.numbers)),
      how: STORE_SQL,
      next:
        verdict === "pass"
          ? ""
          : "See that both databases run and are reachable, run `golive migrate`, grant what is missing, then rerun this check.",
      inputs: digestOf({ service: subject.service.id, pointer: subject.service.rag_store.pointer }),
      findings: [...problems, ...doubts].map(({ kind }) => kind),
    };
  },
};
