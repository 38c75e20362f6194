import { Readable } from "node:stream";
import { packRows } from "#src/backup/copy/pack";
import { digestOfParts, folderOf, MANIFEST, sealManifest } from "#src/backup/manifest";
import { memoryStorage } from "#src/backup/storage/memory";
import { type Verification, verifyBackup } from "#src/backup/verify-backup";

const ID = "bk_20260101T000000_selfte";
const DATA = `${folderOf("self-test", ID)}/data/0001.copy.zst`;
const TABLE = { schema: "self_test", name: "chunks" };

/** One row of one text, as COPY's binary form writes it. */
const row = (text: string): Buffer => {
  const head = Buffer.alloc(6);
  head.writeInt16BE(1, 0);
  head.writeInt32BE(Buffer.byteLength(text), 2);
  return Buffer.concat([head, Buffer.from(text)]);
};
const COPY = Buffer.concat([
  Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1"),
  Buffer.alloc(8),
  ...Array.from({ length: 40 }, (_, at) => row(`section ${at} of the handbook`)),
  Buffer.from([0xff, 0xff]),
]);

/** A real backup of forty rows, changed where it is stored, and what a verification finds of it. */
export async function verifySmallBackup(
  change: (objects: Map<string, Buffer>, data: string, manifest: string) => void,
): Promise<{ readonly id: string; readonly verification: Verification }> {
  const objects = new Map<string, Buffer>();
  const storage = memoryStorage(objects);
  const { packed, facts } = packRows(Readable.from([COPY]), "binary", null);
  await storage.put(DATA, packed);
  const { bytes, sha256, raw_bytes, sums } = facts();
  const { rows, first, second } = sums;
  const part = { file: "data/0001.copy.zst", bytes, sha256, raw_bytes, rows, first: `${first}`, second: `${second}` };
  const column = { name: "content", type: "text", base: "text", send: "pg_catalog.textsend", collation: null };
  const { body } = sealManifest({
    schema: "golive-full-backup/1",
    id: ID,
    service: "self-test",
    release: null,
    description: "a fixture",
    created_at: "2026-01-01T00:00:00.000Z",
    server_version: 180000,
    utf8: true,
    pointer_key: "self-test",
    pointer: null,
    encryption: null,
    shape: {
      extensions: [],
      types: [],
      sequences: [],
      tables: [
        {
          ...TABLE,
          kind: "table",
          unlogged: false,
          parent: null,
          partition_key: null,
          columns: [{ ...column, not_null: false, default: null, generated: null, identity: null }],
          checks: [],
          constraints: [],
          indexes: [],
          foreign_keys: [],
        },
      ],
    },
    tables: [{ role: "chunks", ...TABLE, format: "binary", ...digestOfParts([part]), parts: [part] }],
    scripts: [],
  });
  const manifest = `${folderOf("self-test", ID)}/${MANIFEST}`;
  await storage.put(manifest, Readable.from([Buffer.from(body)]));
  change(objects, DATA, manifest);
  const verification = await verifyBackup({ id: ID, service: "self-test", storage, sealer: null, expected: null });
  return { id: ID, verification };
}
