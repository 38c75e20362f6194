import { BackupError } from "#src/backup/backup-error";
import { nearest } from "#src/release/nearest";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** `bk_<yyyymmddThhmmss>_<6 base32>`; `now` in epoch milliseconds, `random` gives so many random bytes. */
export function backupId(now: number, random: (bytes: number) => Uint8Array): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const tail = [...random(6)].map((byte) => BASE32.charAt(byte % 32)).join("");
  if (tail.length !== 6) throw new BackupError("id", "A backup id needs six random bytes.");
  return `bk_${time}_${tail}`;
}

const STRICT = /^bk_\d{8}T\d{6}_[a-z2-7]{6}$/;

/** Whether it is written as a backup's id, letter for letter: what isn't never becomes a path or a key. */
export const isBackupId = (text: string): boolean => STRICT.test(text);

/** When the id says that it was made, in epoch milliseconds. */
export function timeOfId(id: string): number {
  const [, year, month, day, hour, minute, second] = /^bk_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)_/.exec(id) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** The sentence for an id that names no backup: what is wrong with it, and which ones may have been meant. */
export function unknownBackup(typed: string, known: readonly string[]): string {
  const meant = nearest(typed, known, 3);
  const shown = JSON.stringify(typed.slice(0, 60));
  const what = isBackupId(typed)
    ? `There is no backup ${typed}.`
    : `${shown} is no backup id: they look like bk_20261123T075001_k3m7qa.`;
  if (meant.length > 0) return `${what} Did you mean ${meant.join(" or ")}?`;
  const newest = known.slice(0, 3);
  return newest.length === 0 ? `${what} There are none yet.` : `${what} The newest are ${newest.join(", ")}.`;
}
