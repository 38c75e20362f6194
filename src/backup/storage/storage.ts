import type { Readable } from "node:stream";

export type StoredObject = { readonly key: string; readonly bytes: number };

/**
 * Where backups are kept: objects under keys of letters, digits, `_`, `-`, `.` and `/`. An object is there whole or not at all:
 * `put` makes it appear at its end, and one that fails leaves nothing that `list` or `read` would find.
 */
export interface BackupStorage {
  /** For people: a folder, or bucket and prefix. No credentials. */
  readonly where: string;
  put(key: string, body: Readable, signal?: AbortSignal): Promise<void>;
  /** Throws `missing` when it isn't there, at the latest with the first byte. */
  read(key: string, signal?: AbortSignal): Promise<Readable>;
  /** All objects under a prefix. */
  list(prefix: string, signal?: AbortSignal): Promise<readonly StoredObject[]>;
  /** Takes single objects away; one that isn't there is no failure. */
  remove(keys: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Clears away what writers left under a prefix that died in the middle of an object, before `before` (epoch milliseconds). */
  sweep(prefix: string, before: number): Promise<void>;
}
