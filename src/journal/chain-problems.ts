import { createHash } from "node:crypto";
import type { ChainRow, Queryable } from "#src/journal/chain-page";

export type JournalProblem = {
  /** The row it is about; for a removed one, the position where it is missing. */
  readonly position: number;
  readonly kind: "changed" | "removed" | "reordered" | "inserted" | "head";
  readonly sentence: string;
};

/** The hash before the first row's. */
export const START = "0".repeat(64);

const hashOf = (row: ChainRow): string =>
  createHash("sha256").update(Buffer.from(row.prev, "hex")).update(row.body, "utf8").digest("hex");

const nameOf = (row: ChainRow): string => `row ${row.position} (${row.type}, ${row.stream} version ${row.version})`;

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

/** How the row differs from what was written; null when it doesn't. */
export function whatIsWrong(row: ChainRow): string | null {
  if (hashOf(row) !== row.hash) return "its body and its hash don't belong together";
  const body = parseObject(row.body);
  if (body === null) return "its body is no event";
  const { stream, version, service, type } = row;
  for (const [column, value] of Object.entries({ stream, version, service, type })) {
    if (body[column] !== value) return `its column "${column}" says something else than its body`;
  }
  return Date.parse(String(body.at)) === row.at.getTime() ? null : 'its column "at" says something else than its body';
}

/** Where in the journal the row stands whose hash this is; null: nowhere. Only asked when the chain is broken. */
async function findByHash(client: Queryable, hash: string): Promise<number | null> {
  const { rows } = await client.query<{ position: string }>(
    "SELECT position FROM golive.journal WHERE hash = decode($1, 'hex') ORDER BY position LIMIT 1",
    [hash],
  );
  const [row] = rows;
  return row === undefined ? null : Number(row.position);
}

/** Whether some row was written directly after the one with this hash. */
async function isContinued(client: Queryable, hash: string): Promise<boolean> {
  const { rowCount } = await client.query("SELECT 1 FROM golive.journal WHERE prev = decode($1, 'hex') LIMIT 1", [
    hash,
  ]);
  return rowCount !== 0;
}

export type Place = {
  /** The row before, null at the start of the chain, and whether it is itself as it was written. */
  readonly before: ChainRow | null;
  readonly beforeSound: boolean;
  readonly row: ChainRow;
  readonly after: ChainRow | null;
  /** An earlier version of the row's stream hasn't been met. */
  readonly versionGap: boolean;
  /** The break before this row has been told already. */
  readonly explained: boolean;
};

/** The rows around `row` join without it: it doesn't belong here. */
export const isStranger = ({ before, row, after }: Place): boolean =>
  after !== null && after.prev === (before?.hash ?? START) && after.prev !== row.hash;

async function explainStranger(client: Queryable, row: ChainRow): Promise<JournalProblem> {
  if (await isContinued(client, row.hash)) {
    const sentence = `${nameOf(row)} was moved here: its neighbours follow each other without it.`;
    return { position: row.position, kind: "reordered", sentence };
  }
  const sentence = `${nameOf(row)} was inserted: its neighbours follow each other without it.`;
  return { position: row.position, kind: "inserted", sentence };
}

/** What happened where a row doesn't continue from the one before it; null: the row before explains it. */
async function explainBreak(client: Queryable, place: Place): Promise<JournalProblem | null> {
  const { before, row } = place;
  const follows = await findByHash(client, row.prev);
  if (follows !== null) {
    const sentence = `${nameOf(row)} was moved: it was written directly after what is now row ${follows}.`;
    return { position: row.position, kind: "reordered", sentence };
  }
  if (place.versionGap || before === null) {
    const sentence = `A row before ${nameOf(row)} was removed: it continues from one that isn't there.`;
    return { position: row.position, kind: "removed", sentence };
  }
  if (!place.beforeSound) return null;
  const sentence =
    `${nameOf(before)} was changed and hashed again, or a row right after it was removed: ` +
    `${nameOf(row)} continues from one that isn't there.`;
  return { position: before.position, kind: "changed", sentence };
}

/** What is wrong with one row, seen with its neighbours; nothing, as a rule. */
export async function examine(client: Queryable, place: Place): Promise<readonly JournalProblem[]> {
  const { before, row } = place;
  if (isStranger(place)) return [await explainStranger(client, row)];
  const problems: JournalProblem[] = [];
  const expected = (before?.position ?? 0) + 1;
  if (row.position > expected) problems.push(gapProblem(expected, row.position - 1));
  else if (!place.explained && row.prev !== (before?.hash ?? START)) {
    const problem = await explainBreak(client, place);
    if (problem !== null) problems.push(problem);
  }
  const wrong = whatIsWrong(row);
  if (wrong !== null) {
    problems.push({ position: row.position, kind: "changed", sentence: `${nameOf(row)} was changed: ${wrong}.` });
  }
  return problems;
}

export function gapProblem(from: number, to: number): JournalProblem {
  const which = from === to ? `Row ${from} was` : `Rows ${from} to ${to} were`;
  return { position: from, kind: "removed", sentence: `${which} removed.` };
}
