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

async function walk(client: Queryable, anchor: Head | undefined): Promise<JournalReport> {
  const head = await readHead(client);
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

  for await (const [before, row, after] of withNeighbours(readChain(client))) {
    const version = versions.get(row.stream) ?? 0;
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
