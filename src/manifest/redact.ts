import { scrypt } from "node:crypto";
import { promisify } from "node:util";
import { canonicalJson, type Json } from "#src/manifest/canonical";
import { REDACTED } from "#src/manifest/describe-dsn";
import { diffManifests } from "#src/manifest/diff-manifests";
import { type Hides, keyHides } from "#src/manifest/secret-keys";
import { redactKnownSecrets, redactText } from "#src/manifest/secret-texts";

/**
 * A configuration without its secrets, at any depth: values under keys that name one, texts that look like one, connection
 * strings cut to host and database. Changing only a secret leaves the result as it was.
 */
export function redact(value: Json): Json {
  return without(value, ["secret", "maybe"], redactText);
}

/** How much was hidden that may be a setting, and a digest of it. */
export type HiddenSettings = { readonly settings: number; readonly digest: string };

/** One salt for all: the same setting in two versions has to have the same digest. */
const SALT = "golive: settings that are hidden because they may be secrets, 1";
const derive = promisify<string, string, number, Buffer>(scrypt);

/**
 * What `redact` hides although it may be a setting (`search_key`, `auth_mode`, `token=…` in a prompt), as one digest over all of
 * it: a change is seen, a value never. The digest is slow to compute, so that short values can't be found by trying. Sure
 * secrets (passwords, API keys, connection strings) are not in it: rotating them changes nothing. Null: nothing was hidden.
 */
export async function digestHidden(value: Json): Promise<HiddenSettings | null> {
  const hidden = diffManifests(redact(value), without(value, ["secret"], redactKnownSecrets));
  const kept = hidden.flatMap(({ key, to }) => (to === null ? [] : [[key, to]]));
  if (kept.length === 0) return null;
  return { settings: kept.length, digest: (await derive(canonicalJson(kept), SALT, 32)).toString("hex") };
}

function without(value: Json, hide: readonly Hides[], ofText: (text: string) => string): Json {
  if (typeof value === "string") return ofText(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((entry) => without(entry, hide, ofText));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      const hides = keyHides(key, entry);
      return [key, hides !== null && hide.includes(hides) ? REDACTED : without(entry, hide, ofText)];
    }),
  );
}
