import type { Json } from "#src/operations/operation";
import type { ConfigChange } from "#src/operations/proposals/events";
import { digestOf } from "#src/release/hash";

/** The changed body, or why it can't be changed so, in a sentence. */
export type Changed = { readonly ok: true; readonly body: Json } | { readonly ok: false; readonly says: string };

type JsonObject = { readonly [key: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands at a path like `retrieval.weights.dense`; null: nothing does. */
export function valueAt(body: Json, path: string): Json {
  let at: Json | undefined = body;
  for (const key of path.split(".")) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at ?? null;
}

/**
 * A configuration version's body with the changes of a proposal. Each must find what it changes as it was when it was measured: a body that
 * says something else there is not the one that people signed for.
 */
export function applyChanges(body: Json, changes: readonly ConfigChange[]): Changed {
  if (changes.length === 0) return { ok: false, says: "The proposal changes nothing." };
  let changed = body;
  for (const { path, from, to } of changes) {
    const found = valueAt(changed, path);
    if (digestOf(found) !== digestOf(from)) {
      return {
        ok: false,
        says: `${path} is ${JSON.stringify(found)}, not ${JSON.stringify(from)} as it was measured.`,
      };
    }
    const next = withValue(changed, path.split("."), to);
    if (next === null) return { ok: false, says: `${path} can't be set: something on its way is not an object.` };
    changed = next;
  }
  return { ok: true, body: changed };
}

/** `to` null takes the key away. */
function withValue(body: Json, [key = "", ...rest]: readonly string[], to: Json): Json | null {
  if (!isObject(body)) return null;
  if (rest.length === 0) {
    const others = Object.fromEntries(Object.entries(body).filter(([each]) => each !== key));
    return to === null ? others : { ...body, [key]: to };
  }
  const inner = withValue(Object.hasOwn(body, key) ? (body[key] ?? {}) : {}, rest, to);
  return inner === null ? null : { ...body, [key]: inner };
}
