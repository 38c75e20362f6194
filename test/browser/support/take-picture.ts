import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { inject } from "vitest";
import { shrinkPng } from "#test/browser/support/shrink-png";

/** What docs/pictures may weigh, each. */
const LARGEST = 300_000;

/**
 * A screenshot as `<name>.png`: of the whole window, or of one element. Throws when it is too heavy for the repository:
 * then crop to what matters.
 */
export async function takePicture(name: string, what: Page | Locator): Promise<void> {
  const folder = inject("pictures");
  // What lies under the pointer would show its tools.
  await ("mouse" in what ? what : what.page()).mouse.move(640, 20);
  await mkdir(folder, { recursive: true });
  const picture = shrinkPng(await what.screenshot({ animations: "disabled", caret: "hide" }));
  await writeFile(join(folder, `${name}.png`), picture);
  if (picture.length > LARGEST) throw new Error(`${name}.png has ${picture.length} bytes: crop it`);
}
