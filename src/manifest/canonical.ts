import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** A value that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * RFC 8785 canonical JSON. Throws `TypeError` for what JSON can't say: the library alone would drop `undefined`, and write a
 * Map or a Date's parts as `{}`, so that two different facts had the same bytes.
 */
export function canonicalJson(value: unknown): string {
  requireJson(value, "$");
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("only JSON values have a canonical form");
  return text;
}

/** SHA-256 of a text's UTF-8 bytes, as hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function requireJson(value: unknown, path: string): asserts value is Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which JSON can't say`);
    return;
  }
  if (Array.isArray(value)) {
    for (const [at, entry] of value.entries()) requireJson(entry, `${path}[${at}]`);
    return;
  }
  if (typeof value !== "object") throw new TypeError(`${path} is ${typeof value}, which JSON can't say`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`${path} is no plain object`);
  for (const [key, entry] of Object.entries(value)) requireJson(entry, `${path}.${key}`);
}
