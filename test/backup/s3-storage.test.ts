import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { StorageError } from "#src/backup/storage/storage-error";
import { type BackupHouse, openBackupHouse } from "#test/backup/backup-house";
import { openS3, type S3House } from "#test/backup/storage-house";

const MB = 1_048_576;
let s3: S3House;
let house: BackupHouse;
beforeAll(async () => {
  [s3, house] = [await openS3({ kind: "aws:kms", key_id: "alias/backups" }), await openBackupHouse()];
});
beforeEach(() => {
  s3.refuse = () => false;
  s3.seen.length = 0;
});
afterAll(async () => {
  await house.stop();
  await s3.stop();
});

/** So many bytes in pieces; `then` is thrown after the last one. */
async function* pieces(bytes: Buffer, then?: Error) {
  for (let at = 0; at < bytes.length; at += MB / 2) yield bytes.subarray(at, at + MB / 2);
  if (then !== undefined) throw then;
}

describe("an S3-compatible store", () => {
  it("takes an object in parts and gives the same bytes back", async () => {
    const bytes = randomBytes(20 * MB);
    await s3.storage.put("docs/x/data/0001", Readable.from(pieces(bytes)));
    expect(s3.seen.filter((asked) => asked.includes("partNumber=")).length).toBe(3);
    expect((await buffer(await s3.storage.read("docs/x/data/0001"))).equals(bytes)).toBe(true);
    expect(await s3.storage.list("docs/x/")).toEqual([{ key: "docs/x/data/0001", bytes: bytes.length }]);
    await s3.storage.remove(["docs/x/data/0001"]);
    await expect(s3.storage.read("docs/x/data/0001")).rejects.toMatchObject({ code: "missing" });
  });

  it("is asked to encrypt with the configured key", async () => {
    await s3.storage.put("docs/x/small", Readable.from(pieces(randomBytes(100))));
    expect(s3.headers).toMatchObject({
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": "alias/backups",
    });
    await s3.storage.remove(["docs/x/small"]);
  });

  it("that fails at part 3 holds nothing of the object afterwards", async () => {
    s3.refuse = (asked) => asked.includes("partNumber=3");
    const put = s3.storage.put("docs/x/data/0002", Readable.from(pieces(randomBytes(20 * MB))));
    await expect(put).rejects.toBeInstanceOf(StorageError);
    await expect(put).rejects.toMatchObject({ code: "denied", message: expect.stringContaining("docs/x/data/0002") });
    s3.refuse = () => false;
    expect(await s3.storage.list("docs/")).toEqual([]);
    // The server here knows neither of the two: it is asked for what is left, and would be told to forget it.
    expect(s3.seen.some((asked) => asked.startsWith("GET") && asked.includes("uploads"))).toBe(true);
  });

  it("keeps no object whose bytes broke off before their end", async () => {
    const torn = Readable.from(pieces(randomBytes(10 * MB), new Error("the reader died")));
    await expect(s3.storage.put("docs/x/data/0003", torn)).rejects.toThrow("the reader died");
    expect(await s3.storage.list("docs/")).toEqual([]);
  });

  it("holds a full backup that verifies and comes back", async () => {
    const { manifest } = await house.create({ storage: s3.storage });
    expect(await house.verify(manifest.id, { storage: s3.storage })).toMatchObject({ damages: [] });
    expect(await house.prove(manifest.id, { storage: s3.storage })).toMatchObject({ proven: true });
  });

  it.each([
    ["a file with rows", "data/0003"],
    ["the manifest", "manifest.json"],
  ])("that refuses %s is left without a half backup", async (_what, file) => {
    const before = await s3.storage.list("docs/");
    s3.refuse = (asked) => asked.startsWith("PUT") && asked.includes(file);
    await expect(house.create({ storage: s3.storage })).rejects.toMatchObject({ code: "denied" });
    s3.refuse = () => false;
    expect(await s3.storage.list("docs/")).toEqual(before);
  });

  it("that can't be reached says so without an address to follow", async () => {
    const gone = await openS3();
    await gone.stop();
    await expect(gone.storage.list("docs/")).rejects.toMatchObject({ code: "unreachable", retryable: true });
  });
});
