import { type ChainRow, type Head, inSnapshot, type Queryable, readChain, readHead } from "#src/journal/chain-page";
import { examine, gapProblem, isStranger, type JournalProblem, START, whatIsWrong } from "#src/journal/chain-problems";

export type JournalReport = {
  readonly ok: boolean;
  readonly rows: number;
  readonly head: Head | null;
  readonly problems: readonly JournalProblem[];
};

const MOST_PROBLEMS = 100;

function headProblem(last: ChainRow | null, head: Head | null, headMet: boolean): JournalProblem | null {
  const end = last?.position ?? 0;
  if (head === null) return { position: end, kind: "head", sentence: "The chain's head row was removed." };
  if (head.position > end) return gapProblem(end + 1, head.position);
  if (head.position < end && headMet) {
    const sentence = `What follows row ${head.position} was inserted: the chain ended there.`;
    return { position: head.position + 1, kind: "inserted", sentence };
  }
  if (headMet) return null;
  const sentence = `The head says that the chain ends with row ${head.position}, hash ${head.hash.slice(0, 12)}…, which is not so.`;
  return { position: head.position, kind: "head", sentence };
}

async function* withNeighbours(
  rows: AsyncIterable<ChainRow>,
): AsyncGenerator<[ChainRow | null, ChainRow, ChainRow | null]> {
  let before: ChainRow | null = null;
  let row: ChainRow | null = null;
  for await (const after of rows) {
    if (row !== null) yield [before, row, after];
    before = row;
    row = after;
  }
  if (row !== null) yield [before, row, null];
}

/** `since`: where the walk begins, with the row of this head, which it holds against it. Undefined: with the first row. */
async function walk(client: Queryable, anchor: Head | undefined, since?: Head): Promise<JournalReport> {
  const head = await readHead(client);
  const start = since === undefined ? 0 : since.position - 1;
  const problems: JournalProblem[] = [];
  const versions = new Map<string, number>();
  const met = (where: Head | null | undefined, row: ChainRow) =>
    where !== null && where !== undefined && row.position === where.position && row.hash === where.hash;
  let headMet = head?.position === 0 && head.hash === START;
  let anchored = anchor === undefined || anchor.position === 0;
  let rows = 0;
  let last: ChainRow | null = null;
  let beforeSound = true;
  let explained = false;

  for await (const [before, row, after] of withNeighbours(readChain(client, start))) {
    if (before === null && since !== undefined) {
      // What stands before it was verified when it was the head; only that it is still the same row is asked.
      if (whatIsWrong(row) !== null || !met(since, row)) break;
      headMet ||= met(head, row);
      anchored = true;
      last = row;
      continue;
    }
    const version = versions.get(row.stream) ?? (since === undefined ? 0 : await versionAt(client, row, since));
    const place = { before, beforeSound, row, after, versionGap: row.version > version + 1, explained };
    problems.push(...(await examine(client, place)));
    if (problems.length >= MOST_PROBLEMS) return { ok: false, rows, head, problems };
    rows += 1;
    last = row;
    beforeSound = whatIsWrong(row) === null;
    explained = isStranger(place);
    if (problems.length === 0 && place.versionGap) {
      const sentence = `${row.stream} has no version ${version + 1}: it was removed, and the chain written anew.`;
      problems.push({ position: row.position, kind: "removed", sentence });
    }
    versions.set(row.stream, Math.max(row.version, version));
    headMet ||= met(head, row);
    anchored ||= met(anchor, row);
  }

  if (since !== undefined && (last === null || !anchored)) {
    const sentence = `Row ${since.position} is not the one that was verified before: the chain was written anew, or cut.`;
    return { ok: false, rows, head, problems: [{ position: since.position, kind: "head", sentence }] };
  }
  const problem = headProblem(last, head, headMet);
  if (problem !== null) problems.push(problem);
  if (!anchored && anchor !== undefined) {
    const sentence = `Row ${anchor.position} is not the one that was exported: the chain was written anew.`;
    problems.push({ position: anchor.position, kind: "head", sentence });
  }
  return { ok: problems.length === 0, rows, head, problems };
}

/**
 * Checks every row against its hash and its neighbours, the columns against the body, and the end against the head, on
 * one snapshot while the bot goes on. Stops after 100 problems. Whoever owns the database can write the entire chain
 * anew, and then it joins: only an `anchor`, the head that an earlier export returned, shows that.
 */
export function verifyJournal(client: Queryable, anchor?: Head): Promise<JournalReport> {
  return inSnapshot(client, () => walk(client, anchor));
}

/**
 * The same from a head on that an earlier verification ended with: what was written since, whatever the journal's length. Nobody looks
 * at what stands before it; who changes that is seen by the next whole verification.
 */
export function verifyJournalSince(client: Queryable, since: Head): Promise<JournalReport> {
  return inSnapshot(client, () => (since.position === 0 ? walk(client, since) : walk(client, since, since)));
}

/** The newest version of a row's stream that stands where the walk began, or before. */
async function versionAt(client: Queryable, { stream }: ChainRow, { position }: Head): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT coalesce(max(version), 0)::int AS version FROM golive.journal WHERE stream = $1 AND position <= $2",
    [stream, position],
  );
  return rows[0]?.version ?? 0;
}
