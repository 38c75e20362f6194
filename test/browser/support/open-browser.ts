import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { inject } from "vitest";

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Nothing but the page may be on the wire: no updates, no sync, no guesses about names. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A headless Chromium with a profile of its own, gone with it. Throws, and says what to do, where there is none. */
export async function openBrowser(): Promise<Browser> {
  const named = inject("chromium");
  const found = named === "" ? USUAL_PLACES.find((path) => existsSync(path)) : named;
  if (found === undefined || !existsSync(found)) {
    throw new Error(
      `No Chromium at ${named || "the usual places"}. Install one, or say where it is: CHROMIUM_PATH=/path/to/chromium npm run test:browser`,
    );
  }
  return chromium.launch({ executablePath: found, args: FLAGS, headless: true });
}
