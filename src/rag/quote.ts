/** A table or column name in the configuration that can't be a Postgres name. The message says which and why. */
export class NameError extends Error {
  override readonly name = "NameError";
}

const MAX_BYTES = 63;

/**
 * One identifier, taken letter by letter, as SQL text. Throws `NameError` for a name that is empty, holds U+0000, or is
 * longer than 63 bytes: Postgres would cut it silently and mean another object.
 */
export function quoteIdentifier(name: string): string {
  if (name === "") throw new NameError("A table or column name is empty.");
  if (name.includes("\0"))
    throw new NameError(`The name ${JSON.stringify(name)} holds U+0000, which Postgres refuses.`);
  if (!name.isWellFormed()) throw new NameError(`The name ${JSON.stringify(name)} holds half a surrogate pair.`);
  const bytes = Buffer.byteLength(name, "utf8");
  if (bytes > MAX_BYTES) {
    throw new NameError(`The name "${name}" is ${bytes} bytes long; Postgres keeps only ${MAX_BYTES}.`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * The parts of `table` or `schema.table`, split at the first dot outside double quotes. A part that begins with a double
 * quote is read as SQL reads it (`""` is one quote); any other part is taken letter by letter.
 */
export function splitTableName(name: string): readonly string[] {
  const first = readPart(name, 0);
  if (first.end === name.length) return [first.part];
  const rest = name.slice(first.end + 1);
  if (!rest.startsWith('"')) return [first.part, rest];
  const second = readPart(rest, 0);
  if (second.end !== rest.length) throw new NameError(`The table name ${name} has more than a schema and a table.`);
  return [first.part, second.part];
}

/** `table` or `schema.table` from the configuration as SQL text, each part quoted. */
export function quoteTable(name: string): string {
  return splitTableName(name).map(quoteIdentifier).join(".");
}

function readPart(name: string, start: number): { part: string; end: number } {
  if (name[start] !== '"') {
    const dot = name.indexOf(".", start);
    const end = dot === -1 ? name.length : dot;
    return { part: name.slice(start, end), end };
  }
  let part = "";
  for (let at = start + 1; at < name.length; at++) {
    const char = name.charAt(at);
    if (char !== '"') {
      part += char;
    } else if (name[at + 1] === '"') {
      part += '"';
      at++;
    } else {
      const end = at + 1;
      if (end < name.length && name[end] !== ".") {
        throw new NameError(`The table name ${name} goes on after its closing quote; only a dot may follow there.`);
      }
      return { part, end };
    }
  }
  throw new NameError(`The table name ${name} opens a double quote and never closes it.`);
}
