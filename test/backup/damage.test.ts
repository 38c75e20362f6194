import { readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSealer, type Sealer } from "#src/backup/copy/seal";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import { type BackupHouse, openBackupHouse } from "#test/backup/backup-house";
import { FIXTURE } from "#test/support/rag-fixture";

let house: BackupHouse;
let sealer: Sealer;
beforeAll(async () => {
  house = await openBackupHouse();
  sealer = await createSealer(await generateX25519Identity());
});
afterAll(() => house.stop());

const chunkCount = async () => (await house.runner.query(`SELECT count(*)::int AS n FROM ${FIXTURE.chunks}`))[0]?.n;

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await writeFile(file, bytes);
}

const editManifest = async (file: string, reseal: boolean): Promise<void> => {
  const { manifest, sha256: before } = JSON.parse(await readFile(file, "utf8"));
  manifest.pointer.run = "b";
  const checksum = reseal ? sha256(canonicalJson(manifest)) : before;
  await writeFile(file, canonicalJson({ manifest, sha256: checksum }));
};

const DAMAGES: readonly [string, string, (file: string) => Promise<void>, string][] = [
  ["a flipped bit", "data/0001.copy.zst", flip, "data/0001.copy.zst:changed"],
  [
    "a file cut off",
    "data/0001.copy.zst",
    async (f) => truncate(f, (await stat(f)).size - 1),
    "data/0001.copy.zst:truncated",
  ],
  ["a file emptied", "data/0002.copy.zst", (f) => truncate(f, 0), "data/0002.copy.zst:truncated"],
  ["a file that is gone", "data/0003.copy.zst", (f) => rm(f), "data/0003.copy.zst:missing"],
  [
    "a file with more in it",
    "data/0001.copy.zst",
    (f) => writeFile(f, "x", { flag: "a" }),
    "data/0001.copy.zst:longer",
  ],
  ["a changed script", "restore.sql", (f) => writeFile(f, "DROP TABLE x;", { flag: "a" }), "restore.sql:longer"],
  ["an edited manifest", "manifest.json", (f) => editManifest(f, false), "manifest:damaged"],
  ["a manifest edited with its checksum", "manifest.json", (f) => editManifest(f, true), "manifest:replaced"],
  ["a manifest cut off", "manifest.json", async (f) => truncate(f, (await stat(f)).size - 9), "manifest:unreadable"],
  ["no manifest", "manifest.json", (f) => rm(f), "manifest:missing"],
];

describe.each([false, true])("a backup, encrypted: %s,", (encrypted) => {
  it.each(DAMAGES)(
    "with %s is found damaged, by the file's name, and never restored",
    async (_what, name, harm, finding) => {
      const sealed = encrypted ? { sealer } : {};
      const { manifest, sha256: expected } = await house.create(sealed);
      const file = name.startsWith("data") && encrypted ? `${name}.age` : name;
      await harm(join(house.folder, "docs", manifest.id, file));
      const options = { ...sealed, expected };
      const { damages } = await house.verify(manifest.id, options);
      const said = encrypted ? finding.replace(".zst:", ".zst.age:") : finding;
      expect(damages.map((damage) => damage.finding)).toEqual([said]);
      expect(damages[0]?.text).toContain(file);
      await house.runner.query(`DELETE FROM ${FIXTURE.chunks} WHERE tokens = 25`);
      const left = await chunkCount();
      await expect(house.restore(manifest.id, options)).rejects.toMatchObject({ name: "BackupError" });
      expect(await chunkCount()).toBe(left);
      expect((await house.prove(manifest.id, options)).proven).toBe(file === "restore.sql");
    },
  );
});

describe("an encrypted backup", () => {
  it("verifies, is proven and restored with its key", async () => {
    const { manifest } = await house.create({ sealer });
    const stored = await readFile(join(house.folder, "docs", manifest.id, "data/0001.copy.zst.age"));
    expect(stored.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
    expect(await house.verify(manifest.id, { sealer })).toMatchObject({ damages: [] });
    expect(await house.prove(manifest.id, { sealer })).toMatchObject({ proven: true });
  });

  it("is opened neither without a key nor with another, and the sentence holds no secret", async () => {
    const { manifest } = await house.create({ sealer });
    const identity = await generateX25519Identity();
    const other = await createSealer(identity);
    await expect(house.verify(manifest.id)).rejects.toMatchObject({ kind: "key:missing" });
    const failed = await house.prove(manifest.id, { sealer: other }).catch((error: Error) => error);
    expect(failed).toMatchObject({ kind: "key:other" });
    expect(String(failed)).not.toContain(identity);
  });
});
