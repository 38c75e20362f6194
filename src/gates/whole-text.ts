/**
 * Whether an index expression, as Postgres prints it (`pg_get_indexdef`, `pg_get_expr`), surely holds all words of a column.
 * Known forms: the column, its casts, `coalesce(…, '')`, `lower(…)`, `to_tsvector([config,] …)`, `setweight(…)`, and any of
 * these joined with others by `||`. Anything else (`left(…, 1)`, `substr`, a function of somebody's own) may hold a part only.
 */
export function holdsWholeText(expression: string, column: string): boolean {
  const text = strip(expression);
  if (nameOf(text) === column) return true;
  const joined = splitTop(text, "||");
  if (joined.length > 1) return joined.some((part) => holdsWholeText(part, column));
  const cast = /^(.*)::(?:text|character varying|tsvector)$/s.exec(text)?.[1];
  if (cast !== undefined) return holdsWholeText(cast, column);
  const name = /^(coalesce|lower|to_tsvector|setweight)\(/i.exec(text)?.[1]?.toLowerCase();
  if (name === undefined || closing(text, name.length) !== text.length - 1) return false;
  const args = splitTop(text.slice(name.length + 1, -1), ",");
  const argument = name === "to_tsvector" ? args.at(-1) : args[0];
  return argument !== undefined && holdsWholeText(argument, column);
}

/** The bare column name, from `name` or `"quoted ""name"""`; null for anything else. */
function nameOf(text: string): string | null {
  if (/^[a-z_][a-z0-9_$]*$/.test(text)) return text;
  return /^"(?:[^"]|"")+"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : null;
}

function strip(expression: string): string {
  const text = expression.trim();
  return text.startsWith("(") && closing(text, 0) === text.length - 1 ? strip(text.slice(1, -1)) : text;
}

/** Where the bracket that opens at `from` closes, past quoted texts and names; -1 if never. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      if (end === -1) return -1;
      at = end;
    } else if (char === "(") {
      depth++;
    } else if (char === ")") {
      depth--;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** The parts between separators that stand outside brackets and quotes. A doubled quote reads as two quoted parts in a row. */
function splitTop(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "(") {
      const end = closing(text, at);
      if (end === -1) return [text];
      at = end;
    } else if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      if (end === -1) return [text];
      at = end;
    } else if (text.startsWith(separator, at)) {
      parts.push(text.slice(begin, at));
      begin = at + separator.length;
      at = begin - 1;
    }
  }
  return [...parts, text.slice(begin)];
}
