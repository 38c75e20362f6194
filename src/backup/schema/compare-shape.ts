import {
  type ColumnShape,
  type DatabaseShape,
  type Named,
  sameName,
  sayName,
  type TableShape,
  type TypeShape,
} from "#src/backup/schema/shape";

/**
 * What changed between the backup's tables and those that are there now, one sentence each; objects that are gone are none
 * of it, because a restore makes them again. Indexes may differ: they are built as they are now.
 */
export function compareShapes(backup: DatabaseShape, now: DatabaseShape): readonly string[] {
  const gone = (target: Named): boolean => !now.tables.some((each) => sameName(each, target));
  return [
    ...backup.types.flatMap((before) => {
      const type = now.types.find((each) => sameName(each, before));
      return type === undefined ? [] : compareType(before, type);
    }),
    ...backup.tables.flatMap((before) => {
      const table = now.tables.find((each) => sameName(each, before));
      return table === undefined ? [] : compareTable(before, table, gone);
    }),
    ...now.tables
      .filter((table) => !backup.tables.some((each) => sameName(each, table)))
      .map((table) => `${sayName(table)} is a partition that the backup does not have`),
  ];
}

function compareType(before: TypeShape, now: TypeShape): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  const says = (type: TypeShape): string => (type.kind === "enum" ? type.labels.join(", ") : JSON.stringify(type));
  return [`the type ${sayName(before)} was ${says(before)}, and is ${says(now)}`];
}

function compareTable(before: TableShape, now: TableShape, gone: (target: Named) => boolean): readonly string[] {
  const name = sayName(before);
  const found: string[] = [];
  if (before.kind !== now.kind || before.partition_key !== now.partition_key) {
    found.push(`${name} was ${partitioning(before)}, and is ${partitioning(now)}`);
  }
  if (JSON.stringify(before.parent) !== JSON.stringify(now.parent)) {
    found.push(`${name} was ${attachment(before)}, and is ${attachment(now)}`);
  }
  found.push(
    ...compareLists(`${name}: the column`, before.columns, now.columns, sayColumn),
    ...compareLists(`${name}: the constraint`, defining(before), defining(now), ({ definition }) => definition),
    ...compareLists(
      `${name}: the foreign key`,
      before.foreign_keys.filter((key) => now.foreign_keys.some((each) => each.name === key.name) || !gone(key.target)),
      now.foreign_keys,
      ({ definition }) => definition,
    ),
  );
  return found;
}

const defining = (table: TableShape) => [...table.checks, ...table.constraints];
const partitioning = ({ kind, partition_key }: TableShape): string =>
  kind === "partitioned" ? `partitioned by ${partition_key}` : "a plain table";
const attachment = ({ parent }: TableShape): string =>
  parent === null ? "no partition" : `a partition of ${sayName(parent)} ${parent.bound}`;

function sayColumn(column: ColumnShape): string {
  const parts = [column.type];
  if (column.collation !== null) parts.push(`COLLATE ${column.collation}`);
  if (column.generated !== null) parts.push(`${column.generated} AS (${column.default})`);
  else if (column.default !== null) parts.push(`DEFAULT ${column.default}`);
  if (column.identity !== null) parts.push(`IDENTITY ${column.identity}`);
  if (column.not_null) parts.push("NOT NULL");
  return parts.join(" ");
}

function compareLists<T extends { readonly name: string }>(
  what: string,
  before: readonly T[],
  now: readonly T[],
  say: (each: T) => string,
): readonly string[] {
  const [then, today] = [
    new Map(before.map((each) => [each.name, each])),
    new Map(now.map((each) => [each.name, each])),
  ];
  return [...new Set([...then.keys(), ...today.keys()])].flatMap((name) => {
    const [a, b] = [then.get(name), today.get(name)];
    if (a === undefined) return [`${what} ${name} is new`];
    if (b === undefined) return [`${what} ${name} is gone`];
    return say(a) === say(b) ? [] : [`${what} ${name} was ${say(a)}, and is ${say(b)}`];
  });
}
