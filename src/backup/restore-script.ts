import { rowDigestSql } from "#src/backup/copy/row-digest-sql";
import type { BackupManifest, SavedTable } from "#src/backup/manifest";
import { columnList, copiedColumns, formatOf, sqlName } from "#src/backup/plan-copy";
import { inPlace } from "#src/backup/schema/place";
import { sameName, sayName, type TableShape } from "#src/backup/schema/shape";
import {
  addForeignKey,
  attach,
  attachIndexes,
  createSequence,
  createTable,
  createType,
  indexTable,
  literal,
  ownSequence,
  setSequence,
} from "#src/backup/schema/statements";
import { quoteIdentifier } from "#src/rag/quote";

const UNPACK = `#!/bin/sh
# Prints the rows of one file of this backup: decrypted if need be, decompressed. Used by restore.sql.
set -eu
unzstd() {
  if command -v zstd >/dev/null 2>&1; then
    zstd -dcq
  else
    node -e 'const s = require("node:stream/promises"); s.pipeline(process.stdin, require("node:zlib").createZstdDecompress(), process.stdout).catch((e) => { console.error(e.message); process.exit(1); })'
  fi
}
case "$1" in
  *.age)
    : "\${GOLIVE_BACKUP_KEY_FILE:?set it to the file with the age identity of the backups}"
    plain="$(mktemp)"
    trap 'rm -f "$plain"' EXIT
    age -d -i "$GOLIVE_BACKUP_KEY_FILE" "$1" > "$plain"
    unzstd < "$plain"
    ;;
  *) unzstd < "$1" ;;
esac
`;

/** The files that let plain psql bring a backup back, by name. `manifest` without its `scripts`. */
export function restoreScripts(manifest: BackupManifest): Readonly<Record<string, string>> {
  return { "restore.sql": restoreSql(manifest), "unpack.sh": UNPACK };
}

/** Makes tables and rows in an empty database, in one transaction, and holds them against the digests of the backup. */
function restoreSql(manifest: BackupManifest): string {
  const { shape, tables } = manifest;
  const own = shape.tables;
  const inside = (target: { schema: string; name: string }): boolean => own.some((each) => sameName(each, target));
  const schemas = new Set(
    [...own, ...shape.types, ...shape.sequences, ...shape.extensions].map(({ schema }) => schema),
  );
  const statements = [
    ...[...schemas]
      .filter((schema) => schema !== "public")
      .map((each) => `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(each)}`),
    ...shape.extensions.map(
      ({ schema, name }) => `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} SCHEMA ${quoteIdentifier(schema)}`,
    ),
    ...shape.types.map((type) => createType(type, inPlace)),
    ...shape.sequences.filter(({ owner }) => owner?.identity !== true).map((each) => createSequence(each, inPlace)),
    ...own.map((table) => createTable(table, shape, inPlace)),
    ...own.flatMap((table) => attach(table, inPlace)),
  ];
  const after = [
    ...own.flatMap((table) => indexTable(table, inPlace)),
    ...own.flatMap((table) => attachIndexes(table, inPlace)),
    ...own.flatMap((table) =>
      table.foreign_keys.filter(({ target }) => inside(target)).map((key) => addForeignKey(table, key, inPlace)),
    ),
    ...shape.sequences.flatMap((each) => ownSequence(each, inPlace)),
    ...shape.sequences.map((each) => setSequence(each, inPlace)),
  ];
  const outside = own.flatMap((table) =>
    table.foreign_keys.filter(({ target }) => !inside(target)).map((key) => ({ table, key })),
  );
  const saved = tables.map((table) => ({ table, of: own.find((each) => sameName(each, table)) }));
  return [
    `-- The backup ${manifest.id} of ${oneLine(manifest.service)}, ${manifest.created_at}.`,
    "-- In an empty database, with this folder as the current one:",
    "--   psql --no-psqlrc -d DATABASE -f restore.sql",
    "-- One transaction; it ends with an error, and leaves nothing, unless every digest is that of the backup.",
    "\\set ON_ERROR_STOP on",
    "\\encoding UTF8",
    "BEGIN;",
    "SET LOCAL search_path = '';",
    "SET LOCAL check_function_bodies = off;",
    ...statements.map((sql) => `${sql};`),
    ...saved.flatMap(({ table, of }) => (of === undefined ? [] : copies(table, of))),
    ...after.map((sql) => `${sql};`),
    ...outside.map(
      ({ table, key }) => `-- Not made, it leads out of the backup: ${oneLine(addForeignKey(table, key, inPlace))};`,
    ),
    ...saved.flatMap(({ table, of }) => (of === undefined ? [] : [check(table, of, manifest.utf8)])),
    "COMMIT;",
    "",
  ].join("\n");
}

/** A comment ends with its line: a name with a line break in it must not begin a statement. */
const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n]+\s*/g, " ");

const copies = (table: SavedTable, of: TableShape): readonly string[] =>
  table.parts.map(
    ({ file }) =>
      `\\copy ${sqlName(table)} (${columnList(of)}) from program 'sh unpack.sh ${file}' with ${formatOf(table.format)}`,
  );

/** Rows and, where COPY's binary form holds them, content. */
function check(table: SavedTable, of: TableShape, utf8: boolean): string {
  let [rows, first, second] = [0, 0n, 0n];
  for (const part of table.parts) {
    rows += part.rows;
    first += BigInt(part.first);
    second += BigInt(part.second);
  }
  const [found, expected] =
    table.format === "binary"
      ? [
          `SELECT concat_ws(',', rows, first, second) FROM (${rowDigestSql(sqlName(table), copiedColumns(of), utf8)}) AS found`,
          `${rows},${first},${second}`,
        ]
      : [`SELECT count(*)::text FROM ONLY ${sqlName(table)}`, `${rows}`];
  const says = literal(`${sayName(table)} did not come back as it was backed up`);
  const body = `BEGIN IF (${found}) <> '${expected}' THEN RAISE EXCEPTION USING MESSAGE = ${says}; END IF; END`;
  return `DO ${literal(body)};`;
}
