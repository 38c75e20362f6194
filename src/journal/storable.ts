import { JournalError } from "#src/journal/journal-error";

function refuse(path: string, what: string): never {
  throw new JournalError(
    "unstorable",
    false,
    `${path} ${what}, which the journal can't keep exactly. Nothing was decided. Remove it and try again.`,
  );
}

function checkText(path: string, text: string): void {
  if (text.includes("\u0000")) refuse(path, "contains the character U+0000");
  if (!text.isWellFormed()) refuse(path, "contains half of a surrogate pair (broken Unicode)");
}

/**
 * The border of the journal: only plain JSON that comes back exactly as it went in. Throws `JournalError` `unstorable`
 * with the path of the first offender. (Canonicalising alone would turn a Map into {} and drop an undefined in silence.)
 */
export function assertStorable(value: unknown, path: string): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "string") {
    checkText(path, value);
    return;
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) refuse(path, `is ${value}`);
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) assertStorable(each, `${path}[${index}]`);
    return;
  }
  if (typeof value !== "object") refuse(path, `is ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) refuse(path, "is an object of a class, not plain data");
  for (const [key, each] of Object.entries(value)) {
    checkText(`a key of ${path}`, key);
    assertStorable(each, `${path}.${key}`);
  }
}
