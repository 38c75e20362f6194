import { moveNames, type Place, placed } from "#src/backup/schema/place";
import type { ColumnShape, DatabaseShape, Named, SequenceShape, TableShape, TypeShape } from "#src/backup/schema/shape";
import { quoteIdentifier as q } from "#src/rag/quote";

/** A value as SQL text. */
export const literal = (text: string): string =>
  text.includes("\\") ? `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`;

export function createType(type: TypeShape, place: Place): string {
  const name = placed(place, type);
  if (type.kind === "enum") return `CREATE TYPE ${name} AS ENUM (${type.labels.map(literal).join(", ")})`;
  const parts = [
    `CREATE DOMAIN ${name} AS ${moveNames(type.base, place)}`,
    type.collation === null ? "" : `COLLATE ${type.collation}`,
    type.default === null ? "" : `DEFAULT ${moveNames(type.default, place)}`,
    type.not_null ? "NOT NULL" : "",
    ...type.checks.map((check) => `CONSTRAINT ${q(check.name)} ${moveNames(check.definition, place)}`),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

const rangeOf = (sequence: SequenceShape): string =>
  [
    `START ${sequence.start} INCREMENT ${sequence.increment} MINVALUE ${sequence.min} MAXVALUE ${sequence.max}`,
    `CACHE ${sequence.cache}${sequence.cycle ? " CYCLE" : ""}`,
  ].join(" ");

/** A sequence of its own; an identity column makes its own with the table. */
export const createSequence = (sequence: SequenceShape, place: Place): string =>
  `CREATE SEQUENCE ${placed(place, sequence)} AS ${sequence.type} ${rangeOf(sequence)}`;

export function createTable(table: TableShape, shape: DatabaseShape, place: Place): string {
  const columns = table.columns.map((column) => columnOf(column, table, shape, place));
  const checks = table.checks.map((check) => `CONSTRAINT ${q(check.name)} ${moveNames(check.definition, place)}`);
  const partition = table.partition_key === null ? "" : ` PARTITION BY ${moveNames(table.partition_key, place)}`;
  const lines = [...columns, ...checks].map((line) => `\n  ${line}`).join(",");
  return `CREATE ${table.unlogged ? "UNLOGGED " : ""}TABLE ${placed(place, table)} (${lines}\n)${partition}`;
}

function columnOf(column: ColumnShape, table: TableShape, shape: DatabaseShape, place: Place): string {
  const parts = [q(column.name), moveNames(column.type, place)];
  if (column.collation !== null) parts.push(`COLLATE ${column.collation}`);
  if (column.generated !== null) {
    const how = column.generated === "stored" ? "STORED" : "VIRTUAL";
    parts.push(`GENERATED ALWAYS AS (${moveNames(column.default ?? "NULL", place)}) ${how}`);
  } else if (column.identity !== null && table.parent === null) {
    const own = shape.sequences.find(
      ({ owner }) => owner?.identity === true && isColumn(owner, table) && owner.column === column.name,
    );
    const named = own === undefined ? "" : ` (SEQUENCE NAME ${placed(place, own)} ${rangeOf(own)})`;
    parts.push(`GENERATED ${column.identity.toUpperCase()} AS IDENTITY${named}`);
  } else if (column.default !== null) parts.push(`DEFAULT ${moveNames(column.default, place)}`);
  if (column.not_null) parts.push("NOT NULL");
  return parts.join(" ");
}

const isColumn = (owner: Named, table: Named): boolean => owner.schema === table.schema && owner.name === table.name;

export const attach = (table: TableShape, place: Place): readonly string[] =>
  table.parent === null
    ? []
    : [
        `ALTER TABLE ONLY ${placed(place, table.parent)} ATTACH PARTITION ${placed(place, table)} ${moveNames(table.parent.bound, place)}`,
      ];

export const ownSequence = (sequence: SequenceShape, place: Place): readonly string[] =>
  sequence.owner === null || sequence.owner.identity
    ? []
    : [
        `ALTER SEQUENCE ${placed(place, sequence)} OWNED BY ${placed(place, sequence.owner)}.${q(sequence.owner.column)}`,
      ];

export const setSequence = (sequence: SequenceShape, place: Place): string =>
  `SELECT pg_catalog.setval(${literal(placed(place, sequence))}::regclass, ${sequence.last_value}, ${sequence.is_called})`;

/** Primary keys, unique and exclusion constraints, then indexes, then which of them are part of a partitioned table's. */
export function indexTable(table: TableShape, place: Place): readonly string[] {
  const only = `ALTER TABLE ONLY ${placed(place, table)}`;
  return [
    ...table.constraints.map((each) => `${only} ADD CONSTRAINT ${q(each.name)} ${moveNames(each.definition, place)}`),
    ...table.indexes.map((each) => moveNames(each.definition, place)),
  ];
}

/** Which indexes are part of a partitioned table's. An index lives in its table's schema and moves with it. */
export function attachIndexes(table: TableShape, place: Place): readonly string[] {
  const { parent: above } = table;
  if (above === null) return [];
  const [mine, theirs] = [q(place(table).schema), q(place(above).schema)];
  return [...table.constraints, ...table.indexes].flatMap(({ name, parent }) =>
    parent === null ? [] : [`ALTER INDEX ${theirs}.${q(parent.name)} ATTACH PARTITION ${mine}.${q(name)}`],
  );
}

export const addForeignKey = (
  table: Named,
  key: { readonly name: string; readonly definition: string },
  place: Place,
): string => `ALTER TABLE ${placed(place, table)} ADD CONSTRAINT ${q(key.name)} ${moveNames(key.definition, place)}`;
