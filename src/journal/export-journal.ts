import { type Head, inSnapshot, type Queryable, readChain, readHead } from "#src/journal/chain-page";

/**
 * Writes the journal as NDJSON, oldest first: {"position","prev","hash","body"}. `body` stands in the line as the exact
 * text that was hashed, so hash = sha256(prev ‖ body) can be checked without golive. Bounded memory; honours `write`'s
 * promise. Keep the returned head: `verifyJournal` can compare with it later.
 */
export function exportJournal(
  client: Queryable,
  write: (line: string) => void | Promise<void>,
): Promise<{ readonly rows: number; readonly head: Head | null }> {
  return inSnapshot(client, async () => {
    let rows = 0;
    for await (const { position, prev, hash, body } of readChain(client)) {
      await write(`{"position":${position},"prev":"${prev}","hash":"${hash}","body":${body}}\n`);
      rows += 1;
    }
    return { rows, head: await readHead(client) };
  });
}
