import type { Named } from "#src/backup/schema/shape";
import { quoteIdentifier } from "#src/rag/quote";

/** Where an object goes: its name in the database that is written. Objects that aren't part of the backup stay where they are. */
export type Place = (object: Named) => Named;

export const inPlace: Place = (object) => object;

/** SQL name of an object where it goes. */
export const placed = (place: Place, object: Named): string => {
  const { schema, name } = place(object);
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
};

/**
 * The pieces of a definition as Postgres prints it: a literal, a quoted name, a bare word, or one other character. A name
 * after a dollar or a letter is part of a word.
 */
const PIECE = /E?'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|[\s\S]/gu;

const isName = (piece: string | undefined): piece is string =>
  piece !== undefined && (/^"/.test(piece) || /^[\p{L}_]/u.test(piece)) && !/^E?'/.test(piece);

const plain = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

/**
 * A definition in which every `schema.name` of an object that moves is written with its new place, also inside the text of
 * `'schema.name'::regclass`. Other literals are left alone.
 */
export function moveNames(sql: string, place: Place): string {
  const pieces = sql.match(PIECE) ?? [];
  let out = "";
  for (let at = 0; at < pieces.length; at++) {
    const [one, dot, two] = [pieces[at], pieces[at + 1], pieces[at + 2]];
    if (one === undefined) break;
    if (pieces[at - 1] !== "." && dot === "." && isName(one) && isName(two)) {
      const from = { schema: plain(one), name: plain(two) };
      const to = place(from);
      out += to.schema === from.schema && to.name === from.name ? `${one}.${two}` : placed(() => to, from);
      at += 2;
    } else if (one.startsWith("'") && pieces.slice(at + 1, at + 4).join("") === "::regclass") {
      const moved = moveNames(one.slice(1, -1).replaceAll("''", "'"), place);
      out += `'${moved.replaceAll("'", "''")}'`;
    } else out += one;
  }
  return out;
}
