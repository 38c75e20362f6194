import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { buildHouse, type House } from "#sandbox/demo/house";
import type { Extras } from "#sandbox/page/extras";
import { startPage } from "#sandbox/page/start-page";
import { openBrowser } from "#test/browser/support/open-browser";
import { type Seat, takeSeat } from "#test/browser/support/seat";
import { scratchFolder } from "#test/support/scratch";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
export const CORPUS = join(ROOT, "sandbox/corpus");

export type Demo = {
  readonly house: House;
  /** A tab of the demo's page, with Rosa at it. Errors of its scripts fail the test that looks next. */
  sit(look?: BrowserContextOptions): Promise<Seat>;
  stop(): Promise<void>;
};

/** What `npm run demo` builds, on a Postgres of its own, and a browser in front of it. */
export async function openDemo(
  options: { readonly configs?: string; readonly evaluates?: boolean; readonly nights?: boolean } = {},
  /** What stands beside the workspace. Default: nothing. */
  extras: (house: House) => Extras = () => ({}),
): Promise<Demo> {
  const releasers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const release of releasers.splice(0).reverse()) await release();
  };
  try {
    const dataDir = await mkdtemp(join(scratchFolder(), "golive-browser-"));
    releasers.push(() => rm(dataDir, { recursive: true, force: true }));
    const house = await buildHouse({
      root: ROOT,
      dataDir,
      fresh: true,
      socket: false,
      databaseUrl: null,
      say: () => undefined,
      ...options,
    });
    releasers.push(() => house.stop());
    const page = await startPage({ world: house.slack.workspace, hands: house.slack.hands, extras: extras(house) });
    releasers.push(() => page.stop());
    const browser: Browser = await openBrowser();
    releasers.push(() => browser.close());
    return { house, stop, sit: (look) => takeSeat(browser, page.url, look) };
  } catch (error) {
    await stop();
    throw error;
  }
}
