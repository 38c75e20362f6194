import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { directoryStorage } from "#src/backup/storage/directory";

const fault = vi.hoisted(() => ({ code: "" }));
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const readdir = async (path: string, options: { recursive: true; withFileTypes: true }) => {
    if (fault.code !== "") throw Object.assign(new Error("raw"), { code: fault.code });
    return real.readdir(path, options);
  };
  return { ...real, readdir };
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "golive-directory-"));
  await mkdir(join(root, "docs"));
  await writeFile(join(root, "docs", "whole"), "123");
  await symlink("loop", join(root, "loop"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

it("a folder that isn't there holds nothing; one that can't be read is said to be so, with its code", async () => {
  const storage = directoryStorage(root);
  expect(await storage.list("nobody/")).toEqual([]);
  expect(await storage.list("docs/")).toEqual([{ key: "docs/whole", bytes: 3 }]);
  await expect(storage.list("loop/")).rejects.toMatchObject({ name: "StorageError", code: "failed" });
  for (const [code, as, says] of [
    ["EACCES", "denied", `docs/ could not be reached: no permission in ${root} (EACCES)`],
    ["EIO", "failed", `docs/ could not be read or written in ${root} (EIO)`],
    ["ENOENT", "unreachable", `docs/ changed while it was listed in ${root}`],
  ] as const) {
    fault.code = code;
    const refused = { name: "StorageError", code: as, message: says };
    await expect(storage.list("docs/")).rejects.toMatchObject(refused);
    await expect(storage.sweep("docs/", 0)).rejects.toMatchObject(refused);
  }
  fault.code = "";
});
