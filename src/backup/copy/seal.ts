import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import { BackupError } from "#src/backup/backup-error";

/** Encrypts on the way into storage and decrypts on the way back, piece by piece, in the age format (age-encryption.org/v1). */
export type Sealer = {
  /** Public half of the key: whose key it has to be. */
  readonly recipient: string;
  seal(plain: Readable): Readable;
  open(sealed: Readable): Readable;
};

/** A sealer for an age identity (`AGE-SECRET-KEY-1…`, alone or in the file that age-keygen writes). */
export async function createSealer(identityText: string): Promise<Sealer> {
  const identity = /^AGE-SECRET-KEY-1[0-9A-Z]+$/m.exec(identityText.trim())?.[0];
  if (identity === undefined) {
    throw new BackupError("key:unusable", "The key of the backups is no age identity (AGE-SECRET-KEY-1…).");
  }
  let recipient: string;
  try {
    recipient = await identityToRecipient(identity);
  } catch {
    // The library's own message repeats the key.
    throw new BackupError("key:unusable", "The key of the backups is no age identity: its letters don't fit together.");
  }
  return {
    recipient,
    seal: (plain) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      return through(plain, (stream) => encrypter.encrypt(stream), "encrypted");
    },
    open: (sealed) => {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      return through(sealed, (stream) => decrypter.decrypt(stream), "decrypted");
    },
  };
}

/** Where the key is: never the key itself in a file of ours. Throws `BackupError` when it isn't there. */
export async function readKey(
  from: { readonly key_env: string } | { readonly key_file: string },
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if ("key_env" in from) {
    const value = env[from.key_env] ?? "";
    if (value !== "") return value;
    throw new BackupError(
      "key:missing",
      `The variable ${from.key_env}, which holds the key of the backups, is not set.`,
    );
  }
  return readFile(from.key_file, "utf8").catch(() => {
    throw new BackupError(
      "key:missing",
      `The file ${from.key_file}, which holds the key of the backups, can't be read.`,
    );
  });
}

type WebStream = ReadableStream<Uint8Array>;

function through(source: Readable, work: (stream: WebStream) => Promise<WebStream>, done: string): Readable {
  async function* pieces() {
    try {
      const result = await work(Readable.toWeb(source) as WebStream);
      for await (const piece of Readable.fromWeb(result as Parameters<typeof Readable.fromWeb>[0])) {
        yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      }
    } catch (error) {
      if (error instanceof Error && error.name !== "Error" && error.name !== "TypeError") throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new BackupError("seal:broken", `The bytes can't be ${done}: ${why}`);
    } finally {
      source.destroy();
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}
