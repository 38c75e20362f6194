import type { Page } from "playwright-core";

/**
 * Texts whose contrast with what lies behind them is below 4.5 to 1 (WCAG 2.2, 1.4.3), as "ratio: text". Pictures and
 * gradients are not looked at: the page has none. Runs in the page.
 */
export async function contrastBreaches(page: Page): Promise<readonly string[]> {
  const found: unknown = await page.evaluate(IN_PAGE);
  return Array.isArray(found) ? found.map(String) : ["the page could not be measured"];
}

// A string, since the types of a browser's document are not those of this program.
const IN_PAGE = `(() => {
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, below) => top.rgb.map((v, i) => v * top.a + below[i] * (1 - top.a));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.push(parse(getComputedStyle(at).backgroundColor));
      if (at.matches("dialog")) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const luminance = (rgb) =>
    rgb
      .map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const breaches = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.nodeValue.trim();
    const element = walker.currentNode.parentElement;
    if (!/[\\p{L}\\p{N}]/u.test(text) || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const ground = behind(element);
    const ink = over(parse(getComputedStyle(element).color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) breaches.push(ratio.toFixed(2) + ": " + text.slice(0, 60));
  }
  return [...new Set(breaches)];
})()`;
